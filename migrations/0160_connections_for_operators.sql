-- What: operators who look after clinics see how each clinic's WhatsApp is: the state, since when, when somebody last heard of it.
-- Why: a line that is down is a clinic whose patients nobody answers, and the platform should know before the clinic calls.
-- Not seen: codes to connect with, profiles, the numbers that were asked for or missed. `numero` is the clinic's own, as in `clientes`; it is
-- only asked whether there is one, which tells "never connected" from "down". `whatsapp_cloud_id` tells whose a message of Meta's is.
-- Lock: none on data. Undo: drop the policy, revoke the columns.

create policy conexoes_admin on conexoes for select to hi_admin using (hi_operador_papel() in ('admin', 'suporte'));
grant select (cliente_id, instancia, estado, desde, visto_em, motivo, caiu_em, numero, verificada_em, falhas, suspeita_desde, suspeita_motivo)
  on conexoes to hi_admin;
grant select (whatsapp_cloud_id) on clientes to hi_admin;
