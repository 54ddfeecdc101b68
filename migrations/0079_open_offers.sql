-- What: the open offers of a clinic, which each sweep of it looks at.
-- Lock: `ofertas` refuses writes while the index is built. Undo: drop the index.

create index ofertas_abertas_idx on ofertas (cliente_id, medico_id, id) where estado = 'aberta';
