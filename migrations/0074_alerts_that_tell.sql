-- What: what is known of a clinic's connection is kept by account, the number a code to type was asked for, the number that should have been
-- connected when another was, an alert for that, and whether the end of an alert was told (`avisado_em` is its beginning).
-- Why by account: a clinic that changes its instance or its provider, or a process that still believes the old one, wiped out what was known of the
-- other: the pace of its number, what it may have missed, who is new. Nobody writes to a row but under its account's name.
-- Alerts of before are told to nobody any more.
-- Lock: both tables for a moment; they are small. Undo: delete the rows of other accounts, put back the key and the check, drop the columns.

alter table conexoes
  drop constraint conexoes_pkey,
  add constraint conexoes_pkey primary key (cliente_id, instancia),
  add column numero_pedido text,
  add column numero_esperado text;

alter table alertas
  drop constraint alertas_tipo_check,
  add constraint alertas_tipo_check check (tipo in ('desconectada', 'silencio', 'envios', 'numero')),
  add column fim_avisado_em timestamptz;
update alertas set avisado_em = coalesce(avisado_em, desde), fim_avisado_em = resolvido_em;
create index alertas_por_avisar_idx on alertas (cliente_id) where avisado_em is null or (resolvido_em is not null and fim_avisado_em is null);
