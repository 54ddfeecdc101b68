-- What: the index of unanswered messages becomes an index of the outbox by conversation.
-- Why: what was said to somebody last is looked up there too, and everything said to a person who is erased.
-- Lock: writers of `saida` while the index is built, seconds among a million. Undo: drop it, and create the index of 0055 again.

create index saida_conversa_id_idx on saida (cliente_id, conversa_id, id);
drop index saida_sem_resposta_idx;
