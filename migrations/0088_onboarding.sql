-- What: what a clinic begins with, how far its onboarding is, and which operator acts at a terminal.
-- Why functions: the console's role reads and writes nothing of a clinic's agenda. The first writes a new clinic's first services and holidays, only
-- while nobody of the clinic manages it and only where there are none; the second tells yes and no. The third finds an operator by e-mail, or the
-- oldest admin: whoever holds the role's password may enter as any operator by number already, and so is named in the trail.
-- Lock: none on data. Undo: drop the functions, policies and grants.

create policy servicos_implantacao on servicos for all to hi_resolver using (true) with check (true);
create policy feriados_implantacao on feriados for all to hi_resolver using (true) with check (true);
create policy conexoes_implantacao on conexoes for select to hi_resolver using (true);
grant select (cliente_id), insert (cliente_id, nome, duracao_minutos) on servicos to hi_resolver;
grant select (cliente_id), insert (cliente_id, dia, nome, ambito, fechado, anual) on feriados to hi_resolver;
grant select (cliente_id, instancia, estado) on conexoes to hi_resolver;
grant select (whatsapp_instance) on clientes to hi_resolver;

create function hi_prepara_clinica(p_cliente_id bigint, p_servicos text[], p_minutos integer[], p_dias date[], p_nomes text[]) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  servicos_novos bigint := 0;
  feriados_novos bigint := 0;
begin
  if coalesce(hi_operador_papel(), '') not in ('admin', 'suporte') or hi_tem_gestor(p_cliente_id) then
    return false;
  end if;
  if not exists (select from servicos s where s.cliente_id = p_cliente_id) then
    insert into servicos (cliente_id, nome, duracao_minutos)
    select p_cliente_id, s.nome, s.minutos from unnest(p_servicos, p_minutos) as s(nome, minutos);
    get diagnostics servicos_novos = row_count;
  end if;
  if not exists (select from feriados f where f.cliente_id = p_cliente_id) then
    insert into feriados (cliente_id, dia, nome, ambito, fechado, anual)
    select p_cliente_id, f.dia, f.nome, 'estadual', true, true from unnest(p_dias, p_nomes) as f(dia, nome);
    get diagnostics feriados_novos = row_count;
  end if;
  return servicos_novos + feriados_novos > 0;
end $$;

create function hi_estado_da_implantacao(p_cliente_id bigint)
returns table (gestor boolean, profissionais boolean, servicos boolean, conectada boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select hi_tem_gestor(p_cliente_id),
         exists (select from medicos m where m.cliente_id = p_cliente_id and m.ativo),
         exists (select from servicos s where s.cliente_id = p_cliente_id),
         exists (select from conexoes x join clientes c on c.id = x.cliente_id
                 where x.cliente_id = p_cliente_id and x.instancia = c.whatsapp_instance and x.estado = 'aberta')
  where hi_operador_papel() is not null
$$;

create function hi_operador_do_terminal(p_email text) returns table (id bigint, papel text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select o.id, o.papel from operadores o
  where o.ativo and case when p_email is null then o.papel = 'admin' else o.email = lower(btrim(p_email)) end
  order by o.id limit 1
$$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_prepara_clinica(bigint, text[], integer[], date[], text[])', 'hi_estado_da_implantacao(bigint)',
                               'hi_operador_do_terminal(text)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to hi_admin', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_tem_gestor(bigint) to hi_resolver;
grant select (papel, ativo, email) on operadores to hi_resolver;
