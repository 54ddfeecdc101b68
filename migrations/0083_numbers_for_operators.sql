-- What: the numbers the console shows of a clinic, the names of plans for who sees no prices, and the changes of plan that became due.
-- Why functions: hi_admin has no right on the tables counted; it gets numbers and nothing else, and only inside an operator's door.
-- Lock: writers of `mensagens` while the index is built. Undo: drop the functions, policies, grants and the index.

create index mensagens_enviadas_idx on mensagens (cliente_id, criado_em) where direcao = 'saida';

create policy mensagens_numeros on mensagens for select to hi_resolver using (true);
create policy medicos_numeros on medicos for select to hi_resolver using (true);
create policy secretarias_numeros on secretarias for select to hi_resolver using (true);
grant select (cliente_id, paciente_id, inicio_em, status) on agendamentos to hi_resolver;
grant select (cliente_id, direcao, criado_em) on mensagens to hi_resolver;
grant select (id, cliente_id, ativo, gestor) on medicos, secretarias to hi_resolver;

-- Of a stretch of time; `pacientes_ativos` had a visit in the year before its end, or have one in it.
create function hi_numeros_da_clinica(p_cliente_id bigint, p_de timestamptz, p_ate timestamptz)
returns table (profissionais bigint, secretarias bigint, agendamentos bigint, pacientes_ativos bigint, mensagens_recebidas bigint,
               mensagens_enviadas bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select
    (select count(*) from medicos m where m.cliente_id = p_cliente_id and m.ativo),
    (select count(*) from secretarias s where s.cliente_id = p_cliente_id and s.ativo),
    (select count(*) from agendamentos a where a.cliente_id = p_cliente_id and a.inicio_em >= p_de and a.inicio_em < p_ate
       and a.status not in ('cancelado', 'remarcado')),
    (select count(distinct a.paciente_id) from agendamentos a where a.cliente_id = p_cliente_id
       and a.inicio_em >= p_ate - interval '1 year' and a.inicio_em < p_ate and a.status not in ('cancelado', 'remarcado')),
    (select count(*) from mensagens m where m.cliente_id = p_cliente_id and m.direcao = 'entrada' and m.criado_em >= p_de
       and m.criado_em < p_ate),
    (select count(*) from mensagens m where m.cliente_id = p_cliente_id and m.direcao = 'saida' and m.criado_em >= p_de
       and m.criado_em < p_ate)
  where hi_operador_papel() is not null
$$;

create function hi_nomes_dos_planos() returns table (nome text, titulo text, ativo boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$ select p.nome, p.titulo, p.ativo from planos p where hi_operador_papel() is not null $$;

-- Changes whose day has come in their clinic take effect, each once; answers the clinics. For the monthly closing.
create policy clientes_resolver_plano on clientes for update to hi_resolver using (true) with check (true);
grant update (plano) on clientes to hi_resolver;
create policy mudancas_plano_resolver on mudancas_plano for all to hi_resolver using (true) with check (true);
grant select, update (aplicada_em) on mudancas_plano to hi_resolver;

create function hi_aplica_mudancas_plano(p_agora timestamptz) returns setof bigint
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with devida as (
    select m.id, m.cliente_id, m.plano_para
    from mudancas_plano m join clientes c on c.id = m.cliente_id
    where m.aplicada_em is null and m.cancelada_em is null and m.vale_dia <= (p_agora at time zone c.fuso)::date
    for update of m skip locked
  ), feita as (
    update mudancas_plano m set aplicada_em = p_agora from devida where m.id = devida.id and m.cancelada_em is null
    returning m.cliente_id, m.plano_para
  )
  update clientes c set plano = feita.plano_para from feita where c.id = feita.cliente_id returning c.id
$$;
grant execute on function hi_operador_papel() to hi_resolver;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_numeros_da_clinica(bigint, timestamptz, timestamptz)', 'hi_nomes_dos_planos()',
                               'hi_aplica_mudancas_plano(timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to %I', porta,
                   case when porta::text like 'hi_aplica%' then 'hi_app' else 'hi_admin' end);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
