-- What: whether a link by which an operator chooses a password stands, without using it.
-- Why: at their address every secret made up was answered only after a password had been hashed, a tenth of a second each; a clinic's link is looked at before.
-- Lock: none. Undo: drop the function.

create function hi_ve_link_operador(p_motivo text, p_hash text, p_agora timestamptz) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select case when c.id is null then 'desconhecido' when not o.ativo then 'inativo' when c.usado_em is not null then 'usado'
              when c.cancelado_em is not null then 'substituido' when c.expira_em <= p_agora then 'vencido' end
  from (values (p_hash)) asked (token_hash)
  left join convites_operador c on c.token_hash = asked.token_hash and c.motivo = p_motivo
  left join operadores o on o.id = c.operador_id
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_ve_link_operador(text, text, timestamptz) from public;
  grant execute on function hi_ve_link_operador(text, text, timestamptz) to hi_app;
  alter function hi_ve_link_operador(text, text, timestamptz) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
