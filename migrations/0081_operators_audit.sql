-- What: `auditoria_operacao`, every act of an operator: who, as what, what, before, after, from where, when. Rows are only added.
-- Why a chain: each row's hash is made over the row before and its own content, and numbers have no gaps, so a row that was altered, taken out
-- or put in between no longer fits. The last link is told by the check, to be kept elsewhere: only that tells of rows cut off the end.
-- Lock: none on data. Undo: drop the table and the functions.

create table auditoria_operacao (
  id bigint constraint auditoria_operacao_pkey primary key,
  em timestamptz not null,
  operador_id bigint not null constraint auditoria_operacao_operador_id_fkey references operadores (id),
  papel text not null,
  acao text not null,
  alvo text not null,
  antes jsonb,
  depois jsonb,
  origem_ip inet,
  anterior text not null,
  hash text not null
);
create index auditoria_operacao_operador_id_idx on auditoria_operacao (operador_id, id desc);
create index auditoria_operacao_alvo_idx on auditoria_operacao (alvo, id desc);
create index auditoria_operacao_acao_idx on auditoria_operacao (acao, id desc);

-- The link: jsonb writes itself in one way only, an array keeps what belongs to which column.
create function hi_elo_da_auditoria(linha auditoria_operacao) returns text
language sql stable
set search_path = pg_catalog, public
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    linha.anterior, linha.id, to_char(linha.em at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), linha.operador_id, linha.papel,
    linha.acao, linha.alvo, linha.antes, linha.depois, host(linha.origem_ip))::text, 'UTF8')), 'hex')
$$;

-- Two at once queue here until the first commits, so each row has one before it. The number is given here too: a sequence would number in
-- the order of asking, not of the chain.
create function hi_encadeia_auditoria() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  ultimo record;
begin
  perform pg_advisory_xact_lock(hashtextextended('auditoria_operacao', 0));
  select a.id, a.hash into ultimo from auditoria_operacao a order by a.id desc limit 1;
  new.id := coalesce(ultimo.id, 0) + 1;
  new.anterior := coalesce(ultimo.hash, repeat('0', 64));
  new.hash := hi_elo_da_auditoria(new);
  return new;
end $$;
create trigger auditoria_operacao_encadeia before insert on auditoria_operacao
  for each row execute function hi_encadeia_auditoria();

-- Also for the owner, who would have to take the trigger away first.
create function hi_so_acrescenta() returns trigger
language plpgsql
set search_path = pg_catalog
as $$
begin
  raise exception '%: linhas só são acrescentadas', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger auditoria_operacao_imutavel before update or delete or truncate on auditoria_operacao
  for each statement execute function hi_so_acrescenta();

-- How many rows there are, the first that does not fit, and the last link.
create function hi_confere_auditoria(out linhas bigint, out quebra_id bigint, out ultimo_id bigint, out ultimo_hash text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with elo as (
    select a.id, a.hash, a.anterior, lag(a.hash, 1, repeat('0', 64)) over (order by a.id) as esperado,
           row_number() over (order by a.id) as lugar, hi_elo_da_auditoria(a) as refeito
    from auditoria_operacao a
  )
  select (select count(*) from elo),
         (select min(e.id) from elo e where e.id <> e.lugar or e.anterior <> e.esperado or e.hash <> e.refeito),
         (select max(e.id) from elo e),
         (select e.hash from elo e order by e.id desc limit 1)
$$;

alter table auditoria_operacao enable row level security;
alter table auditoria_operacao force row level security;
-- Nobody writes in another's name, and before and after hold money: only an admin reads.
create policy auditoria_operacao_escreve on auditoria_operacao for insert to hi_admin
  with check (operador_id = hi_operador_id() and papel = hi_operador_papel());
create policy auditoria_operacao_le on auditoria_operacao for select to hi_admin using (hi_operador_papel() = 'admin');
create policy auditoria_operacao_operador on auditoria_operacao for select to hi_operador using (true);
create policy auditoria_operacao_resolver on auditoria_operacao for select to hi_resolver using (true);
grant select on auditoria_operacao to hi_operador, hi_resolver, hi_admin;
grant insert (em, operador_id, papel, acao, alvo, antes, depois, origem_ip) on auditoria_operacao to hi_admin;
grant execute on function hi_elo_da_auditoria(auditoria_operacao) to hi_resolver;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_encadeia_auditoria()', 'hi_confere_auditoria()']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('grant execute on function %s to hi_admin', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
