-- What: a professional has at most one calendar address that works; this is also how it is found.
-- Lock: `calendarios` is new and empty. Undo: drop the index.

create unique index calendarios_medico_id_key on calendarios (cliente_id, medico_id) where revogado_em is null;
