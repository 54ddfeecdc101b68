-- What: only connections through Evolution are looked at.
-- Why: a clinic that chose Meta keeps its instance's name, and nobody scans a code for a number at Meta.
-- Lock: none. Undo: put back the function of 0068.

create or replace function hi_conexoes_devidas(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select c.id
  from clientes c
  left join conexoes x on x.cliente_id = c.id and x.instancia = c.whatsapp_instance
  where c.ativo and c.subdomain is not null and c.whatsapp_instance is not null and c.whatsapp_provedor = 'evolution'
    and (x.proxima_em is null or x.proxima_em <= p_agora)
  order by x.proxima_em nulls first, c.id
  limit p_maximo
$$;
