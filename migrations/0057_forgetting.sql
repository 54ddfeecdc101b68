-- What: indexes for what the sweep forgets, and fewer rights on what is evidence.
-- Why: choices nobody kept, and codes, are looked for by when they ended among all there ever were. And a consent, once given, is changed by
-- nobody: only a merge says whose it is. Of a calendar's address only its end is written.
-- Lock: writers of `reservas` and `codigos` while the indexes are built. Undo: drop the indexes, grant update on both tables.

create index reservas_esquecer_idx on reservas (cliente_id, expira_em) where tipo = 'escolha' and agendamento_id is null;
create index codigos_expira_em_idx on codigos (cliente_id, expira_em);

revoke update on consentimentos, calendarios from hi_app;
grant update (paciente_id) on consentimentos to hi_app;
grant update (revogado_em) on calendarios to hi_app;
