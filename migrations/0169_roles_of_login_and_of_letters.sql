-- What: two roles. hi_login, which `login` alone is: the doors by which people sign in and choose passwords, and of a clinic the rows those need.
-- hi_cartas, by which `reminders` sends operators their letters: five doors, and no table.
-- Why: every function of a clinic was hi_app and could call them, so a statement smuggled into any would have chosen an admin's password, or read the
-- letter that brings the link for one.
-- Why hi_login is no member of hi_app: `login` answers strangers, and has no business with patients, agendas and conversations. It is let into the
-- policy of a clinic's functions (hi_isola) on the eight tables it works with, column by column.
-- What hi_app had it keeps until 0170: functions of the version before are still running.
-- Lock: each of the eight tables for a moment, `clientes` first: every transaction of a clinic reads it first, so none waits in a circle.
-- Undo: put the policies back to hi_app, drop owned by both roles, drop them.

do $$
declare
  papel text;
begin
  foreach papel in array array['hi_login', 'hi_cartas'] loop
    begin
      execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit nobypassrls', papel);
    exception
      when duplicate_object or unique_violation then null;
    end;
    execute format('grant connect on database %I to %I', current_database(), papel);
  end loop;
end $$;
grant usage on schema public to hi_login, hi_cartas;

alter policy clientes_tenant on clientes to hi_app, hi_login;
alter policy medicos_tenant on medicos to hi_app, hi_login;
alter policy secretarias_tenant on secretarias to hi_app, hi_login;
alter policy links_senha_tenant on links_senha to hi_app, hi_login;
alter policy convites_tenant on convites to hi_app, hi_login;
alter policy calendarios_tenant on calendarios to hi_app, hi_login;
alter policy auditoria_tenant on auditoria to hi_app, hi_login;
alter policy emails_tenant on emails to hi_app, hi_login;

grant select (id, nome, endereco, telefone, subdomain, versao, ativo, suspenso_em, fuso) on clientes to hi_login;
grant select (id, cliente_id, nome, email, senha, especialidade, crm, ativo, gestor, sessoes_epoca, sessao_mantida) on medicos to hi_login;
grant select (id, cliente_id, nome, email, senha, ativo, gestor, sessoes_epoca, sessao_mantida) on secretarias to hi_login;
grant update (senha, sessoes_epoca, sessao_mantida, ultimo_acesso_em) on medicos, secretarias to hi_login;
grant select, update (usado_em, cancelado_em), insert (cliente_id, usuario_tipo, usuario_id, motivo, token_hash, criado_em, expira_em)
  on links_senha to hi_login;
grant select (cliente_id, email, token_hash, usado_em, cancelado_em, expira_em) on convites to hi_login;
-- Who leaves every device leaves the calendars they gave away, too.
grant select (medico_id, criado_por_tipo, criado_por_id, criado_em, revogado_em), update (revogado_em) on calendarios to hi_login;
grant insert (cliente_id, autor_tipo, autor_id, acao, alvo, antes, depois) on auditoria to hi_login;
grant select (cliente_id, chave), insert (cliente_id, para, assunto, texto, chave, agendamento_id, proxima_em, criado_em, prioridade) on emails to hi_login;

grant execute on function hi_cliente(), hi_enter(bigint, text, bigint), hi_sessoes_do_usuario(text, bigint, bigint), hi_tenant_by_subdomain(text) to hi_login;
grant execute on function
  hi_operador_by_email(text), hi_operador_by_id(bigint), hi_operador_set_senha(bigint, text), hi_sessoes_desde(),
  hi_ve_link_operador(text, text, timestamptz), hi_senha_por_link_operador(text, text, text, inet, timestamptz),
  hi_esquece_senha_operador(text, text, text, text, inet, timestamptz, timestamptz),
  hi_troca_senha_operador(bigint, text, text, text, inet, timestamptz), hi_encerra_sessoes_operador(bigint, inet, timestamptz),
  hi_escreve_a_operador(bigint, text, text, text, timestamptz), hi_aceita_convite(text, text, text, inet, timestamptz) to hi_login;
grant execute on function
  hi_pega_email_operacao(timestamptz, timestamptz), hi_fecha_email_operacao(bigint, text, timestamptz, text, timestamptz),
  hi_esquece_emails_operacao(timestamptz), hi_incidentes_a_avisar(timestamptz),
  hi_avisa_incidente(bigint, timestamptz, boolean, text, text, timestamptz) to hi_cartas;

-- As in 0092; who accepts an invitation may become the clinic's first professional, and that is hi_login now.
create or replace function hi_limita_profissionais() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
declare
  maximo integer;
begin
  if session_user not in ('hi_app', 'hi_login', 'hi_admin') or not new.ativo then
    return new;
  end if;
  if tg_op = 'UPDATE' then
    if old.ativo then return new; end if;
  end if;
  select case when p.excedente_profissional_centavos is null then p.limite_profissionais end into maximo
  from clientes c join planos p on p.nome = c.plano where c.id = new.cliente_id;
  if maximo is null then
    return new;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('limite.profissionais:' || new.cliente_id, 0));
  if (select count(*) from medicos m where m.cliente_id = new.cliente_id and m.ativo) >= maximo then
    raise exception 'o plano não tem mais profissionais'
      using errcode = 'check_violation', constraint = 'limite_do_plano:profissionais:' || maximo;
  end if;
  return new;
end $$;
