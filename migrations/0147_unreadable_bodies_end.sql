-- What: what came to the payment gateway's address and could not be read is forgotten after a while even if nobody looked: it may name a payer. That
-- something came, when and how long it was, stays for whoever looks.
-- Undo: drop the function.

create function hi_esquece_ilegiveis(p_antes timestamptz) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$ update pagamentos_ilegiveis i set corpo = null where i.recebido_em < p_antes and i.corpo is not null $$;
grant update (corpo) on pagamentos_ilegiveis to hi_resolver;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_esquece_ilegiveis(timestamptz) from public;
  grant execute on function hi_esquece_ilegiveis(timestamptz) to hi_app;
  alter function hi_esquece_ilegiveis(timestamptz) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
