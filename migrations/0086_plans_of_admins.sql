-- What: an admin makes plans in the console; who looks after money goes on changing them. And a plan limits how many messages a month a language
-- model thinks about, beside its tokens: turns are what a clinic can count.
-- Lock: `planos` for a moment. Undo: drop the policy, the constraints and the column, revoke the insert.

alter table planos
  add column limite_ia_turnos_mes integer constraint planos_limite_ia_turnos_mes_check check (limite_ia_turnos_mes >= 0),
  add constraint planos_nome_check check (nome ~ '^[a-z][a-z0-9_]{1,39}$'),
  add constraint planos_titulo_check check (length(btrim(titulo)) between 2 and 60);

-- Besides `planos_admin`, which lets in who looks after money.
create policy planos_admin_cria on planos as restrictive for insert to hi_admin with check (hi_operador_papel() = 'admin');
grant insert (nome, titulo, preco_centavos, limite_profissionais, limite_agendamentos_mes, limite_mensagens_mes, ativo, ia_permitida,
              ia_limite_tokens, transcricao, transcricoes_mes, limite_ia_turnos_mes) on planos to hi_admin;
grant update (limite_ia_turnos_mes) on planos to hi_admin;
