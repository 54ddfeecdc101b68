-- What: the owner of the schema is one of hi_operador, whose policies on every isolated table hide nothing.
-- Why: security is forced on the owner too, and where the owner is no superuser, as with a managed Postgres, a migration that fills a new column
-- would change no row of 23 tables and say nothing about it. Who owns a table can take its policies away, so nothing is given that was not there.
-- The operators' trails stay as they are: nobody changes those.
-- Lock: none on data. Undo: revoke the grant.

do $$
begin
  execute format('grant hi_operador to %I', current_user);
end $$;
