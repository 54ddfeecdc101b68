-- What: `uso_mensal`, what each clinic used in each month, kept for ever; `custos_mensais`, what of that costs the platform money; and when
-- each clinic is measured next.
-- Why here: the counters in DynamoDB run ahead of it and expire. Each night they are set to what Postgres counted, and what only they know
-- (requests, a language model's tokens) is written here. Invoices read overage from here.
-- Why money apart: who looks after clinics (suporte) sees how much they are used, not what it costs.
-- Lock: `agendamentos` refuses writes while the index is built. Undo: drop the functions, the tables and the index.

create table uso_mensal (
  cliente_id bigint not null constraint uso_mensal_cliente_id_fkey references clientes (id),
  mes date not null constraint uso_mensal_mes_check check (extract(day from mes) = 1),
  -- Events of the month: they do not unhappen, so these never shrink, whatever is erased later.
  mensagens_recebidas bigint not null default 0,
  mensagens_enviadas bigint not null default 0,
  mensagens_equipe bigint not null default 0,
  conversas bigint not null default 0,
  marcados_painel bigint not null default 0,
  marcados_whatsapp bigint not null default 0,
  marcados_site bigint not null default 0,
  marcados_sistema bigint not null default 0,
  marcados_sql bigint not null default 0,
  -- How it was when it was measured last.
  agendamentos bigint not null default 0,
  pacientes_ativos bigint not null default 0,
  armazenamento_bytes bigint not null default 0,
  -- What only DynamoDB counts.
  requisicoes bigint not null default 0,
  ia_chamadas bigint not null default 0,
  ia_tokens_entrada bigint not null default 0,
  ia_tokens_saida bigint not null default 0,
  medido_em timestamptz not null,
  -- When the counters were compared last, and how much more or less than the truth they said.
  conferido_em timestamptz,
  desvio jsonb not null default '{}' constraint uso_mensal_desvio_check check (jsonb_typeof(desvio) = 'object'),
  constraint uso_mensal_pkey primary key (cliente_id, mes)
);
call hi_isola('uso_mensal');
grant select, insert, update on uso_mensal to hi_app;
grant select on uso_mensal to hi_admin;
create policy uso_mensal_admin on uso_mensal for select to hi_admin using (hi_operador_papel() is not null);

create table custos_mensais (
  cliente_id bigint not null,
  mes date not null,
  -- Millionths of a US dollar.
  ia_custo_microusd bigint not null constraint custos_mensais_ia_custo_microusd_check check (ia_custo_microusd >= 0),
  constraint custos_mensais_pkey primary key (cliente_id, mes),
  constraint custos_mensais_uso_fkey foreign key (cliente_id, mes) references uso_mensal (cliente_id, mes)
);
call hi_isola('custos_mensais');
grant select, insert, update on custos_mensais to hi_app;
grant select on custos_mensais to hi_admin;
create policy custos_mensais_admin on custos_mensais for select to hi_admin using (hi_operador_papel() in ('admin', 'financeiro'));

create table medicoes (
  cliente_id bigint not null constraint medicoes_pkey primary key constraint medicoes_cliente_id_fkey references clientes (id),
  proxima_em timestamptz not null
);
call hi_isola('medicoes');
grant select, insert, update on medicoes to hi_app;
grant select (cliente_id, proxima_em) on medicoes to hi_resolver;
create policy medicoes_resolver on medicoes for select to hi_resolver using (true);

-- What was booked in a month, by when it was booked.
create index agendamentos_criado_em_idx on agendamentos (cliente_id, criado_em);

-- Clinics to be measured. Asked every minute: it reads two tables of one short row a clinic, and nothing of what clinics keep.
create function hi_medicoes_devidas(p_agora timestamptz) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id from clientes c left join medicoes m on m.cliente_id = c.id
  where c.ativo and c.subdomain is not null and (m.cliente_id is null or m.proxima_em <= p_agora)
  order by m.proxima_em nulls first, c.id limit 40
$$;

-- What a clinic keeps, in bytes, as its share of what is on the disk: of each table, the clinic's rows times what a row of that table takes
-- on the average, with its indexes and what is kept out of line. Rows are counted along an index that begins with the clinic and nothing of
-- what they say is read; the average is two numbers of the catalogue. A table that was never analysed has fewer rows than autovacuum's
-- threshold and weighs nothing. Every table of a clinic is in it, those of later migrations too. It runs as who asks, so that it counts what they see.
create function hi_armazenamento() returns bigint
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
  tabela record;
  linhas bigint;
  bytes numeric := 0;
begin
  if hi_cliente() is null then
    return 0;
  end if;
  for tabela in
    select c.oid, c.oid::regclass as nome, c.reltuples::numeric as linhas from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'cliente_id' and not a.attisdropped
      and c.reltuples >= 1 and has_column_privilege(c.oid, a.attnum, 'select')
  loop
    execute format('select count(*) from %s where cliente_id = $1', tabela.nome) into linhas using hi_cliente();
    -- The catalogue's number is some minutes old: a clinic has no more than all of a table.
    bytes := bytes + pg_total_relation_size(tabela.oid) * least(linhas / tabela.linhas, 1);
  end loop;
  return round(bytes);
end $$;
grant execute on function hi_armazenamento() to hi_app;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  execute 'revoke execute on function hi_medicoes_devidas(timestamptz) from public';
  execute 'grant execute on function hi_medicoes_devidas(timestamptz) to hi_app';
  execute 'alter function hi_medicoes_devidas(timestamptz) owner to hi_resolver';
  execute 'revoke create on schema public from hi_resolver';
end $$;
