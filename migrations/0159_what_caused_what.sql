-- What: what came in and what is to be sent name the request or the sweep that caused them; and how many clinics are known to be disconnected.
-- Why: whoever looks for a message finds every line of the log about it, from the webhook to the sending, under one id. And a number that is told
-- each minute raises an alarm when it grows, and also when nobody tells it any more.
-- Personal: nothing. A correlation id is made by a gateway, a function or a queue.
-- Counted is the standing alert, not the state: a connection that comes back by itself within its minutes is no reason to call anybody.
-- Lock: `entrada` and `saida` while the checks read them; every row is null. Undo: drop the function and the columns, revoke the grant.

alter table entrada add column correlacao text
  constraint entrada_correlacao_check check (correlacao ~ '^[A-Za-z0-9_.:=+/-]{1,64}$');
alter table saida add column correlacao text
  constraint saida_correlacao_check check (correlacao ~ '^[A-Za-z0-9_.:=+/-]{1,64}$');
comment on column entrada.correlacao is 'The correlation id of the request that brought it; in the log, `correlation_id`.';
comment on column saida.correlacao is 'The correlation id of what caused it: a message of the patient, a request, a sweep; in the log, `correlation_id`.';

grant select (tipo) on alertas to hi_resolver;

create function hi_instancias_desconectadas() returns bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select count(*) from clientes c join alertas a on a.cliente_id = c.id
  where c.ativo and a.tipo = 'desconectada' and a.resolvido_em is null
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  alter function hi_instancias_desconectadas() owner to hi_resolver;
  revoke create on schema public from hi_resolver;
end $$;
revoke execute on function hi_instancias_desconectadas() from public;
grant execute on function hi_instancias_desconectadas() to hi_app;
