-- What: a gestor adds professionals, who log in with nothing until somebody invites them, and whoever touches the whole agenda renames them.
-- Lock: none on data. Undo: revoke.

grant insert (cliente_id, nome) on medicos to hi_app;
grant update (nome, crm) on medicos to hi_app;
