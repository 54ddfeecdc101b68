-- What: `pacientes.versao`, which grows with each change of what the clinic knows of a person.
-- Why: two people with the same record open wrote over each other. Who says which version they saw is refused when there is a newer one.
-- Why a trigger: consents, unions and psql write the row as well, and a version one of them forgets guards nothing.
-- Lock: `pacientes` for a moment. Undo: drop the trigger, the function and the column.

alter table pacientes add column versao integer not null default 1;

create function hi_conta_versao() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  new.versao := old.versao + 1;
  return new;
end $$;
create trigger pacientes_versao before update on pacientes for each row
  when ((old.nome, old.telefone, old.cpf, old.cns, old.email, old.nascimento_dia, old.observacoes, old.convenio_id, old.aceita_lembretes,
         old.aceita_marketing, old.ativo)
        is distinct from
        (new.nome, new.telefone, new.cpf, new.cns, new.email, new.nascimento_dia, new.observacoes, new.convenio_id, new.aceita_lembretes,
         new.aceita_marketing, new.ativo))
  execute function hi_conta_versao();
grant execute on function hi_conta_versao() to hi_app, hi_operador, hi_resolver;
