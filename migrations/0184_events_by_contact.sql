-- What: of an event in the inbox, whose conversation it is of: `contato`, as in `conversas`; null: of none, or what it said is gone.
-- Why: erasing a person looked for their phone in the body of every event of the clinic. With two million of them it never ended, and nobody there could be erased.
-- Who writes it: the database, from the body, whoever writes or empties that, also where triggers are put off: copies from before this column are restored.
-- Lock: `entrada` while its rows are written once and the index is made; there are few, for no clinic is at work yet. With many it would be done as
-- docs/escala.md says. Undo: drop the trigger, the function, the index and the column.

alter table entrada add column contato text;

create function hi_contato_do_evento() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  new.contato := coalesce(
    ltrim(new.corpo #>> '{event,contact,telefone}', '+'),
    'lid:' || (new.corpo #>> '{event,contact,lid}'),
    new.corpo #>> '{event,contact,jid}');
  return new;
end $$;
grant execute on function hi_contato_do_evento() to hi_app, hi_operador, hi_resolver;
create trigger entrada_contato before insert or update of corpo on entrada for each row execute function hi_contato_do_evento();
alter table entrada enable always trigger entrada_contato;

update entrada set corpo = corpo where corpo <> '{}';
create index entrada_contato_idx on entrada (cliente_id, contato) where esquecida_em is null;
