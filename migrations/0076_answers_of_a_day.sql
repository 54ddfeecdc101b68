-- What: how many messages the assistant wrote in a conversation on the clinic's day it wrote last, and until when it is silent there because they were
-- too many.
-- Why counted and not looked up: a thread that gets so many is long, and each of its turns would count them all again.
-- Lock: short. Undo: drop the columns.

alter table conversas
  add column respostas_dia date,
  add column respostas_no_dia integer not null default 0
    constraint conversas_respostas_no_dia_check check (respostas_no_dia >= 0),
  add column calado_ate timestamptz;
