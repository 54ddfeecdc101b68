-- What: a clinic with nothing to send is given to the sweep too when there is something to forget.
-- Why: choices nobody kept, codes and kept answers are forgotten a day after they ended, but only where a message or a reminder was due. A
-- clinic that went quiet kept names, phones and digests. Whatever leaves goes first: forgetting must keep no message waiting. And it waits
-- an hour more, so that a clinic whose messages bring the sweep along anyway is not called on for each row.
-- How it is asked: the oldest row of each clinic, one look into each of the indexes of 0057 and into that of `idempotencia`.
-- Lock: none on data. Undo: put back the function of 0015 with the workers of 0045, drop the three policies, revoke the columns.

create policy reservas_resolver on reservas for select to hi_resolver using (tipo = 'escolha' and agendamento_id is null);
create policy codigos_resolver on codigos for select to hi_resolver using (true);
create policy idempotencia_resolver on idempotencia for select to hi_resolver using (true);
grant select (cliente_id, tipo, agendamento_id, expira_em) on reservas to hi_resolver;
grant select (cliente_id, expira_em) on codigos to hi_resolver;
grant select (cliente_id, criado_em) on idempotencia to hi_resolver;

create or replace function hi_due_clientes(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select devido.cliente_id
  from (
    select s.cliente_id, s.proxima_em as desde, true as mesmo_suspensa, false as esquecer
    from saida s
    where s.estado = 'pendente' and s.proxima_em <= p_agora
      and not exists (
        select from saida anterior
        where anterior.cliente_id = s.cliente_id and anterior.destino = s.destino and anterior.id < s.id
          and anterior.estado in ('pendente', 'enviando'))
    union all
    select s.cliente_id, s.lease_ate, true, false from saida s where s.estado = 'enviando' and s.lease_ate < p_agora
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
