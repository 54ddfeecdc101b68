-- What: a visit that moves or ends waits for the reminder that is being written of it.
-- Why: the sweep writes the message and only then names it in `lembretes`. A move in between saw no message to take back, and the patient
-- was reminded of a time that was no more.
-- Lock: none. Undo: put back the function of 0035.

create or replace function hi_encerra_lembretes() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  -- What follows is a statement of its own, so it sees what the sweep committed while this one waited.
  perform from lembretes where cliente_id = new.cliente_id and agendamento_id = new.id order by id for update;
  with retiradas as (
    update saida s set estado = 'cancelada', chave = null
    from lembretes l
    where l.cliente_id = new.cliente_id and l.agendamento_id = new.id and s.cliente_id = l.cliente_id and s.id = l.saida_id
      and s.estado = 'pendente'
    returning s.mensagem_id
  )
  update mensagens m set apagada_em = now() from retiradas r where m.cliente_id = new.cliente_id and m.id = r.mensagem_id;
  if new.status in ('cancelado', 'remarcado', 'faltou', 'realizado') then
    update lembretes set estado = 'cancelado'
    where cliente_id = new.cliente_id and agendamento_id = new.id and estado = 'pendente';
  end if;
  return null;
end $$;
