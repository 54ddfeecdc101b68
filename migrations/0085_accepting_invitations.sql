-- What: the functions by which invitations are accepted, and what they need.
-- Lock: none on data. Undo: drop the functions, policies and grants.

create policy convites_resolver on convites for all to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
create policy aceites_termos_resolver on aceites_termos for insert to hi_resolver with check (cliente_id = hi_cliente());
create policy medicos_convite on medicos for insert to hi_resolver with check (cliente_id = hi_cliente());
create policy medicos_convite_senha on medicos for update to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
create policy secretarias_convite on secretarias for insert to hi_resolver with check (cliente_id = hi_cliente());
create policy secretarias_convite_senha on secretarias for update to hi_resolver
  using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
create policy horarios_convite on horarios for all to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
grant select, update (usado_em) on convites to hi_resolver;
grant insert (cliente_id, convite_id, usuario_tipo, usuario_id, versao, em, origem_ip) on aceites_termos to hi_resolver;
grant select (nome, email), insert (cliente_id, nome, email, senha, gestor), update (senha, gestor) on medicos, secretarias to hi_resolver;
grant select (crm) on medicos to hi_resolver;
grant select (cliente_id, medico_id), insert (cliente_id, medico_id, dia_semana, inicio, fim) on horarios to hi_resolver;

-- Whether a clinic has a gestor at work; for operators, who see no people of a clinic.
create function hi_tem_gestor(p_cliente_id bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select exists (select from medicos m where m.cliente_id = p_cliente_id and m.ativo and m.gestor)
      or exists (select from secretarias s where s.cliente_id = p_cliente_id and s.ativo and s.gestor)
$$;

-- Accepts an invitation of the transaction's clinic: the password, the acceptance of the terms, the gestor, the end of the invitation. Says
-- what became of it: `aceito`, or why not.
create function hi_aceita_convite(p_hash text, p_senha text, p_versao text, p_ip inet, p_agora timestamptz)
returns table (resultado text, convite_id bigint, usuario_tipo text, usuario_id bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  convite record;
  pessoa record;
  feito bigint;
begin
  if p_senha is null or p_senha not like '$argon2id$%' then
    raise exception 'senha: só um hash' using errcode = 'invalid_parameter_value';
  end if;
  select c.* into convite from convites c where c.cliente_id = hi_cliente() and c.token_hash = p_hash for update;
  if not found then
    return query select 'desconhecido', null::bigint, null::text, null::bigint;
    return;
  end if;
  -- One invitation is open at a time, and it is locked: nobody else becomes the first gestor meanwhile.
  resultado := case when convite.usado_em is not null then 'usado' when convite.cancelado_em is not null then 'substituido'
                    when convite.expira_em <= p_agora then 'vencido' when hi_tem_gestor(convite.cliente_id) then 'ha_gestor' end;
  if resultado is not null then
    return query select resultado, convite.id, null::text, null::bigint;
    return;
  end if;
  select 'medico' as tipo, m.id, m.ativo into pessoa from medicos m where m.cliente_id = convite.cliente_id and m.email = convite.email
  union all
  select 'secretaria', s.id, s.ativo from secretarias s where s.cliente_id = convite.cliente_id and s.email = convite.email;
  if pessoa.id is not null and not pessoa.ativo then
    return query select 'inativo', convite.id, null::text, null::bigint;
    return;
  end if;
  if pessoa.id is null and convite.tipo = 'medico' then
    insert into medicos (cliente_id, nome, email, senha, gestor)
    values (convite.cliente_id, convite.nome, convite.email, p_senha, true) returning id into feito;
  elsif pessoa.id is null then
    insert into secretarias (cliente_id, nome, email, senha, gestor)
    values (convite.cliente_id, convite.nome, convite.email, p_senha, true) returning id into feito;
  elsif pessoa.tipo = 'medico' then
    update medicos m set senha = p_senha, gestor = true where m.id = pessoa.id returning m.id into feito;
  else
    update secretarias s set senha = p_senha, gestor = true where s.id = pessoa.id returning s.id into feito;
  end if;
  update convites c set usado_em = p_agora where c.id = convite.id;
  insert into aceites_termos (cliente_id, convite_id, usuario_tipo, usuario_id, versao, em, origem_ip)
  values (convite.cliente_id, convite.id, coalesce(pessoa.tipo, convite.tipo), feito, p_versao, p_agora, p_ip);
  return query select 'aceito', convite.id, coalesce(pessoa.tipo, convite.tipo), feito;
end $$;

-- The same for an operator, whose password it sets.
create function hi_aceita_convite_operador(p_hash text, p_senha text, p_agora timestamptz) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  convite record;
begin
  if p_senha is null or p_senha not like '$argon2id$%' then
    raise exception 'senha: só um hash' using errcode = 'invalid_parameter_value';
  end if;
  select c.* into convite from convites_operador c where c.token_hash = p_hash for update;
  if not found then return 'desconhecido'; end if;
  if convite.usado_em is not null then return 'usado'; end if;
  if convite.cancelado_em is not null then return 'substituido'; end if;
  if convite.expira_em <= p_agora then return 'vencido'; end if;
  update operadores o set senha = p_senha where o.id = convite.operador_id and o.ativo;
  if not found then return 'inativo'; end if;
  update convites_operador c set usado_em = p_agora where c.id = convite.id;
  return 'aceito';
end $$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_tem_gestor(bigint)', 'hi_aceita_convite(text, text, text, inet, timestamptz)',
                               'hi_aceita_convite_operador(text, text, timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to %I', porta, case when porta::text like 'hi_tem_gestor%' then 'hi_admin' else 'hi_app' end);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant select (id) on operadores to hi_resolver;
