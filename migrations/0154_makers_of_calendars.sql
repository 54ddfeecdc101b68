-- What: who made the address of an agenda. It works as long as its maker may see that agenda.
-- Why null: an address of before is its professional's.
-- Lock: `calendarios` for a moment. Undo: drop the columns.

alter table calendarios
  add column criado_por_tipo text constraint calendarios_criado_por_tipo_check check (criado_por_tipo in ('medico', 'secretaria')),
  add column criado_por_id bigint,
  add constraint calendarios_criado_por_check check ((criado_por_tipo is null) = (criado_por_id is null));
