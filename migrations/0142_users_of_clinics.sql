-- What: who manages a clinic adds its secretárias, says who manages and who may log in.
-- Why functions: the functions' role may make nobody a gestor (0011). These do it for a gestor at work, who is read again once the clinic's people are locked, and never
-- leave a clinic without one. They answer what became of it in a word.
-- Lock: none on data. Undo: drop the functions and grants.

grant select (id, cliente_id, nome, email, ativo, gestor, sessoes_epoca, sessao_mantida), update (nome, email, ativo, gestor, sessoes_epoca, sessao_mantida)
  on medicos, secretarias to hi_resolver;
create policy links_senha_resolver on links_senha for all to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
grant select, update (cancelado_em) on links_senha to hi_resolver;

-- Whether this person manages the transaction's clinic now; whoever else changes its people waits until the transaction ends.
create function hi_tranca_usuarios(p_autor_tipo text, p_autor_id bigint) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('usuarios:' || hi_cliente(), 0));
  return exists (select from medicos m where p_autor_tipo = 'medico' and m.cliente_id = hi_cliente() and m.id = p_autor_id and m.ativo and m.gestor)
      or exists (select from secretarias s where p_autor_tipo = 'secretaria' and s.cliente_id = hi_cliente() and s.id = p_autor_id and s.ativo and s.gestor);
end $$;

-- A new secretária, who chooses a password by invitation.
create function hi_cria_secretaria(p_autor_tipo text, p_autor_id bigint, p_nome text, p_email text, p_gestor boolean)
returns table (resultado text, id bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if not hi_tranca_usuarios(p_autor_tipo, p_autor_id) then
    return query select 'sem_permissao', null::bigint;
    return;
  end if;
  return query insert into secretarias as s (cliente_id, nome, email, gestor) values (hi_cliente(), p_nome, p_email, p_gestor)
    returning 'feito', s.id;
end $$;

create function hi_muda_usuario(p_autor_tipo text, p_autor_id bigint, p_tipo text, p_id bigint, p_nome text, p_email text, p_gestor boolean,
                                p_ativo boolean, p_agora timestamptz) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  antes record;
begin
  if not hi_tranca_usuarios(p_autor_tipo, p_autor_id) then return 'sem_permissao'; end if;
  if p_tipo = 'medico' then
    select m.* into antes from (select id, email, gestor, ativo from medicos where cliente_id = hi_cliente() and id = p_id for no key update) m;
  else
    select s.* into antes from (select id, email, gestor, ativo from secretarias where cliente_id = hi_cliente() and id = p_id for no key update) s;
  end if;
  if antes.id is null then return 'desconhecido'; end if;
  if p_autor_tipo = p_tipo and p_autor_id = p_id and (not p_gestor or not p_ativo) then return 'proprio'; end if;
  if antes.ativo and antes.gestor and not (p_ativo and p_gestor)
     and not exists (select from medicos m where m.cliente_id = hi_cliente() and m.ativo and m.gestor and not (p_tipo = 'medico' and m.id = p_id))
     and not exists (select from secretarias s where s.cliente_id = hi_cliente() and s.ativo and s.gestor and not (p_tipo = 'secretaria' and s.id = p_id))
  then
    return 'ultimo_gestor';
  end if;
  if p_tipo = 'medico' then
    update medicos m set nome = p_nome, email = p_email, gestor = p_gestor, ativo = p_ativo,
      sessoes_epoca = m.sessoes_epoca + (antes.ativo and not p_ativo)::int, sessao_mantida = case when p_ativo then m.sessao_mantida end
    where m.cliente_id = hi_cliente() and m.id = p_id;
  else
    update secretarias s set nome = p_nome, email = p_email, gestor = p_gestor, ativo = p_ativo,
      sessoes_epoca = s.sessoes_epoca + (antes.ativo and not p_ativo)::int, sessao_mantida = case when p_ativo then s.sessao_mantida end
    where s.cliente_id = hi_cliente() and s.id = p_id;
  end if;
  -- A link that went to another address, or of who may not log in, opens nothing any more.
  if not p_ativo or p_email is distinct from antes.email then
    update links_senha l set cancelado_em = p_agora
    where l.cliente_id = hi_cliente() and l.usuario_tipo = p_tipo and l.usuario_id = p_id and l.usado_em is null and l.cancelado_em is null;
  end if;
  return 'feito';
end $$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_tranca_usuarios(text, bigint)', 'hi_cria_secretaria(text, bigint, text, text, boolean)',
                               'hi_muda_usuario(text, bigint, text, bigint, text, text, boolean, boolean, timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to hi_app', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
