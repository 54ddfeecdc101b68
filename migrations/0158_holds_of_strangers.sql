-- What: of a time a stranger keeps on the public page: until when at most (`limite_em`), whether it keeps anybody away (`firme`), and that the
-- clinic gave it to somebody else meanwhile (`tomada`).
-- Why: from many networks, one hold after another kept a time from everybody for ever, and no phone was ever proven. Staff books over such a
-- hold now, its visitor is told so when they go on, and a time that strangers kept again and again is had by whoever proves a phone first.
-- Lock: short. Undo: drop the index and the columns, put back the check of 0015 (`tomada` becomes `solta`).

alter table reservas
  add column limite_em timestamptz,
  add column firme boolean not null default true,
  drop constraint reservas_estado_check,
  add constraint reservas_estado_check check (estado in ('aberta', 'usada', 'solta', 'tomada'));
create index reservas_escolha_idx on reservas (cliente_id, medico_id, inicio_em) where tipo = 'escolha';
