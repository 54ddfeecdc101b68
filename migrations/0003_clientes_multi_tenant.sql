-- What: the three columns of the guide, by the guide's own statements, and the rules they need.
-- Why apart: the guide prints these statements; this file is where they run. A test compares the two.
-- Undo: drop the columns.

ALTER TABLE clientes ADD COLUMN subdomain VARCHAR(100) UNIQUE;
ALTER TABLE clientes ADD COLUMN whatsapp_instance VARCHAR(100);
ALTER TABLE clientes ADD COLUMN whatsapp_numero VARCHAR(20);

alter table clientes
  add constraint clientes_subdomain_check check (
    subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' and subdomain not in ('www', 'admin', 'api', 'static', 'app', 'mail')),
  add constraint clientes_whatsapp_instance_key unique (whatsapp_instance),
  add constraint clientes_whatsapp_instance_check check (whatsapp_instance ~ '^[A-Za-z0-9_-]{1,100}$'),
  add constraint clientes_whatsapp_numero_check check (whatsapp_numero ~ '^[0-9]{8,15}$');

-- Restating a clinic that is there (same address, name and instance) is no error: the guide is read more than once.
create function hi_prepara_cliente() returns trigger
language plpgsql
set search_path = pg_catalog, public
as $$
begin
  new.subdomain := lower(btrim(new.subdomain));
  new.whatsapp_numero := nullif(regexp_replace(new.whatsapp_numero, '[^0-9]', '', 'g'), '');
  if tg_op = 'UPDATE' then
    new.versao := old.versao + 1;
    new.atualizado_em := now();
  elsif exists (select from clientes c where c.subdomain = new.subdomain and c.nome = new.nome
                and c.whatsapp_instance is not distinct from new.whatsapp_instance) then
    return null;
  end if;
  return new;
end $$;

create trigger clientes_prepara before insert or update on clientes for each row execute function hi_prepara_cliente();

alter table clientes enable row level security;
alter table clientes force row level security;
create policy clientes_tenant on clientes for all to hi_app using (id = hi_cliente()) with check (id = hi_cliente());
create policy clientes_operador on clientes for all to hi_operador using (true) with check (true);
create policy clientes_resolver on clientes for select to hi_resolver using (true);

grant select on clientes to hi_app;
grant select (id, nome, subdomain, whatsapp_instance, ativo, suspenso_em, suspensao_motivo, fuso, versao) on clientes to hi_resolver;
grant select (id, nome, email, senha, papel, ativo), update (senha) on operadores to hi_resolver;
grant execute on function hi_prepara_cliente() to hi_operador;
