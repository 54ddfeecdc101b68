-- What: whether a clinic is at work: somebody manages it, or it has patients. Where it is led to, only an admin changes from then on.
-- Why: a clinic whose last gestor left was open to whoever looks after clinics: its WhatsApp could be moved, and with it what its patients write.
-- Lock: none. Undo: put back `hi_guarda_rota` of 0148 and drop the function.

create function hi_ja_trabalha(p_cliente_id bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select hi_tem_gestor(p_cliente_id) or exists (select from pacientes p where p.cliente_id = p_cliente_id)
$$;

create or replace function hi_guarda_rota() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if hi_operador_papel() is distinct from 'admin' and hi_ja_trabalha(old.id) then
    raise exception 'clientes: só um admin muda por onde se chega a uma clínica' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_ja_trabalha(bigint) from public;
  grant execute on function hi_ja_trabalha(bigint) to hi_admin;
  alter function hi_ja_trabalha(bigint) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
