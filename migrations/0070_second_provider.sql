-- What: a clinic's messages may be carried by Meta's WhatsApp Cloud API instead of Evolution; a message may leave as a template; and one that
-- must wait until the patient writes again says so.
-- Who sets it: the operator (all columns of `clientes`); hi_app has no grant for these two. Both accounts lead to their clinic whatever
-- is chosen, so that nothing is lost while a clinic moves from one to the other; what leaves goes through the chosen one.
-- Why `recebida_cloud_em`: Meta lets a free text leave for a day after the patient's last message there; one that came through the other
-- account opens nothing. It says when the patient wrote by Meta's clock, and is emptied when Meta says that the day is over.
-- `aguardando`: neither pending (the sweep would take it) nor failed (it leaves with the patient's next message).
-- Lock: `saida` and `mensagens` are read once to check the new sets. Undo: drop the columns, the policy's columns, put back the functions of
-- 0009 and the two sets of 0007.

alter table clientes
  add column whatsapp_provedor text not null default 'evolution'
    constraint clientes_whatsapp_provedor_check check (whatsapp_provedor in ('evolution', 'cloud')),
  add column whatsapp_cloud_id text
    constraint clientes_whatsapp_cloud_id_key unique
    constraint clientes_whatsapp_cloud_id_check check (whatsapp_cloud_id ~ '^[0-9]{1,20}$'),
  add constraint clientes_whatsapp_cloud_check check (whatsapp_provedor <> 'cloud' or whatsapp_cloud_id is not null);
grant select (whatsapp_provedor, whatsapp_cloud_id) on clientes to hi_resolver;

alter table conversas add column recebida_cloud_em timestamptz;

alter table saida
  add column modelo jsonb constraint saida_modelo_check check (jsonb_typeof(modelo) = 'object' and modelo ? 'nome'),
  drop constraint saida_estado_check,
  add constraint saida_estado_check
    check (estado in ('pendente', 'enviando', 'enviada', 'incerta', 'falhou', 'cancelada', 'aguardando'));
create index saida_aguardando_idx on saida (cliente_id, conversa_id, id) where estado = 'aguardando';
create index saida_retomada_idx on saida (cliente_id, conversa_id, id) where chave like 'retomada:%';
alter table mensagens
  drop constraint mensagens_estado_check,
  add constraint mensagens_estado_check
    check (estado in ('recebida', 'pendente', 'enviada', 'entregue', 'lida', 'falhou', 'incerta', 'aguardando'));

alter type hi_tenant add attribute whatsapp_provedor text, add attribute whatsapp_cloud_id text;

create or replace function hi_tenant_by_id(p_id bigint) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao, c.whatsapp_provedor, c.whatsapp_cloud_id
  from clientes c where c.id = p_id
$$;

create or replace function hi_tenant_by_subdomain(p_subdomain text) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao, c.whatsapp_provedor, c.whatsapp_cloud_id
  from clientes c where c.subdomain = p_subdomain
$$;

-- By the name of an account: an instance of Evolution, or `cloud:` and Meta's id of a number. No instance has a colon.
create or replace function hi_tenant_by_instance(p_instance text) returns setof hi_tenant
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao, c.whatsapp_provedor, c.whatsapp_cloud_id
  from clientes c
  where c.whatsapp_instance = p_instance
  union all
  select c.id, c.nome, c.subdomain::text, c.whatsapp_instance::text, c.ativo, c.suspenso_em is not null, c.suspensao_motivo,
         c.fuso, c.versao, c.whatsapp_provedor, c.whatsapp_cloud_id
  from clientes c
  where c.whatsapp_cloud_id = substr(p_instance, 7) and starts_with(p_instance, 'cloud:')
$$;

-- A reminder that waits for its patient is taken back as one that has not left (0056): it speaks of a time that is no more.
create function hi_retira_aguardando() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  with retiradas as (
    update saida s set estado = 'cancelada', chave = null
    from lembretes l
    where l.cliente_id = new.cliente_id and l.agendamento_id = new.id and s.cliente_id = l.cliente_id and s.id = l.saida_id
      and s.estado = 'aguardando'
    returning s.mensagem_id
  )
  update mensagens m set apagada_em = now() from retiradas r where m.cliente_id = new.cliente_id and m.id = r.mensagem_id;
  return null;
end $$;
create trigger agendamentos_retira_aguardando after update on agendamentos for each row
  when (new.status in ('cancelado', 'remarcado', 'faltou', 'realizado') and old.status <> new.status
        or old.inicio_em <> new.inicio_em or old.medico_id <> new.medico_id)
  execute function hi_retira_aguardando();
grant execute on function hi_retira_aguardando() to hi_app, hi_operador;
