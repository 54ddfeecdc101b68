-- What: how often the agenda of a clinic changed, so that who asks again and again is told "nothing" for one read of an index.
-- How: whatever writes a row that the lists of appointments, requests and blocks show counts one at the end of its transaction, in one of eight rows of the clinic.
-- What was committed is counted in the same commit, so the rows never say less than is to be seen; a count is never taken back, so no two states look alike
-- whatever order transactions end in.
-- Why at the end (a deferred trigger), and why eight: who counts keeps the row until the commit. Taken last, nothing is waited for while it is kept, so
-- nobody who writes an agenda waits longer than another's commit, and never in a circle; of eight, mostly for nobody.
-- Why `comecou`: a clinic that was restored counts from zero again, and must not be taken for what it was.
-- Lock: the tables for a moment. Undo: drop the triggers, the function and the table.

create table mudancas_agenda (
  cliente_id bigint not null constraint mudancas_agenda_cliente_id_fkey references clientes (id),
  fatia smallint not null,
  comecou uuid not null default gen_random_uuid(),
  quantas bigint not null default 1,
  constraint mudancas_agenda_pkey primary key (cliente_id, fatia)
) with (fillfactor = 50);
call hi_isola('mudancas_agenda');
create policy mudancas_agenda_resolver on mudancas_agenda for all to hi_resolver using (true) with check (true);
grant select on mudancas_agenda to hi_app;
grant select, insert, update on mudancas_agenda to hi_resolver;

create function hi_conta_mudanca() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  clinica bigint := case tg_op when 'DELETE' then old.cliente_id else new.cliente_id end;
  contada text := pg_current_xact_id()::text || ':' || clinica;
begin
  -- Once a transaction, however many rows it wrote.
  if coalesce(current_setting('app.agenda_mudou', true), '') <> contada then
    insert into mudancas_agenda as m (cliente_id, fatia) values (clinica, pg_backend_pid() % 8)
    on conflict (cliente_id, fatia) do update set quantas = m.quantas + 1;
    perform set_config('app.agenda_mudou', contada, true);
  end if;
  return null;
end $$;

create constraint trigger agendamentos_90_mudanca after insert or update or delete on agendamentos
  deferrable initially deferred for each row execute function hi_conta_mudanca();
create constraint trigger bloqueios_90_mudanca after insert or update or delete on bloqueios
  deferrable initially deferred for each row execute function hi_conta_mudanca();
-- Of reservations only requests are listed; a choice on the public page is nobody's news.
create constraint trigger reservas_90_mudanca_nova after insert on reservas
  deferrable initially deferred for each row when (new.tipo = 'pedido') execute function hi_conta_mudanca();
create constraint trigger reservas_91_mudanca after update on reservas
  deferrable initially deferred for each row when (old.tipo = 'pedido' or new.tipo = 'pedido') execute function hi_conta_mudanca();
create constraint trigger reservas_92_mudanca_fim after delete on reservas
  deferrable initially deferred for each row when (old.tipo = 'pedido') execute function hi_conta_mudanca();
-- Whose names the lists show. Of a professional not more than the name: a login writes that row too.
create constraint trigger pacientes_90_mudanca after update on pacientes
  deferrable initially deferred for each row when (old.* is distinct from new.*) execute function hi_conta_mudanca();
create constraint trigger medicos_90_mudanca after update on medicos
  deferrable initially deferred for each row when (old.nome is distinct from new.nome) execute function hi_conta_mudanca();
create constraint trigger servicos_90_mudanca after update on servicos
  deferrable initially deferred for each row when (old.* is distinct from new.*) execute function hi_conta_mudanca();

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  execute 'revoke execute on function hi_conta_mudanca() from public';
  execute 'grant execute on function hi_conta_mudanca() to hi_app, hi_admin, hi_operador, hi_resolver';
  execute 'alter function hi_conta_mudanca() owner to hi_resolver';
  execute 'revoke create on schema public from hi_resolver';
end $$;
