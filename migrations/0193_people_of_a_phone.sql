-- What: the patients of a phone are found the active ones first, the newest before the others.
-- Why: several people share a phone, and whoever asks for them takes as many as there may be: without an order the index knows, all of them would be read to take some.
-- Lock: `pacientes` refuses writes while the index is built. Undo: make the index of 0005 again, drop this one.

create index pacientes_telefone_ativo_idx on pacientes (cliente_id, telefone, ativo, id);
drop index pacientes_telefone_idx;
