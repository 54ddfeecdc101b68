-- What: what operators do with their own access (ask for a new password, choose or change one, accept an invitation, end their sessions) is in their
-- chained trail, with the address it came from. And whether an operator has a password at all, which an admin may know and the hash not.
-- Why in the functions: these acts come from who is not in yet, so no operator's transaction does them; the row stands or falls with the act.
-- Lock: `operadores` is rewritten, a handful of rows. Undo: drop the policy and the column, put back the functions of 0140 and 0141.

alter table operadores add column tem_senha boolean not null generated always as (senha is not null) stored;
grant select (tem_senha) on operadores to hi_admin;
-- Whose access is taken away comes back, if ever, without the sessions and links of before.
grant update (sessoes_epoca, sessao_mantida) on operadores to hi_admin;

create policy auditoria_operacao_acesso on auditoria_operacao for insert to hi_resolver
  with check (operador_id is not null and alvo = 'operadores/' || operador_id and antes is null and depois is null
    and acao in ('convite_aceito', 'senha_esquecida', 'senha_redefinida', 'senha_trocada', 'sessoes_encerradas'));
grant insert (origem_ip) on auditoria_operacao to hi_resolver;

drop function hi_aceita_convite_operador(text, text, timestamptz);
drop function hi_senha_por_link_operador(text, text, text, timestamptz);
drop function hi_dono_do_link_operador(text);
drop function hi_esquece_senha_operador(text, text, text, text, timestamptz, timestamptz);
drop function hi_troca_senha_operador(bigint, text, text, text);
drop function hi_encerra_sessoes_operador(bigint, text);

create function hi_registra_acesso_operador(p_id bigint, p_acao text, p_de inet, p_agora timestamptz) returns void
language sql volatile
set search_path = pg_catalog, public, pg_temp
as $$
  insert into auditoria_operacao (em, operador_id, papel, acao, alvo, origem_ip)
  select p_agora, o.id, o.papel, p_acao, 'operadores/' || o.id, p_de from operadores o where o.id = p_id
$$;

-- Chooses the password a link is for. Whose it was is told where it worked, and whether there was a password before, of which that person is told.
create function hi_senha_por_link_operador(p_motivo text, p_hash text, p_senha text, p_de inet, p_agora timestamptz)
returns table (resultado text, pessoa bigint, havia_senha boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  link record;
  antes record;
begin
  if p_senha is null or p_senha not like '$argon2id$%' then
    raise exception 'senha: só um hash' using errcode = 'invalid_parameter_value';
  end if;
  select c.* into link from convites_operador c where c.token_hash = p_hash and c.motivo = p_motivo for update;
  select o.ativo, o.senha into antes from operadores o where o.id = link.operador_id for no key update;
  resultado := case when link.id is null then 'desconhecido' when not antes.ativo then 'inativo' when link.usado_em is not null then 'usado'
                    when link.cancelado_em is not null then 'substituido' when link.expira_em <= p_agora then 'vencido' end;
  if resultado is not null then
    return next;
    return;
  end if;
  update operadores o set senha = p_senha, sessoes_epoca = o.sessoes_epoca + 1, sessao_mantida = null where o.id = link.operador_id;
  update convites_operador c set usado_em = p_agora where c.id = link.id;
  update convites_operador c set cancelado_em = p_agora
  where c.operador_id = link.operador_id and c.usado_em is null and c.cancelado_em is null;
  perform hi_registra_acesso_operador(link.operador_id, case p_motivo when 'convite' then 'convite_aceito' else 'senha_redefinida' end, p_de, p_agora);
  return query select 'aceito', link.operador_id, antes.senha is not null;
end $$;

-- An operator forgot the password: the link is kept and the letter with it written. Of an address nobody has, nothing is; who never had a password
-- comes in by the invitation.
create function hi_esquece_senha_operador(p_email text, p_hash text, p_assunto text, p_texto text, p_de inet, p_agora timestamptz, p_expira timestamptz)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  pessoa bigint;
  feito bigint;
begin
  select o.id into pessoa from operadores o where o.email = p_email and o.ativo and o.senha is not null;
  if pessoa is null then return; end if;
  insert into convites_operador (operador_id, token_hash, motivo, criado_em, expira_em)
  values (pessoa, p_hash, 'esquecida', p_agora, p_expira) returning id into feito;
  perform hi_escreve_a_operador(pessoa, 'senha:' || feito, p_assunto, p_texto, p_agora);
  perform hi_registra_acesso_operador(pessoa, 'senha_esquecida', p_de, p_agora);
end $$;

-- Another password instead of the one whose hash is told; every session ends but the one named. Says whether it did.
create function hi_troca_senha_operador(p_id bigint, p_antes text, p_senha text, p_mantida text, p_de inet, p_agora timestamptz) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if p_senha is null or p_senha not like '$argon2id$%' then
    raise exception 'senha: só um hash' using errcode = 'invalid_parameter_value';
  end if;
  update operadores o set senha = p_senha, sessoes_epoca = o.sessoes_epoca + 1, sessao_mantida = p_mantida
  where o.id = p_id and o.ativo and o.senha = p_antes;
  if not found then return false; end if;
  perform hi_registra_acesso_operador(p_id, 'senha_trocada', p_de, p_agora);
  return true;
end $$;

-- Ends every session of an operator.
create function hi_encerra_sessoes_operador(p_id bigint, p_de inet, p_agora timestamptz) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update operadores o set sessoes_epoca = o.sessoes_epoca + 1, sessao_mantida = null where o.id = p_id;
  perform hi_registra_acesso_operador(p_id, 'sessoes_encerradas', p_de, p_agora);
end $$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_registra_acesso_operador(bigint, text, inet, timestamptz) from public;
  alter function hi_registra_acesso_operador(bigint, text, inet, timestamptz) owner to hi_resolver;
  foreach porta in array array['hi_senha_por_link_operador(text, text, text, inet, timestamptz)',
                               'hi_esquece_senha_operador(text, text, text, text, inet, timestamptz, timestamptz)',
                               'hi_troca_senha_operador(bigint, text, text, text, inet, timestamptz)',
                               'hi_encerra_sessoes_operador(bigint, inet, timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to hi_app', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
