-- What: every user has a count of how often all sessions were ended, and the one session that was kept the last time. A token says at which
-- count it was made; one of an earlier count is over unless it is of the kept session. And when somebody logged in last.
-- Why here: the transaction that changes a password ends the sessions it opened, and the first statement of every transaction reads the user's row
-- anyway, so ending them all costs no question more.
-- Why a function beside `hi_enter`: it reads the user after the clinic was entered; its last argument, of what entering answered, says so to the planner.
-- Lock: the three tables for a moment. Undo: drop the functions and columns, put back the functions of 0080.

alter table medicos add column sessoes_epoca integer not null default 0, add column sessao_mantida text, add column ultimo_acesso_em timestamptz;
alter table secretarias add column sessoes_epoca integer not null default 0, add column sessao_mantida text, add column ultimo_acesso_em timestamptz;
alter table operadores add column sessoes_epoca integer not null default 0, add column sessao_mantida text;
grant update (sessoes_epoca, sessao_mantida, ultimo_acesso_em) on medicos, secretarias to hi_app;
grant select (sessoes_epoca, sessao_mantida) on operadores to hi_admin, hi_resolver;
grant update (sessoes_epoca, sessao_mantida) on operadores to hi_resolver;

create function hi_sessoes_do_usuario(p_user_type text, p_user_id bigint, p_versao bigint) returns table (epoca integer, mantida text)
language plpgsql stable
set search_path = pg_catalog, public
as $$
begin
  if p_user_type = 'medico' then
    return query select m.sessoes_epoca, m.sessao_mantida from medicos m where m.id = p_user_id;
  elsif p_user_type = 'secretaria' then
    return query select s.sessoes_epoca, s.sessao_mantida from secretarias s where s.id = p_user_id;
  end if;
end $$;
grant execute on function hi_sessoes_do_usuario(text, bigint, bigint) to hi_app;

create function hi_sessoes_do_operador(p_id bigint, p_papel text) returns table (epoca integer, mantida text)
language plpgsql stable
set search_path = pg_catalog, public
as $$ begin return query select o.sessoes_epoca, o.sessao_mantida from operadores o where o.id = p_id and p_papel is not null; end $$;
grant execute on function hi_sessoes_do_operador(bigint, text) to hi_admin;

alter type hi_operador_login add attribute epoca integer, add attribute mantida text;
create or replace function hi_operador_by_email(p_email text) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select o.id, o.nome, o.email, o.senha, o.ativo, o.papel, o.sessoes_epoca, o.sessao_mantida from operadores o where o.email = p_email $$;
create or replace function hi_operador_by_id(p_id bigint) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select o.id, o.nome, o.email, null::text, o.ativo, o.papel, o.sessoes_epoca, o.sessao_mantida from operadores o where o.id = p_id $$;

-- Ends every session of an operator but one, if one is named.
create function hi_encerra_sessoes_operador(p_id bigint, p_mantida text) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$ update operadores set sessoes_epoca = sessoes_epoca + 1, sessao_mantida = p_mantida where id = p_id $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  execute 'revoke execute on function hi_encerra_sessoes_operador(bigint, text) from public';
  execute 'grant execute on function hi_encerra_sessoes_operador(bigint, text) to hi_app';
  execute 'alter function hi_encerra_sessoes_operador(bigint, text) owner to hi_resolver';
  execute 'revoke create on schema public from hi_resolver';
end $$;
