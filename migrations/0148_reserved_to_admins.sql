-- What: where a clinic's patients and people are led to (its address, its WhatsApp instance), and how long its texts are kept, is an admin's to change once
-- somebody manages the clinic. Until then whoever looks after clinics corrects it freely.
-- Why: who moved another clinic's instance to one of their own read what its patients write. The console refuses it in words; this is the wall behind.
-- And: of links for a forgotten password three stand at once, whoever asks for more.
-- Undo: drop the trigger and the function, put back `hi_esquece_senha_operador` of 0145.

create function hi_guarda_rota() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if hi_operador_papel() is distinct from 'admin' and hi_tem_gestor(old.id) then
    raise exception 'clientes: só um admin muda por onde se chega a uma clínica' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_guarda_rota() from public;
  alter function hi_guarda_rota() owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;

create trigger clientes_guarda_rota before update of subdomain, whatsapp_instance, retencao_meses on clientes for each row
  when (session_user = 'hi_admin' and (old.subdomain <> new.subdomain or old.whatsapp_instance is not null and old.whatsapp_instance is distinct from new.whatsapp_instance
        or new.retencao_meses < coalesce(old.retencao_meses, 241)))
  execute function hi_guarda_rota();

create or replace function hi_esquece_senha_operador(p_email text, p_hash text, p_assunto text, p_texto text, p_de inet, p_agora timestamptz, p_expira timestamptz)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  pessoa bigint;
  feito bigint;
begin
  select o.id into pessoa from operadores o where o.email = p_email and o.ativo and o.senha is not null;
  if pessoa is null or (select count(*) from convites_operador c
                        where c.operador_id = pessoa and c.motivo = 'esquecida' and c.usado_em is null and c.cancelado_em is null and c.expira_em > p_agora) >= 3 then
    return;
  end if;
  insert into convites_operador (operador_id, token_hash, motivo, criado_em, expira_em)
  values (pessoa, p_hash, 'esquecida', p_agora, p_expira) returning id into feito;
  perform hi_escreve_a_operador(pessoa, 'senha:' || feito, p_assunto, p_texto, p_agora);
  perform hi_registra_acesso_operador(pessoa, 'senha_esquecida', p_de, p_agora);
end $$;
