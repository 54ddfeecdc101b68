-- What: hi_app may call none of the doors that hi_login and hi_cartas have since 0169, nor write what only signing in and choosing a password writes.
-- Why: whoever smuggles a statement into a function of a clinic must not choose an admin's password by it, nor read the letter that brings the link.
-- A contract step: where functions of before 0169 run, it is applied once they do not (docs/deploy.md, 10).
-- Lock: none on data. Undo: grant it to hi_app again.

revoke execute on function
  hi_operador_by_email(text), hi_operador_by_id(bigint), hi_operador_set_senha(bigint, text), hi_sessoes_desde(),
  hi_ve_link_operador(text, text, timestamptz), hi_senha_por_link_operador(text, text, text, inet, timestamptz),
  hi_esquece_senha_operador(text, text, text, text, inet, timestamptz, timestamptz),
  hi_troca_senha_operador(bigint, text, text, text, inet, timestamptz), hi_encerra_sessoes_operador(bigint, inet, timestamptz),
  hi_escreve_a_operador(bigint, text, text, text, timestamptz), hi_aceita_convite(text, text, text, inet, timestamptz),
  hi_pega_email_operacao(timestamptz, timestamptz), hi_fecha_email_operacao(bigint, text, timestamptz, text, timestamptz),
  hi_esquece_emails_operacao(timestamptz), hi_incidentes_a_avisar(timestamptz),
  hi_avisa_incidente(bigint, timestamptz, boolean, text, text, timestamptz) from hi_app;
revoke update (senha, ultimo_acesso_em) on medicos, secretarias from hi_app;
revoke update (usado_em) on links_senha from hi_app;
