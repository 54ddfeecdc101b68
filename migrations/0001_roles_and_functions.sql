-- What: extensions, the three roles, and the small functions every table uses.
-- Why: roles are cluster-wide, so creating them tolerates that another database's migration was faster.
-- Lock: none on data. Undo: drop the functions; roles may be used by other databases.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists pgcrypto;
create extension if not exists unaccent;

do $$
declare
  papel text;
begin
  foreach papel in array array['hi_app login', 'hi_operador login', 'hi_resolver nologin'] loop
    begin
      execute 'create role ' || papel || ' nosuperuser nocreatedb nocreaterole noinherit nobypassrls';
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
  -- So that functions can be given to hi_resolver.
  execute format('grant hi_resolver to %I', current_user);
end $$;

revoke create on schema public from public;
grant usage on schema public to hi_app, hi_operador, hi_resolver;
alter default privileges revoke execute on functions from public;

-- The clinic of this transaction; null when none was set. A setting that was local to an earlier transaction reads ''.
create function hi_cliente() returns bigint
language sql stable parallel safe
set search_path = pg_catalog
return nullif(current_setting('app.cliente_id', true), '')::bigint;

-- How names are searched: lower case, no accents. `unaccent` is only stable because its dictionary could change; ours does not.
create function hi_busca(texto text) returns text
language sql immutable parallel safe strict
set search_path = public, pg_catalog
as $$ select lower(unaccent('unaccent', texto)) $$;

-- A zone Postgres knows.
create function hi_fuso_existe(nome text) returns boolean
language sql stable strict
set search_path = pg_catalog
return exists (select from pg_timezone_names where name = nome);

-- Keeps `atualizado_em`.
create function hi_marca_atualizacao() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  new.atualizado_em := now();
  return new;
end $$;

-- A password given in plain text is hashed before it is stored; what is a hash already stays. bcrypt reads 72 bytes and would
-- quietly ignore the rest, so a longer one is refused.
create function hi_protege_senha() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  if new.senha is null
     or new.senha ~ '^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{20,}$'
     or new.senha ~ '^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$' then
    return new;
  end if;
  if octet_length(new.senha) > 72 then
    raise exception 'senha: use no máximo 72 bytes' using errcode = 'check_violation', constraint = 'usuarios_senha_check';
  end if;
  if new.senha = '' then
    raise exception 'senha: não pode ser vazia' using errcode = 'check_violation', constraint = 'usuarios_senha_check';
  end if;
  new.senha := crypt(new.senha, gen_salt('bf', 10));
  return new;
end $$;

-- Logins are stored lower-case and trimmed.
create function hi_normaliza_email() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  new.email := lower(btrim(new.email));
  return new;
end $$;

-- Isolation of one table: forced row-level security, the clinic's rows for hi_app, everything for the operator.
create procedure hi_isola(tabela regclass)
language plpgsql
set search_path = pg_catalog, public
as $$
declare
  nome text := (select relname from pg_class where oid = tabela);
begin
  execute format('alter table %s enable row level security', tabela);
  execute format('alter table %s force row level security', tabela);
  execute format('create policy %I on %s for all to hi_app using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente())',
                 nome || '_tenant', tabela);
  execute format('create policy %I on %s for all to hi_operador using (true) with check (true)', nome || '_operador', tabela);
  execute format('grant select on %s to hi_operador', tabela);
end $$;

grant execute on function hi_cliente(), hi_busca(text), hi_fuso_existe(text) to hi_app, hi_operador, hi_resolver;
grant execute on function hi_marca_atualizacao(), hi_protege_senha(), hi_normaliza_email() to hi_app, hi_operador;
