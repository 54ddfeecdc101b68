-- What: a code may prove a phone for a place in the waiting list, asked for on the public page, where there is no time to keep.
-- Why in `codigos`: what is true of a code is true of this one: forgotten a day after it ended, erased with its person, in no copy.
-- `dono` is the digest of a token only the visitor has; `espera` what they wait for: `medico_id`, `servico_id`, `periodo`.
-- Lock: `codigos` for a moment. Undo: delete the rows without `reserva_id`, drop the index and the columns, set `reserva_id` not null.

alter table codigos
  alter column reserva_id drop not null,
  add column dono text,
  add column espera jsonb,
  add constraint codigos_para_que_check check (
    reserva_id is not null and dono is null and espera is null
    or reserva_id is null and dono is not null and jsonb_typeof(espera) = 'object');
create unique index codigos_dono_key on codigos (cliente_id, dono) where dono is not null;
