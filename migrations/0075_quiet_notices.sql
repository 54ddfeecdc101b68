-- What: a message that is written in a clinic's quiet hours waits for their end as `adiada`, and the sweep finds the clinics with any.
-- Why a state of its own: whatever is `pendente` of a person leaves in order, so what waits for the morning would keep back the answer to
-- somebody who writes at night; and nobody has read it, so no answer is an answer to it.
-- And the first message of each person is looked up one by one: asked whether there is none before it, Postgres compared each with each.
-- Lock: `saida` is read once to check the new set, and refuses writes while two small indexes are built. Undo: put back the function of 0065,
-- the policy of 0009 and the set of 0070, drop the indexes; what is `adiada` becomes `pendente`.

alter table saida
  drop constraint saida_estado_check,
  add constraint saida_estado_check
    check (estado in ('pendente', 'enviando', 'enviada', 'incerta', 'falhou', 'cancelada', 'aguardando', 'adiada'));
create index saida_adiada_idx on saida (cliente_id, conversa_id, id) where estado = 'adiada';
create index saida_adiada_em_idx on saida (proxima_em) where estado = 'adiada';
alter policy saida_resolver on saida using (estado in ('pendente', 'enviando', 'adiada'));

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
  where c.ativo and c.subdomain is not null and (devido.mesmo_suspensa or c.suspenso_em is null)
  group by devido.cliente_id
  order by min(devido.desde) filter (where not devido.esquecer), min(devido.desde), devido.cliente_id
  limit p_maximo
$$;
