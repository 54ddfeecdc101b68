-- What: since when what comes by an instance of Evolution is of the clinic that has it, when another one had that name before; else null: it always was.
-- Why: an event may be handled hours after it came. One of the clinic that left the name was kept, shown and answered by the clinic that was given it.
-- Which instant: when Evolution said that it has nothing under the name, to this clinic (`clientes.whatsapp_feita_em`) or, until it begins, to whoever ended
-- what the other one had (`nomes_deixados.findo_em`). Of a name nobody else had, `whatsapp_feita_em` may be the day of 0190, and says nothing.
-- Why a function of its own: whoever runs while this is deployed has prepared `select *` of those that lead to a clinic, and their shape must not change.
-- Undo: drop the function.

create function hi_linha_desde(p_cliente_id bigint, p_instance text) returns timestamptz
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select coalesce(c.whatsapp_feita_em, n.findo_em)
  from clientes c join nomes_deixados n on n.tipo = 'instancia' and n.nome = p_instance and n.de_cliente_id <> c.id
  where c.id = p_cliente_id and c.whatsapp_instance = p_instance
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_linha_desde(bigint, text) from public;
  alter function hi_linha_desde(bigint, text) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_linha_desde(bigint, text) to hi_app;
