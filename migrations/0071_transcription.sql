-- What: whether a clinic wants patients' voice messages turned into text, and whether its plan pays for it.
-- Why off: the recording goes to whoever transcribes; a clinic decides that knowingly. What was said is kept as the message's text, a
-- recording never is.
-- Lock: short. Undo: drop the columns.

alter table planos add column transcricao boolean not null default false;
update planos set transcricao = true where nome in ('profissional', 'enterprise');
alter table clientes add column transcreve_audio boolean not null default false;
grant update (transcreve_audio) on clientes to hi_app;
