-- What: an e-mail that tells of an emergency leaves before a clinic's others (`emails.prioridade`, 0).
-- Why: e-mails leave in the order in which they are due, and a clinic that lost its connection or blocked a month has hundreds.
-- Lock: `emails` refuses writes while the index is built. Undo: put back the index of 0065, drop the column.

alter table emails add column prioridade smallint not null default 1
  constraint emails_prioridade_check check (prioridade in (0, 1));
update emails set prioridade = 0 where chave like 'urgencia:%' and estado = 'pendente';
drop index emails_fila_idx;
create index emails_fila_idx on emails (cliente_id, prioridade, proxima_em, id) where estado in ('pendente', 'enviando');
