-- What: consents are a ledger: rows are only added, with the version of what was asked; "parar" and "voltar" of a conversation are rows too, written
-- by the database whatever path changes it.
-- Why of a conversation: a phone may be of several people, and who wrote "parar" spoke for the phone. Whose state it is follows from who is on it.
-- What may change: whose a row is, by a merge (`paciente_id`).
-- Lock: `consentimentos` and `conversas` for a moment. Undo: drop the triggers, the function and the columns, put back the checks.

alter table consentimentos
  add column versao text constraint consentimentos_versao_check check (length(versao) between 1 and 40),
  add column conversa_id bigint,
  alter column paciente_id drop not null,
  drop constraint consentimentos_tipo_check,
  add constraint consentimentos_tipo_check check (tipo in ('lembretes', 'marketing', 'whatsapp')),
  add constraint consentimentos_conversa_id_fkey foreign key (cliente_id, conversa_id) references conversas (cliente_id, id),
  add constraint consentimentos_de_quem_check check ((paciente_id is null) <> (conversa_id is null));
create index consentimentos_conversa_id_idx on consentimentos (cliente_id, conversa_id, id) where conversa_id is not null;

create trigger consentimentos_imutavel
  before update of cliente_id, tipo, aceito, canal, autor_tipo, autor_id, em, versao, conversa_id or delete or truncate on consentimentos
  for each statement execute function hi_so_acrescenta();

create function hi_registra_parada() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  insert into consentimentos (cliente_id, conversa_id, tipo, aceito, canal, autor_tipo, em)
  values (new.cliente_id, new.id, 'whatsapp', not new.bot_parado,
          case when session_user = 'hi_operador' then 'sql' else 'whatsapp' end,
          case when session_user = 'hi_operador' then null else 'paciente' end, now());
  return null;
end $$;
create trigger conversas_registra_parada after update of bot_parado on conversas for each row
  when (old.bot_parado is distinct from new.bot_parado) execute function hi_registra_parada();
create trigger conversas_registra_parada_nova after insert on conversas for each row
  when (new.bot_parado) execute function hi_registra_parada();
grant execute on function hi_registra_parada() to hi_app, hi_operador;
