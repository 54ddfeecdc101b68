-- What: a freed time whose waiting list was not looked at to its end, and from where the sweep goes on.
-- Why: whoever calls a visit off holds the professional meanwhile. They look at so many places in the line and no more; nobody behind those may be forgotten.
-- Lock: none on data. Undo: put back the function of 0178, drop the table.

create table vagas_a_oferecer (
  cliente_id bigint not null constraint vagas_a_oferecer_cliente_id_fkey references clientes (id),
  medico_id bigint not null,
  inicio_em timestamptz not null,
  -- The last place of the line that was looked at; null while none was.
  depois_de bigint,
  -- Since when it waits for the next look.
  desde timestamptz not null,
  constraint vagas_a_oferecer_pkey primary key (cliente_id, medico_id, inicio_em),
  constraint vagas_a_oferecer_medico_id_fkey foreign key (cliente_id, medico_id) references medicos (cliente_id, id),
  constraint vagas_a_oferecer_depois_de_fkey foreign key (cliente_id, depois_de) references lista_espera (cliente_id, id)
);
create index vagas_a_oferecer_desde_idx on vagas_a_oferecer (cliente_id, desde);
create index vagas_a_oferecer_depois_de_idx on vagas_a_oferecer (cliente_id, depois_de);
call hi_isola('vagas_a_oferecer');
grant select, insert, update, delete on vagas_a_oferecer to hi_app;
create policy vagas_a_oferecer_resolver on vagas_a_oferecer for select to hi_resolver using (true);
grant select (cliente_id, desde) on vagas_a_oferecer to hi_resolver;

create or replace function hi_due_clientes(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select devido.cliente_id
  from (
    select s.cliente_id, s.proxima_em as desde, true as mesmo_suspensa, false as esquecer
    from saida s
    cross join lateral (
      select p.id from saida p
      where p.cliente_id = s.cliente_id and p.destino = s.destino and p.estado in ('pendente', 'enviando')
      order by p.id limit 1
    ) as primeira
    where s.estado = 'pendente' and s.proxima_em <= p_agora and primeira.id = s.id
    union all
    select s.cliente_id, s.lease_ate, true, false from saida s where s.estado = 'enviando' and s.lease_ate < p_agora
    union all
    select s.cliente_id, s.proxima_em, true, false from saida s where s.estado = 'adiada' and s.proxima_em <= p_agora
    union all
    select e.cliente_id, e.proxima_em, true, false from emails e where e.estado = 'pendente' and e.proxima_em <= p_agora
    union all
    select e.cliente_id, e.lease_ate, true, false from emails e where e.estado = 'enviando' and e.lease_ate < p_agora
    union all
    select l.cliente_id, l.enviar_em, false, false from lembretes l where l.estado = 'pendente' and l.enviar_em <= p_agora
    union all
    select o.cliente_id, o.ate, false, false from ofertas o where o.estado = 'aberta' and o.ate <= p_agora
    union all
    select g.cliente_id, g.desde, false, false from vagas_a_oferecer g where g.desde <= p_agora
    union all
    select d.id, velho.em, true, true
    from clientes d
    cross join lateral (
      select least(
        (select r.expira_em from reservas r where r.cliente_id = d.id and r.tipo = 'escolha' and r.agendamento_id is null
         order by r.expira_em limit 1),
        (select k.expira_em from codigos k where k.cliente_id = d.id order by k.expira_em limit 1),
        (select m.criado_em + interval '30 days' from emails m where m.cliente_id = d.id order by m.criado_em limit 1),
        (select i.criado_em from idempotencia i where i.cliente_id = d.id order by i.criado_em limit 1)) as em
    ) as velho
    where velho.em < p_agora - interval '25 hours'
  ) as devido
  join clientes c on c.id = devido.cliente_id
  left join varreduras_lentas v on v.cliente_id = devido.cliente_id and v.ate > p_agora
  where c.ativo and c.subdomain is not null and (devido.mesmo_suspensa or c.suspenso_em is null)
  group by devido.cliente_id
  order by bool_or(v.ate is not null), min(devido.desde) filter (where not devido.esquecer), min(devido.desde), devido.cliente_id
  limit p_maximo
$$;
