-- What: the few questions that are asked before a clinic is known, each as a function that answers nothing else, and the
-- one that opens a transaction for a clinic.
-- Why: hi_app sees no row of any clinic until it says which one; these are the only ways to find out. They run as hi_resolver,
-- which may read the columns they need and nothing more.
-- Undo: drop the functions.

create policy saida_resolver on saida for select to hi_resolver using (estado in ('pendente', 'enviando'));
create policy lembretes_resolver on lembretes for select to hi_resolver using (estado = 'pendente');
grant select (cliente_id, estado, proxima_em, lease_ate) on saida to hi_resolver;
grant select (cliente_id, estado, enviar_em) on lembretes to hi_resolver;

create type hi_tenant as (
  id bigint, nome text, subdomain text, whatsapp_instance text, ativo boolean, suspenso boolean, suspensao_motivo text,
  fuso text, versao bigint);

create function hi_tenant_by_id(p_id bigint) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao
  from clientes c where c.id = p_id
$$;

create function hi_tenant_by_subdomain(p_subdomain text) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao
  from clientes c where c.subdomain = p_subdomain
$$;

create function hi_tenant_by_instance(p_instance text) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao
  from clientes c where c.whatsapp_instance = p_instance
$$;

-- The clinics with something due, the longest waiting first.
create function hi_due_clientes(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public
as $$
  select devido.cliente_id
  from (
    select s.cliente_id, s.proxima_em as desde from saida s where s.estado = 'pendente' and s.proxima_em <= p_agora
    union all
    select s.cliente_id, s.lease_ate from saida s where s.estado = 'enviando' and s.lease_ate < p_agora
    union all
    select l.cliente_id, l.enviar_em from lembretes l where l.estado = 'pendente' and l.enviar_em <= p_agora
  ) as devido
  group by devido.cliente_id
  order by min(devido.desde)
  limit p_maximo
$$;

create type hi_operador_login as (id bigint, nome text, email text, senha text, ativo boolean);

create function hi_operador_by_email(p_email text) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public
as $$ select o.id, o.nome, o.email, o.senha, o.ativo from operadores o where o.email = p_email $$;

create function hi_operador_by_id(p_id bigint) returns setof hi_operador_login
language sql stable security definer
set search_path = pg_catalog, public
as $$ select o.id, o.nome, o.email, null::text, o.ativo from operadores o where o.id = p_id $$;

-- Replaces a hash by a stronger one of the same password; never sets a plain one.
create function hi_operador_set_senha(p_id bigint, p_hash text) returns void
language sql volatile security definer
set search_path = pg_catalog, public
as $$ update operadores set senha = p_hash where id = p_id and p_hash like '$argon2id$%' $$;

-- Opens the transaction for a clinic and says, in the same round trip, what is true of it and of the user now.
create function hi_enter(p_cliente_id bigint, p_user_type text, p_user_id bigint)
returns table (versao bigint, subdomain text, ativo boolean, suspenso boolean, fuso text, user_ativo boolean, user_gestor boolean)
language plpgsql volatile
set search_path = pg_catalog, public
as $$
begin
  perform set_config('app.cliente_id', p_cliente_id::text, true);
  return query
    select c.versao, c.subdomain::text, c.ativo, c.suspenso_em is not null, c.fuso,
           p_user_type is null or coalesce(u.ativo, false), coalesce(u.gestor, false)
    from clientes c
    left join lateral (
      select m.ativo, m.gestor from medicos m where p_user_type = 'medico' and m.id = p_user_id
      union all
      select s.ativo, s.gestor from secretarias s where p_user_type = 'secretaria' and s.id = p_user_id
    ) u on true
    where c.id = p_cliente_id;
end $$;

do $$
declare
  porta regprocedure;
begin
  foreach porta in array array[
    'hi_tenant_by_id(bigint)', 'hi_tenant_by_subdomain(text)', 'hi_tenant_by_instance(text)',
    'hi_due_clientes(timestamptz, integer)', 'hi_operador_by_email(text)', 'hi_operador_by_id(bigint)',
    'hi_operador_set_senha(bigint, text)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to hi_app', porta);
    -- The owner of a function needs `create` on its schema for the moment it becomes one.
    execute 'grant create on schema public to hi_resolver';
    execute format('alter function %s owner to hi_resolver', porta);
    execute 'revoke create on schema public from hi_resolver';
  end loop;
end $$;
grant execute on function hi_enter(bigint, text, bigint) to hi_app;
