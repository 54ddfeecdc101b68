-- What: what measuring every query among a million appointments asked for (`make plans`).
-- Why: Postgres puts a function into the statement only when it carries no settings of its own. `hi_cliente()` stands in every policy and
-- was called for each row it judged, at several microseconds; put in, it is a comparison. Its body was parsed when it was created (`return`,
-- not text), so no search path can change what it means. The same for `hi_ocupa`. Two indexes: a hold that is forgotten was looked for
-- among all the clinic's offers, those whose wait is over among all who wait. And the sweep's question started parallel workers, which took
-- longer (40 ms) than answering it alone.
-- Lock: `ofertas` and `lista_espera` refuse writes while the indexes are built. Undo: set the search paths of 0001 and 0013,
-- reset the workers, drop the indexes.

alter function hi_cliente() reset all;
alter function hi_ocupa(text) reset all;
alter function hi_due_clientes(timestamptz, integer) set max_parallel_workers_per_gather = 0;

create index ofertas_reserva_id_idx on ofertas (cliente_id, reserva_id);
create index lista_espera_vale_ate_idx on lista_espera (cliente_id, vale_ate) where estado = 'aguardando' and vale_ate is not null;
