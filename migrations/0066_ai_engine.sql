-- What: whether a clinic's assistant may ask a language model, whose, with what the clinic wants it to know, and how much in a month.
-- Why two switches: the operator permits it, by plan or for one clinic (it costs money); who manages the clinic turns it on (it sends what
-- patients write to somebody else). The use of a month is counted in DynamoDB, beside the calls; here are only the limits.
-- Undo: drop the columns.

alter table planos
  add column ia_permitida boolean not null default false,
  add column ia_limite_tokens bigint not null default 2000000
    constraint planos_ia_limite_tokens_check check (ia_limite_tokens between 0 and 1000000000000);
alter table clientes
  add column ia_permitida boolean,
  add column ia_limite_tokens bigint
    constraint clientes_ia_limite_tokens_check check (ia_limite_tokens between 0 and 1000000000000),
  add column ia_ligada boolean not null default false,
  add column ia_provedor text not null default 'anthropic'
    constraint clientes_ia_provedor_check check (ia_provedor in ('anthropic', 'openai')),
  add column ia_instrucoes text
    constraint clientes_ia_instrucoes_check check (length(ia_instrucoes) between 1 and 2000);
comment on column clientes.ia_permitida is 'Null: as the plan says. Written by the operator only.';
grant update (ia_ligada, ia_provedor, ia_instrucoes) on clientes to hi_app;
