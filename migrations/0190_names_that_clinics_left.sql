-- What: addresses and WhatsApp instances that clinics left, whose each was, and which instances are still to be ended at Evolution; and whether the instance a
-- clinic has was made for it.
-- Why: an instance that lost its name in our books, because the clinic was renamed or closed, stayed linked to the clinic's phone. Whoever gave that name to
-- a new clinic read what the first one's patients write. A name that was left is an admin's to give to another clinic, and nobody's while Evolution has it;
-- and a new clinic takes up no instance that was there before it.
-- Lock: `clientes` for a moment. Undo: drop the triggers, the functions, the column and the table.

create table nomes_deixados (
  tipo text not null constraint nomes_deixados_tipo_check check (tipo in ('subdomain', 'instancia')),
  nome text not null,
  de_cliente_id bigint not null,
  deixado_em timestamptz not null default now(),
  -- Since when nothing is there under the name; null: it is still to be ended at Evolution.
  findo_em timestamptz,
  -- Of one that is to be ended: not before then; null: at once.
  proxima_em timestamptz,
  tentativas integer not null default 0,
  constraint nomes_deixados_pkey primary key (tipo, nome)
);
create index nomes_deixados_vivos_idx on nomes_deixados (proxima_em) where findo_em is null;
grant select, insert, update on nomes_deixados to hi_resolver;

-- When Evolution said that it has nothing under this name, so that what it has since was made for this clinic; null: what it has may be anybody's.
alter table clientes add column whatsapp_feita_em timestamptz default now();
update clientes c set whatsapp_feita_em = null
where c.ativo and c.whatsapp_instance is not null and not exists (select from pacientes p where p.cliente_id = c.id)
  and not exists (select from conexoes x where x.cliente_id = c.id and x.instancia = c.whatsapp_instance);
grant update (whatsapp_feita_em) on clientes to hi_app;
grant select (whatsapp_feita_em), update (whatsapp_feita_em) on clientes to hi_admin;
grant select (whatsapp_feita_em) on clientes to hi_resolver;

-- What was left before there was this table, as far as anything tells: instances that were once connected, and those of closed clinics.
insert into nomes_deixados (tipo, nome, de_cliente_id)
select distinct on (x.instancia) 'instancia', x.instancia, x.cliente_id
from conexoes x join clientes c on c.id = x.cliente_id
where x.instancia not like 'cloud:%' and (x.instancia is distinct from c.whatsapp_instance or not c.ativo)
  and not exists (select from clientes o where o.ativo and o.whatsapp_instance = x.instancia)
order by x.instancia, x.cliente_id
on conflict do nothing;
insert into nomes_deixados (tipo, nome, de_cliente_id, findo_em)
select distinct on (a.antes ->> 'subdomain') 'subdomain', a.antes ->> 'subdomain', split_part(a.alvo, '/', 2)::bigint, now()
from auditoria_operacao a
where a.acao = 'cliente_alterado' and a.alvo ~ '^clientes/[0-9]+$' and a.antes ->> 'subdomain' <> a.depois ->> 'subdomain'
order by a.antes ->> 'subdomain', a.id desc
on conflict do nothing;

-- Why a clinic (none: a new one) may not have these names, or null: `viva`, Evolution has an instance of that name that another clinic left, or this one;
-- `subdomain`, `instancia`: they were another clinic's, and only an admin gives them again. Of what it has already nothing is asked.
create function hi_nome_recusado(p_cliente_id bigint, p_subdomain text, p_instancia text) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select case
    when lower(p_instancia) is distinct from lower(c.whatsapp_instance) and exists (
      select from nomes_deixados n where n.tipo = 'instancia' and lower(n.nome) = lower(p_instancia) and n.findo_em is null) then 'viva'
    when hi_operador_papel() = 'admin' then null
    when p_subdomain is distinct from c.subdomain::text and exists (
      select from nomes_deixados n where n.tipo = 'subdomain' and n.nome = p_subdomain and n.de_cliente_id is distinct from p_cliente_id) then 'subdomain'
    when lower(p_instancia) is distinct from lower(c.whatsapp_instance) and exists (
      select from nomes_deixados n
      where n.tipo = 'instancia' and lower(n.nome) = lower(p_instancia) and n.de_cliente_id is distinct from p_cliente_id) then 'instancia'
  end
  from (select) nova left join clientes c on c.id = p_cliente_id
