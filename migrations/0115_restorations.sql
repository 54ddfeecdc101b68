-- What: `restauracoes`, when this database was restored as a whole, and `hi_sessoes_desde()`: no session that began before goes on.
-- Why: a session may be of somebody who was dismissed, or whose password was changed, in the time that was lost, and its user's number may be nobody's.
-- Who asks: `login`, when a session is to go on. What an access token still opens is judged by what its user is now, and it ends within the hour.
-- Lock: none on data. Undo: drop the function and the table.

create table restauracoes (
  id bigint generated always as identity constraint restauracoes_pkey primary key,
  em timestamptz not null,
  -- When the copy was made; null where nobody could say.
  copia_em timestamptz
);
alter table restauracoes enable row level security;
create policy restauracoes_resolver on restauracoes for select to hi_resolver using (true);
create policy restauracoes_operador on restauracoes for select to hi_operador using (true);
grant select on restauracoes to hi_resolver, hi_operador;

create function hi_sessoes_desde() returns timestamptz
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select max(em) from restauracoes $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_sessoes_desde() from public;
  alter function hi_sessoes_desde() owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_sessoes_desde() to hi_app;
