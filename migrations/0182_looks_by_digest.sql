-- What: `acessos.resumo`, a digest of what makes two looks of a user the same one: by which route, from where, at whom.
-- Why: a look that is repeated within ten minutes is kept once, and whether it is was asked by comparing lists of patients, each with each of all the user was shown
-- lately: the processors of all clinics for whoever looked at much, again and again. Rows of before have none; within ten minutes nobody asks for them.
-- Lock: `acessos` while the index is built. Undo: drop the index and the column.

alter table acessos add column resumo bytea constraint acessos_resumo_check check (octet_length(resumo) = 16);
create index acessos_resumo_idx on acessos (cliente_id, usuario_id, resumo, em) where resumo is not null;
