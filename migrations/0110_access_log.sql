-- What: `acessos`, who of a clinic was shown which patients and conversations, when, from where and by which route; never what they read. Rows
-- are only added, and forgotten after two years.
-- Why arrays: a day of the agenda shows forty patients, and a row for each would be most of the database. Who asks for one patient's is answered
-- by a function, because under row-level security no array is looked up in an index (`&&` is not leakproof).
-- Why this key: it begins with the clinic and holds the instant, so the table can be cut into months when it must. Nothing refers to it.
-- Lock: none on data. Undo: drop the functions and the table.

create table acessos (
  id bigint generated always as identity,
  cliente_id bigint not null constraint acessos_cliente_id_fkey references clientes (id),
  em timestamptz not null,
  usuario_tipo text not null constraint acessos_usuario_tipo_check check (usuario_tipo in ('medico', 'secretaria')),
  usuario_id bigint not null,
  tipo text not null constraint acessos_tipo_check
    check (tipo in ('agenda', 'cadastro', 'busca', 'espera', 'conversa', 'exportacao', 'calendario')),
  rota text not null,
  pacientes bigint[] not null,
  conversas bigint[] not null,
  origem_ip inet,
  constraint acessos_pkey primary key (cliente_id, em, id)
);
create index acessos_usuario_idx on acessos (cliente_id, usuario_id, em desc);
create index acessos_pacientes_idx on acessos using gin (pacientes);

call hi_isola('acessos');
create policy acessos_resolver on acessos for select to hi_resolver using (true);
create policy acessos_retencao on acessos for delete to hi_resolver using (em < now() - interval '12 months');
grant select, insert on acessos to hi_app;
grant select (id, cliente_id, em, pacientes), delete on acessos to hi_resolver;
-- Also for the owner, who would have to take the trigger away first.
create trigger acessos_imutavel before update or truncate on acessos for each statement execute function hi_so_acrescenta();

-- The accesses to some patients of the transaction's clinic, the newest first, after a place.
create function hi_acessos_dos_pacientes(p_pacientes bigint[], p_antes_em timestamptz, p_antes_id bigint, p_maximo integer)
returns table (em timestamptz, id bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select a.em, a.id from acessos a
  where a.cliente_id = hi_cliente() and a.pacientes && p_pacientes
    and (p_antes_em is null or (a.em, a.id) < (p_antes_em, p_antes_id))
  order by a.em desc, a.id desc limit p_maximo
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  alter function hi_acessos_dos_pacientes(bigint[], timestamptz, bigint, integer) owner to hi_resolver;
  revoke create on schema public from hi_resolver;
end $$;
revoke execute on function hi_acessos_dos_pacientes(bigint[], timestamptz, bigint, integer) from public;
grant execute on function hi_acessos_dos_pacientes(bigint[], timestamptz, bigint, integer) to hi_app;
