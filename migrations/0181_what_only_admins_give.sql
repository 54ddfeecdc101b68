-- What: a clinic at work gets its first WhatsApp line, and another number, from an admin only, as it gets another line since 0148. What a language model may
-- cost a clinic (`ia_permitida`, `ia_limite_tokens`) is decided by an admin or whoever looks after money, from the clinic's first row on.
-- Why: whoever put a phone of their own behind a clinic that had none yet read what its patients write; and who only looks after clinics spent the platform's
-- money. The console refuses both in words; this is the wall behind.
-- Lock: `clientes` for a moment. Undo: put back the trigger of 0175, drop the others and the function.

drop trigger clientes_guarda_rota on clientes;

create trigger clientes_guarda_rota
  before update of subdomain, whatsapp_instance, whatsapp_numero, retencao_meses, nome, telefone, endereco, fuso on clientes for each row
  when (session_user = 'hi_admin' and (old.subdomain <> new.subdomain
        or (old.whatsapp_instance, old.whatsapp_numero) is distinct from (new.whatsapp_instance, new.whatsapp_numero)
        or new.retencao_meses < coalesce(old.retencao_meses, 241)
        or (old.nome, old.telefone, old.endereco, old.fuso) is distinct from (new.nome, new.telefone, new.endereco, new.fuso)))
  execute function hi_guarda_rota();

create function hi_guarda_ia() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if coalesce(hi_operador_papel(), '') not in ('admin', 'financeiro') then
    raise exception 'clientes: só um admin ou o financeiro decide o que a inteligência artificial custa' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
revoke execute on function hi_guarda_ia() from public;

create trigger clientes_guarda_ia before update of ia_permitida, ia_limite_tokens on clientes for each row
  when (session_user = 'hi_admin' and (old.ia_permitida, old.ia_limite_tokens) is distinct from (new.ia_permitida, new.ia_limite_tokens))
  execute function hi_guarda_ia();
create trigger clientes_guarda_ia_nova before insert on clientes for each row
  when (session_user = 'hi_admin' and (new.ia_permitida is not null or new.ia_limite_tokens is not null))
  execute function hi_guarda_ia();
