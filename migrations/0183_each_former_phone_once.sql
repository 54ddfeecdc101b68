-- What: a phone a patient's row had before is kept once, until when it was theirs the last time.
-- Why: a row for each change grew as fast as somebody changes a phone back and forth, and who asks until when a phone was theirs asks for the last time anyway.
-- Lock: `telefones_anteriores` for a moment. Undo: drop the constraint, make the index of 0180 and its function again.

delete from telefones_anteriores t using telefones_anteriores o
where o.cliente_id = t.cliente_id and o.paciente_id = t.paciente_id and o.telefone = t.telefone and (o.ate_em, o.id) > (t.ate_em, t.id);
alter table telefones_anteriores add constraint telefones_anteriores_telefone_key unique (cliente_id, paciente_id, telefone);
drop index telefones_anteriores_paciente_id_idx;
grant update (ate_em) on telefones_anteriores to hi_app;

create or replace function hi_guarda_telefone_anterior() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  insert into telefones_anteriores as t (cliente_id, paciente_id, telefone)
  values (old.cliente_id, coalesce(new.fundido_em_id, new.id), old.telefone)
  on conflict (cliente_id, paciente_id, telefone) do update set ate_em = greatest(t.ate_em, excluded.ate_em);
  return null;
end $$;
