-- What: WhatsApp's id of a message that came in is unique in its conversation, not in the whole clinic. Of what the clinic says it stays unique as it was.
-- Why: the sender's client chooses it. A message that came with the id of our last answer, or of somebody else's, was answered and acted on, and no row of it
-- was kept: nobody at the clinic saw what was arranged.
-- Lock: `mensagens` while the indexes are built. Undo: put back the index of 0007, which two messages of one id refuse.

create unique index mensagens_whatsapp_id_conversa_key on mensagens (cliente_id, whatsapp_id, direcao, conversa_id) where whatsapp_id is not null;
drop index mensagens_whatsapp_id_key;
create unique index mensagens_whatsapp_id_key on mensagens (cliente_id, whatsapp_id) where whatsapp_id is not null and direcao = 'saida';
