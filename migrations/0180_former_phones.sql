-- What: the phones a patient's row had before, until when each; written by the database, whoever corrects the phone.
-- Why: a thread knows the phone and not the patient. Who wrote from one phone, was given another and asked for their data, or to be erased, left what they
-- had written on the first one standing. Erasing deletes these rows too; of phones that were left before there was this table, the reminders that went there tell.
-- Whose: the row that was kept, of several that were united.
-- Lock: `pacientes` for a moment. Undo: drop the trigger, the function and the table.

create table telefones_anteriores (
  id bigint generated always as identity constraint telefones_anteriores_pkey primary key,
  cliente_id bigint not null constraint telefones_anteriores_cliente_id_fkey references clientes (id),
  paciente_id bigint not null,
  telefone text not null constraint telefones_anteriores_telefone_check check (telefone ~ '^\+[1-9][0-9]{7,14}$'),
  ate_em timestamptz not null default now(),
  constraint telefones_anteriores_cliente_id_id_key unique (cliente_id, id),
  constraint telefones_anteriores_paciente_id_fkey foreign key (cliente_id, paciente_id) references pacientes (cliente_id, id)
);
create index telefones_anteriores_paciente_id_idx on telefones_anteriores (cliente_id, paciente_id);
create index telefones_anteriores_telefone_idx on telefones_anteriores (cliente_id, telefone);
call hi_isola('telefones_anteriores');
grant select, insert, delete, update (paciente_id) on telefones_anteriores to hi_app;

create function hi_guarda_telefone_anterior() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  insert into telefones_anteriores (cliente_id, paciente_id, telefone)
  values (old.cliente_id, coalesce(new.fundido_em_id, new.id), old.telefone);
  return null;
end $$;
create trigger pacientes_telefone_anterior after update of telefone on pacientes for each row
  when (old.telefone is not null and old.telefone is distinct from new.telefone and new.anonimizado_em is null)
  execute function hi_guarda_telefone_anterior();
grant execute on function hi_guarda_telefone_anterior() to hi_app, hi_operador, hi_resolver;
