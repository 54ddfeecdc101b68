-- What: which messages go first, when each was last tried and confirmed, why one failed, and reports of messages that are not known yet.
-- Why: a patient who asked must not wait behind a hundred reminders, and a number that sends a hundred at once is banned. A send without
-- an answer is looked up before it is repeated, once (`reenvios`). WhatsApp may report on a message before the request that sent it is
-- answered: the report is kept until the id is known.
-- `prioridade`: 0 answers somebody who is in conversation, 1 writes to somebody who is not.
-- Lock: `saida` refuses writes while its old rows are marked as confirmed and the indexes are built. Undo: drop table, indexes, columns.

alter table saida
  add column prioridade smallint not null default 1 constraint saida_prioridade_check check (prioridade in (0, 1)),
  add column tentada_em timestamptz,
  add column confirmada_em timestamptz,
  add column reenvios integer not null default 0;
update saida set confirmada_em = enviada_em, tentada_em = enviada_em where estado = 'enviada';
alter table mensagens add column falha text
  constraint mensagens_falha_check check (falha in ('sem_whatsapp', 'recusada', 'desistimos', 'sem_confirmacao'));

create index saida_prioridade_idx on saida (cliente_id, destino) where estado = 'pendente' and prioridade = 0;
create index saida_whatsapp_id_idx on saida (cliente_id, whatsapp_id) where whatsapp_id is not null;
create index saida_tentada_em_idx on saida (cliente_id, estado, tentada_em);
create index saida_sem_confirmacao_idx on saida (cliente_id, tentada_em) where estado = 'enviada' and confirmada_em is null;
create index lembretes_saida_id_idx on lembretes (cliente_id, saida_id) where saida_id is not null;

create table relatos (
  cliente_id bigint not null constraint relatos_cliente_id_fkey references clientes (id),
  whatsapp_id text not null,
  estado text not null
    constraint relatos_estado_check check (estado in ('pendente', 'enviada', 'falhou', 'entregue', 'lida')),
  criado_em timestamptz not null default now(),
  constraint relatos_pkey primary key (cliente_id, whatsapp_id)
);
create index relatos_criado_em_idx on relatos (cliente_id, criado_em);
call hi_isola('relatos');
grant select, insert, update, delete on relatos to hi_app;
