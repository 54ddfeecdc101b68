-- What: what the system itself does to a clinic (it suspends who does not pay, and takes up who has paid) is in the operators' chained trail.
-- Who: nobody; `papel` is `sistema`, and only such a row names no operator.
-- Why a trigger: whatever function does it, it is one statement on `clientes`, and the row stands or falls with it. What the console does writes its own
-- row; what psql does is psql's.
-- Lock: `auditoria_operacao` for a moment. Undo: drop the trigger, the function, the policy and the check, make `operador_id` not null again.

alter table auditoria_operacao
  alter column operador_id drop not null,
  add constraint auditoria_operacao_sistema_check check ((operador_id is null) = (papel = 'sistema'));

create policy auditoria_operacao_sistema on auditoria_operacao for insert to hi_resolver with check (operador_id is null and papel = 'sistema');
grant insert (em, operador_id, papel, acao, alvo, antes, depois) on auditoria_operacao to hi_resolver;

create function hi_registra_suspensao() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into auditoria_operacao (em, operador_id, papel, acao, alvo, antes, depois)
  values (coalesce(new.suspenso_em, now()), null, 'sistema', case when new.suspenso_em is null then 'cliente_reativado' else 'cliente_suspenso' end, 'clientes/' || new.id,
          jsonb_build_object('suspenso_em', old.suspenso_em, 'suspensao_motivo', old.suspensao_motivo, 'suspenso_por', old.suspenso_por),
          jsonb_build_object('suspenso_em', new.suspenso_em, 'suspensao_motivo', new.suspensao_motivo, 'suspenso_por', new.suspenso_por));
  return null;
end $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_registra_suspensao() from public;
  alter function hi_registra_suspensao() owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;

create trigger clientes_registra_suspensao after update of suspenso_em on clientes for each row
  when (old.suspenso_em is distinct from new.suspenso_em and session_user = 'hi_app') execute function hi_registra_suspensao();
