-- What: a clinic's name, phone, street and time zone are an admin's to change too, once it is at work, as its address and its WhatsApp are.
-- Why: patients read them in every message and on the public page, and reminders leave by that clock: who wrote another phone or street there sent them
-- elsewhere. The console refuses it in words; this is the wall behind.
-- Lock: `clientes` for a moment. Undo: put back the trigger of 0148.

drop trigger clientes_guarda_rota on clientes;

create trigger clientes_guarda_rota
  before update of subdomain, whatsapp_instance, retencao_meses, nome, telefone, endereco, fuso on clientes for each row
  when (session_user = 'hi_admin' and (old.subdomain <> new.subdomain or old.whatsapp_instance is not null and old.whatsapp_instance is distinct from new.whatsapp_instance
        or new.retencao_meses < coalesce(old.retencao_meses, 241)
        or (old.nome, old.telefone, old.endereco, old.fuso) is distinct from (new.nome, new.telefone, new.endereco, new.fuso)))
  execute function hi_guarda_rota();
