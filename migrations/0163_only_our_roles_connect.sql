-- What: nobody but our own roles connects to this database.
-- Why: the same server may hold another program's database, Evolution's, which parses whatever strangers send. Who took that over would find no
-- table of ours open to it, but could still hold connections and advisory locks here.
-- Lock: none on data. Undo: grant connect, temporary on database … to public.

do $$
begin
  execute format('revoke connect, temporary on database %I from public', current_database());
  execute format('grant connect on database %I to hi_app, hi_admin, hi_operador', current_database());
end $$;
