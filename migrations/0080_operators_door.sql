-- What: the role behind the operators' console, hi_admin, and its one door, hi_enter_operador.
-- Why not hi_operador: that one is a person's psql and may read everything. The console reads no row of a patient, an agenda or a
-- conversation, and of money only what the operator's papel lets it: the policies ask the papel the door has read. Outside the door there is
-- no papel, so there are no rows.
-- Lock: `operadores`, `clientes` and `planos` for a moment. Undo: drop the role's policies, grants and functions, put back the functions of 0009.

do $$
begin
  create role hi_admin login nosuperuser nocreatedb nocreaterole noinherit nobypassrls;
exception
  when duplicate_object or unique_violation then null;
end $$;
grant usage on schema public to hi_admin;

-- Who asks, and as what; null outside the door.
create function hi_operador_id() returns bigint
language sql stable parallel safe
set search_path = pg_catalog
return nullif(current_setting('app.operador_id', true), '')::bigint;

create function hi_operador_papel() returns text
language sql stable parallel safe
set search_path = pg_catalog
return nullif(current_setting('app.operador_papel', true), '');

-- The operator's own row, and for an admin everybody's. Not forced: the schema's owner makes the first operator.
alter table operadores enable row level security;
create policy operadores_operador on operadores for all to hi_operador using (true) with check (true);
create policy operadores_resolver on operadores for all to hi_resolver using (true) with check (true);
create policy operadores_admin on operadores for all to hi_admin
  using (id = hi_operador_id() or hi_operador_papel() = 'admin') with check (hi_operador_papel() = 'admin');
grant select (id, nome, email, papel, ativo, criado_em, atualizado_em) on operadores to hi_admin;

-- Opens the transaction for an operator and says, in the same round trip, as what they may act now; no row for who may not.
create function hi_enter_operador(p_id bigint) returns table (papel text)
language plpgsql volatile
set search_path = pg_catalog, public
as $$
declare
  verdadeiro text;
begin
  perform set_config('app.operador_id', p_id::text, true), set_config('app.operador_papel', '', true);
  select o.papel into verdadeiro from operadores o where o.id = p_id and o.ativo;
  perform set_config('app.operador_papel', coalesce(verdadeiro, ''), true);
  return query select verdadeiro where verdadeiro is not null;
end $$;
grant execute on function hi_operador_id(), hi_operador_papel(), hi_enter_operador(bigint) to hi_admin;

-- A token says what its operator is, as it says who is a gestor.
alter type hi_operador_login add attribute papel text;
create or replace function hi_operador_by_email(p_email text) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select o.id, o.nome, o.email, o.senha, o.ativo, o.papel from operadores o where o.email = p_email $$;
create or replace function hi_operador_by_id(p_id bigint) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select o.id, o.nome, o.email, null::text, o.ativo, o.papel from operadores o where o.id = p_id $$;

-- The gate asks which clinic an address is before it refuses what is no clinic's.
grant execute on function hi_tenant_by_subdomain(text) to hi_admin;