$$;

create function hi_guarda_nome() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if hi_nome_recusado(new.id, new.subdomain, new.whatsapp_instance) is not null then
    raise exception 'clientes: um nome que foi de outra clínica só um admin dá, e não enquanto a instância dela existe' using errcode = 'insufficient_privilege';
  end if;
  if tg_op = 'INSERT' then
    new.whatsapp_feita_em := null;
  elsif new.whatsapp_instance is distinct from old.whatsapp_instance then
    new.whatsapp_feita_em := null;
  end if;
  return new;
end $$;

create function hi_deixa_nomes() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  if new.subdomain is distinct from old.subdomain and old.subdomain is not null then
    insert into nomes_deixados (tipo, nome, de_cliente_id, findo_em) values ('subdomain', old.subdomain, old.id, now())
    on conflict (tipo, nome) do update set de_cliente_id = excluded.de_cliente_id, deixado_em = now();
  end if;
  -- One that was never made for it is not its own to end.
  if old.whatsapp_feita_em is not null and old.whatsapp_instance is not null
     and (new.whatsapp_instance is distinct from old.whatsapp_instance or old.ativo and not new.ativo) then
    insert into nomes_deixados (tipo, nome, de_cliente_id) values ('instancia', old.whatsapp_instance, old.id)
    on conflict (tipo, nome) do update
    set de_cliente_id = excluded.de_cliente_id, deixado_em = now(), findo_em = null, proxima_em = null, tentativas = 0;
  end if;
  return null;
end $$;

-- Instances that are to be ended, some, the longest waiting first; each is somebody else's turn only later, and later each time. One that a clinic at work
-- has is never among them.
create function hi_instancias_a_encerrar(p_agora timestamptz, p_maximo integer) returns setof text
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  update nomes_deixados n
  set tentativas = n.tentativas + 1, proxima_em = p_agora + least(interval '1 minute' * 2 ^ least(n.tentativas, 10), interval '1 hour')
  where (n.tipo, n.nome) in (
    select d.tipo, d.nome from nomes_deixados d
    where d.tipo = 'instancia' and d.findo_em is null and (d.proxima_em is null or d.proxima_em <= p_agora)
      and not exists (select from clientes c where c.ativo and c.whatsapp_instance = d.nome)
    order by d.proxima_em nulls first, d.nome limit p_maximo for update skip locked)
  returning n.nome
$$;

create function hi_instancia_encerrada(p_nome text, p_agora timestamptz) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  update nomes_deixados set findo_em = p_agora, proxima_em = null where tipo = 'instancia' and nome = p_nome and findo_em is null
$$;

do $$
declare
  porta text;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_nome_recusado(bigint, text, text)', 'hi_guarda_nome()', 'hi_deixa_nomes()',
                               'hi_instancias_a_encerrar(timestamptz, integer)', 'hi_instancia_encerrada(text, timestamptz)'] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_nome_recusado(bigint, text, text) to hi_admin;
grant execute on function hi_instancias_a_encerrar(timestamptz, integer), hi_instancia_encerrada(text, timestamptz) to hi_app;

create trigger clientes_guarda_nome_novo before insert on clientes for each row when (session_user = 'hi_admin') execute function hi_guarda_nome();
create trigger clientes_guarda_nome before update of subdomain, whatsapp_instance on clientes for each row
  when (session_user = 'hi_admin'
        and (old.subdomain is distinct from new.subdomain or old.whatsapp_instance is distinct from new.whatsapp_instance))
  execute function hi_guarda_nome();
create trigger clientes_deixa_nomes after update of subdomain, whatsapp_instance, ativo on clientes for each row
  when (old.subdomain is distinct from new.subdomain or old.whatsapp_instance is distinct from new.whatsapp_instance or old.ativo and not new.ativo)
  execute function hi_deixa_nomes();
