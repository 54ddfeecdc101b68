-- What: whom an answer showed is kept with it (`idempotencia`), so that giving it again is an access too; a corrected phone is a person's only one; a
-- renamed patient is told to who asks what is new.
-- Why the phone: rows that were united with somebody's keep the phones they had, and whoever has such a phone speaks for that person. When the clinic, the
-- person or psql says that the phone is another one, the old ones are nobody's any more.
-- Why not `conversas.mudou`: the threads of a patient would be locked after the patient, who is locked after them elsewhere.
-- Lock: `idempotencia` and `pacientes` for a moment. Undo: drop the triggers, the functions, the index and the columns.

alter table idempotencia
  add column pacientes bigint[] not null default '{}',
  add column conversas bigint[] not null default '{}';

create function hi_um_telefone_so() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  update pacientes p set telefone = null
  where p.cliente_id = new.cliente_id and p.fundido_em_id = new.id and p.telefone is not null;
  return null;
end $$;
create trigger pacientes_um_telefone_so after update of telefone on pacientes for each row
  when (old.telefone is not null and old.telefone is distinct from new.telefone and new.fundido_em_id is null)
  execute function hi_um_telefone_so();

-- The transaction that named somebody otherwise last; 0: none did.
alter table pacientes add column nome_mudou bigint not null default 0;
create index pacientes_nome_mudou_idx on pacientes (cliente_id, nome_mudou) where nome_mudou > 0;
create function hi_marca_nome() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  new.nome_mudou := hi_transacao();
  return new;
end $$;
create trigger pacientes_nome_mudou before update of nome on pacientes for each row
  when (old.nome is distinct from new.nome) execute function hi_marca_nome();
grant execute on function hi_um_telefone_so(), hi_marca_nome() to hi_app, hi_operador, hi_resolver;
