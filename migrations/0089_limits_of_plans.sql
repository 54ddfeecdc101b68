-- What: a professional more than the plan has is refused to the functions, whatever path makes one; and when each clinic's use was looked at last,
-- so that warnings are thought of once an hour.
-- Why only to the functions: somebody at psql decides for the platform. The name of the constraint says which limit and how many.
-- Lock: `medicos` for a moment. Undo: drop the trigger, the function and the table.

create function hi_limita_profissionais() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
declare
  maximo integer;
begin
  if session_user not in ('hi_app', 'hi_admin') or not new.ativo then
    return new;
  end if;
  if tg_op = 'UPDATE' then
    if old.ativo then return new; end if;
  end if;
  select p.limite_profissionais into maximo from clientes c join planos p on p.nome = c.plano where c.id = new.cliente_id;
  if maximo is null then
    return new;
  end if;
  -- Two at once do not both see the last place.
  perform pg_advisory_xact_lock(hashtextextended('limite.profissionais:' || new.cliente_id, 0));
  if (select count(*) from medicos m where m.cliente_id = new.cliente_id and m.ativo) >= maximo then
    raise exception 'o plano não tem mais profissionais'
      using errcode = 'check_violation', constraint = 'limite_do_plano:profissionais:' || maximo;
  end if;
  return new;
end $$;
create trigger medicos_40_limite before insert or update of ativo on medicos for each row execute function hi_limita_profissionais();
grant execute on function hi_limita_profissionais() to hi_app, hi_operador, hi_resolver;
grant select (id, plano) on clientes to hi_resolver;

create table uso_visto (
  cliente_id bigint not null constraint uso_visto_pkey primary key constraint uso_visto_cliente_id_fkey references clientes (id),
  em timestamptz not null
);
call hi_isola('uso_visto');
grant select, insert, update on uso_visto to hi_app;
