-- What: hi_app keeps only the writes its functions do on people who log in, and no temporary table can stand in front of a real one
-- inside a function that runs with other rights.
-- Why: an injected statement must not make anybody a gestor; `pg_temp` is searched first unless it is named last.
-- Lock: none on data. Undo: grant insert and update again, set the search paths of 0009.

revoke insert, update on medicos, secretarias from hi_app;
grant update (senha) on medicos, secretarias to hi_app;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  for porta in select p.oid::regprocedure from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace
               and p.proname like 'hi\_%' loop
    execute format('alter function %s set search_path = pg_catalog, public, pg_temp', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
