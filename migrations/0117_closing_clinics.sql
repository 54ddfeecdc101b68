-- What: when a clinic is closed its gestores get a letter that a copy of its data is on offer, and its last days are measured.
-- Why a function: the console reads nobody's address, and writes to nobody by name.
-- Lock: none on data. Undo: drop the function and the policy, put back `hi_medicoes_devidas` of 0100.

-- Writes to who manages a clinic that is closed, once; how many letters. In the transaction that closes it.
create function hi_despede_clinica(p_cliente_id bigint, p_assunto text, p_texto text, p_agora timestamptz) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  escritos bigint;
begin
  if coalesce(hi_operador_papel(), '') <> 'admin'
     or not exists (select from clientes c where c.id = p_cliente_id and c.encerrado_em is not null) then
    return 0;
  end if;
  insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
  select p_cliente_id, g.email, p_assunto, p_texto, 'encerramento:' || g.email, p_agora, p_agora
  from (select lower(m.email::text) as email from medicos m where m.cliente_id = p_cliente_id and m.ativo and m.gestor
        union
        select lower(s.email::text) from secretarias s where s.cliente_id = p_cliente_id and s.ativo and s.gestor) g
  where length(g.email) between 3 and 254
  on conflict (cliente_id, chave) do nothing;
  get diagnostics escritos = row_count;
  return escritos;
end $$;

-- A clinic that was closed is measured once more, in the night that follows: its last days are used like others.
create policy uso_mensal_resolver on uso_mensal for select to hi_resolver using (true);
grant select (cliente_id, conferido_em) on uso_mensal to hi_resolver;
create or replace function hi_medicoes_devidas(p_agora timestamptz) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id from clientes c left join medicoes m on m.cliente_id = c.id
  where c.subdomain is not null and (m.cliente_id is null or m.proxima_em <= p_agora)
    and (c.ativo or c.encerrado_em is not null
                    and not exists (select from uso_mensal u where u.cliente_id = c.id and u.conferido_em >= c.encerrado_em))
  order by m.proxima_em nulls first, c.id limit 40
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  revoke execute on function hi_despede_clinica(bigint, text, text, timestamptz) from public;
  alter function hi_despede_clinica(bigint, text, text, timestamptz) owner to hi_resolver;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_despede_clinica(bigint, text, text, timestamptz) to hi_admin;
create policy emails_encerramento on emails for insert to hi_resolver with check (chave like 'encerramento:%');
