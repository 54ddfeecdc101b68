-- What: who manages a clinic may change its name. Before, the operators did.
-- Invoices that were issued keep the name they were issued to (`faturas.pagador_nome`).
-- Lock: none on data. Undo: revoke the grant.

grant update (nome) on clientes to hi_app;
