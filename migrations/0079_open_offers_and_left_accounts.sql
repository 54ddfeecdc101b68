-- What: the open offers of a clinic, which each sweep of it looks at; and the sweep that looks after connections finds the clinics that left Evolution
-- and still have an alert.
-- Why: an alert ends when the connection is seen to be well, and one a clinic does not use any more is never looked at again.
-- Lock: `ofertas` refuses writes while the index is built. Undo: drop the index, the policy and the grant, put back the function of 0072.

create index ofertas_abertas_idx on ofertas (cliente_id, medico_id, id) where estado = 'aberta';

create policy alertas_resolver on alertas for select to hi_resolver using (resolvido_em is null);
grant select (cliente_id, resolvido_em) on alertas to hi_resolver;

create or replace function hi_conexoes_devidas(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select c.id
  from clientes c
  left join conexoes x on x.cliente_id = c.id and x.instancia = c.whatsapp_instance
  where c.ativo and c.subdomain is not null
    and case
      when c.whatsapp_instance is not null and c.whatsapp_provedor = 'evolution' then x.proxima_em is null or x.proxima_em <= p_agora
      else exists (select from alertas a where a.cliente_id = c.id and a.resolvido_em is null) end
  order by x.proxima_em nulls first, c.id
  limit p_maximo
$$;
