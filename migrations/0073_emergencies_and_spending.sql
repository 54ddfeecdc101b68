-- What: whether a professional is told of emergencies patients write about (`avisos_medicos.urgencias`), and how many voice messages of a clinic
-- a plan has turned into text in a month (`planos.transcricoes_mes`).
-- Why on by default: who learns nothing can't act, and an emergency is rare. Why a number: every recording costs money, and one phone can send
-- hundreds.
-- Lock: short. Undo: drop the columns.

alter table avisos_medicos add column urgencias boolean not null default true;
alter table planos add column transcricoes_mes integer not null default 1000
  constraint planos_transcricoes_mes_check check (transcricoes_mes >= 0);
update planos set transcricoes_mes = 5000 where nome = 'enterprise';
