-- What: the messages people of a clinic wrote, by when: a plan limits them by the month, and among what the assistant answers they are few.
-- Lock: `mensagens` refuses writes while the index is built. Undo: drop the index.

create index mensagens_equipe_idx on mensagens (cliente_id, criado_em) where direcao = 'saida' and autor = 'humano';
