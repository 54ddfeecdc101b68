-- What: whether the instance a clinic has at Evolution was made for it, told with the clinic itself; connections are looked after only where it was; and when
-- it was is written once, by who looks after clinics, and taken back by nobody.
-- Why: an instance that is somebody else's (another system's on the same server) was refused only where a clinic connects. By every other way messages left
-- through it, its history was read and its phone logged out. And any operator could say that an instance was made for a clinic, past the console.
-- Why a function of its own: whoever runs while this is deployed has prepared `select *` of those that lead to a clinic, and their shape must not change.
-- Lock: `clientes` for a moment. Undo: drop the trigger and both functions, put back `hi_conexoes_devidas` of 0079.

create function hi_linha_propria(p_cliente_id bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.whatsapp_feita_em is not null from clientes c where c.id = p_cliente_id
$$;

create or replace function hi_conexoes_devidas(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
set max_parallel_workers_per_gather = 0
as $$
  select c.id
  from clientes c
  left join conexoes x on x.cliente_id = c.id and x.instancia = c.whatsapp_instance
  where c.ativo and c.subdomain is not null
    and case
      when c.whatsapp_instance is not null and c.whatsapp_provedor = 'evolution' and c.whatsapp_feita_em is not null
        then x.proxima_em is null or x.proxima_em <= p_agora
      else exists (select from alertas a where a.cliente_id = c.id and a.resolvido_em is null) end
  order by x.proxima_em nulls first, c.id
  limit p_maximo
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_linha_propria(bigint) from public;
  alter function hi_linha_propria(bigint) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_linha_propria(bigint) to hi_app, hi_login, hi_admin;

-- Another name takes it back too, which `hi_guarda_nome` does after this.
create function hi_guarda_linha() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if old.whatsapp_feita_em is not null then
    raise exception 'clientes: quando a linha foi feita para a clínica se escreve uma vez' using errcode = 'insufficient_privilege';
  end if;
  -- By itself: a clinic's role may not even ask.
  if session_user = 'hi_admin' then
    if coalesce(hi_operador_papel(), '') not in ('admin', 'suporte') then
      raise exception 'clientes: só quem cuida de clínicas diz que a linha foi feita para uma' using errcode = 'insufficient_privilege';
    end if;
  end if;
  return new;
end $$;
revoke execute on function hi_guarda_linha() from public;

create trigger clientes_guarda_linha before update of whatsapp_feita_em on clientes for each row
  when (session_user in ('hi_admin', 'hi_app') and old.whatsapp_feita_em is distinct from new.whatsapp_feita_em)
  execute function hi_guarda_linha();
