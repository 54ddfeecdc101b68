-- What: which clinics a sweep is given, and the indexes under its queries.
-- Why: a sweep serves a limited number of clinics, the longest waiting first. Rows nobody can work off (of a closed clinic, of one
-- without an address, reminders of a suspended one, messages behind another to the same person) stay the oldest for ever,
-- and enough of them would keep every other clinic's messages from leaving. And a clinic's queue must not be looked for among all
-- it ever sent.
-- Lock: `saida` and `lembretes` refuse writes while the indexes are built.
-- Undo: put back the function of 0009, drop the indexes, revoke the two columns.

-- `destino` is read to compare, never returned: the function still answers ids of clinics and nothing else.
grant select (id, destino) on saida to hi_resolver;

create or replace function hi_due_clientes(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public
as $$
  select devido.cliente_id
  from (
    select s.cliente_id, s.proxima_em as desde, true as mesmo_suspensa
    from saida s
    where s.estado = 'pendente' and s.proxima_em <= p_agora
      and not exists (
        select from saida anterior
        where anterior.cliente_id = s.cliente_id and anterior.destino = s.destino and anterior.id < s.id
          and anterior.estado in ('pendente', 'enviando'))
    union all
    select s.cliente_id, s.lease_ate, true from saida s where s.estado = 'enviando' and s.lease_ate < p_agora
    union all
    select l.cliente_id, l.enviar_em, false from lembretes l where l.estado = 'pendente' and l.enviar_em <= p_agora
  ) as devido
  join clientes c on c.id = devido.cliente_id
  where c.ativo and c.subdomain is not null and (devido.mesmo_suspensa or c.suspenso_em is null)
  group by devido.cliente_id
  order by min(devido.desde), devido.cliente_id
  limit p_maximo
$$;

create index saida_fila_idx on saida (cliente_id, id) where estado in ('pendente', 'enviando');
create index lembretes_fila_idx on lembretes (cliente_id, enviar_em, id) where estado = 'pendente';
