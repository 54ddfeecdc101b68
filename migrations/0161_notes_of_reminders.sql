-- What: a clinic's own note in each of its reminders, and a professional's own in theirs.
-- Why null: as the rules of 0063, null takes what is above. An empty one is a professional's who wants none where the clinic has one.
-- Lock: `regras_lembrete` for a moment. Undo: drop the columns.

alter table regras_lembrete
  add column confirmacao_nota text constraint regras_lembrete_confirmacao_nota_check check (char_length(confirmacao_nota) <= 300),
  add column vespera_nota text constraint regras_lembrete_vespera_nota_check check (char_length(vespera_nota) <= 300),
  add column dia_nota text constraint regras_lembrete_dia_nota_check check (char_length(dia_nota) <= 300),
  add column falta_nota text constraint regras_lembrete_falta_nota_check check (char_length(falta_nota) <= 300);
