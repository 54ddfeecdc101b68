-- What: a reminder that is written but has not left goes with the time it speaks of, when the visit ends or lies elsewhere.
-- Why: after an outage of WhatsApp the outbox would otherwise remind of times that are no more. Its name is given up with it, so that
-- a visit which comes back to that time is reminded of again. What is being sent already can't be called back.
-- Undo: put back the function and the trigger of 0007.

create or replace function hi_encerra_lembretes() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
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

drop trigger agendamentos_encerra_lembretes on agendamentos;
create trigger agendamentos_encerra_lembretes after update on agendamentos for each row
  when (new.status in ('cancelado', 'remarcado', 'faltou', 'realizado') and old.status <> new.status
        or old.inicio_em <> new.inicio_em or old.medico_id <> new.medico_id)
  execute function hi_encerra_lembretes();
