-- What: what an operator is called, for every operator: who settled an invoice, promised a discount, told of an incident.
-- Why a function: of `operadores` only an admin reads more than the own row (0080), and a name is all the others need.
-- Lock: none. Undo: drop the function.

create function hi_nome_do_operador(p_id bigint) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select o.nome from operadores o where o.id = p_id and hi_operador_papel() is not null $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_nome_do_operador(bigint) from public;
  grant execute on function hi_nome_do_operador(bigint) to hi_admin;
  alter function hi_nome_do_operador(bigint) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
