-- What: an index of the messages whose sending has no answer.
-- Why: WhatsApp may show a message of ours before it answers the request that sent it, or never answer; whether what comes from the clinic's
-- own number is such a message is looked up by its conversation.
-- Lock: writers of `saida` while the index is built, seconds among a million. Undo: drop the index.

create index saida_sem_resposta_idx on saida (cliente_id, conversa_id, id)
  where whatsapp_id is null and estado in ('pendente', 'enviando', 'incerta');
