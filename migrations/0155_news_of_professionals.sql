-- What: a professional who is new, comes back, leaves or gets another colour is news of the clinic's agenda, as another name is already.
-- Why: who has the agenda open shows a column for each; whoever asks again and again and is told "nothing" would never hear of them.
-- How: the trigger of 0144 also counts these columns and whoever comes. A login writes the row too and stays no news.
-- Lock: `medicos` for a moment. Undo: the trigger of 0144.

drop trigger medicos_90_mudanca on medicos;
create constraint trigger medicos_90_mudanca after update on medicos
  deferrable initially deferred for each row
  when ((old.nome, old.cor, old.ativo) is distinct from (new.nome, new.cor, new.ativo)) execute function hi_conta_mudanca();
create constraint trigger medicos_91_mudanca_novo after insert on medicos
  deferrable initially deferred for each row execute function hi_conta_mudanca();
