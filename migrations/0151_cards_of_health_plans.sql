-- What: `pacientes.carteirinha`, the number on the card of the patient's health plan.
-- Why it can't be without a plan: it is a number of that plan's; with another plan, or none, it is nobody's.
-- Lock: `pacientes` for a moment; the check reads the table once. Undo: drop the column, put the trigger of 0150 back.

alter table pacientes
  add column carteirinha text constraint pacientes_carteirinha_check check (carteirinha ~ '^[0-9A-Za-z][0-9A-Za-z ./-]{0,39}$'),
  add constraint pacientes_carteirinha_convenio_check check (carteirinha is null or convenio_id is not null);

drop trigger pacientes_versao on pacientes;
create trigger pacientes_versao before update on pacientes for each row
  when ((old.nome, old.telefone, old.cpf, old.cns, old.email, old.nascimento_dia, old.observacoes, old.convenio_id, old.carteirinha,
         old.aceita_lembretes, old.aceita_marketing, old.ativo)
        is distinct from
        (new.nome, new.telefone, new.cpf, new.cns, new.email, new.nascimento_dia, new.observacoes, new.convenio_id, new.carteirinha,
         new.aceita_lembretes, new.aceita_marketing, new.ativo))
  execute function hi_conta_versao();
