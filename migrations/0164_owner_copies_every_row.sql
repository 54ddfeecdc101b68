-- What: the owner of the schema, one of hi_operador since 0162, also reads what operators' requests were answered, and writes into their trail; and is
-- one of hi_app.
-- Why: where the owner is no superuser, as with a managed Postgres, a copy of the system would leave the answers out, the line in the trail that says
-- who copied or restored would be refused, and so would be what a restoration does again as the functions' role. hi_operador itself gets no right on
-- either table: whoever looks with psql still reads no answer and writes no line.
-- Lock: a moment of each of the two tables, whatever their size. Undo: drop both policies, revoke the grant.

create policy idempotencia_operador_operador on idempotencia_operador for select to hi_operador using (true);
create policy auditoria_operacao_dono on auditoria_operacao for insert to hi_operador with check (true);

do $$
begin
  execute format('grant hi_app to %I', current_user);
end $$;
