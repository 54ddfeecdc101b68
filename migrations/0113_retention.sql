-- What: what is forgotten because it is old: texts of conversations by `clientes.retencao_meses`, in the clinic's zone, and of a clinic that was closed
-- ninety days ago; accesses after two years; a clinic's audit after five.
-- Why functions: a closed clinic has no transaction of its own, and hi_app deletes neither accesses nor audits. They take away and write nothing,
-- and the policies of what is evidence let only old rows go, whatever the caller says the time is.
-- What stays: rows without their texts, so that numbers of months stay what they were; threads with an open emergency or a visit ahead, whole.
-- How it is asked: one look into an index per clinic and kind, of clinics whose next look has come; nothing due, no clinic.
-- Lock: writers of `mensagens`, `saida`, `entrada` and `auditoria` while indexes are built. Undo: drop the functions, policies, indexes, table and columns.

alter table mensagens add column esquecida_em timestamptz;
alter table saida add column esquecida_em timestamptz;
alter table entrada add column esquecida_em timestamptz;
comment on column mensagens.esquecida_em is 'When its text was removed because it was old.';
create index mensagens_esquecer_idx on mensagens (cliente_id, criado_em) where esquecida_em is null;
create index saida_esquecer_idx on saida (cliente_id, criado_em)
  where esquecida_em is null and estado in ('enviada', 'incerta', 'falhou', 'cancelada');
create index entrada_esquecer_idx on entrada (cliente_id, recebido_em) where esquecida_em is null;

create table retencao_vista (
  cliente_id bigint not null constraint retencao_vista_pkey primary key constraint retencao_vista_cliente_id_fkey references clientes (id),
  proxima_em timestamptz not null
);
call hi_isola('retencao_vista');
grant select on retencao_vista to hi_app;

create policy retencao_vista_resolver on retencao_vista for all to hi_resolver using (true) with check (true);
create policy mensagens_retencao on mensagens for update to hi_resolver using (true) with check (texto is null);
create policy saida_retencao_le on saida for select to hi_resolver using (true);
create policy saida_retencao on saida for update to hi_resolver
  using (estado in ('enviada', 'incerta', 'falhou', 'cancelada')) with check (texto = '(removido)' and modelo is null);
create policy entrada_retencao_le on entrada for select to hi_resolver using (true);
create policy entrada_retencao on entrada for update to hi_resolver using (true) with check (corpo = '{}');
create policy conversas_retencao on conversas for update to hi_resolver using (true) with check (nome_perfil is null and estado = '{}');
create policy auditoria_retencao_le on auditoria for select to hi_resolver using (true);
create policy auditoria_retencao on auditoria for delete to hi_resolver using (em < now() - interval '4 years');
grant select, insert, update on retencao_vista to hi_resolver;
grant select (retencao_meses, encerrado_em) on clientes to hi_resolver;
grant select (id, conversa_id, esquecida_em, texto), update (texto, esquecida_em) on mensagens to hi_resolver;
grant select (conversa_id, criado_em, esquecida_em, texto, modelo), update (texto, modelo, esquecida_em) on saida to hi_resolver;
grant select (id, cliente_id, recebido_em, esquecida_em, corpo), update (corpo, esquecida_em) on entrada to hi_resolver;
grant select (nome_perfil, estado), update (nome_perfil, estado) on conversas to hi_resolver;
grant select (inicio_em, status) on agendamentos to hi_resolver;
grant select (id, em), delete on auditoria to hi_resolver;
grant execute on function hi_transacao() to hi_resolver;

-- Before when texts of a clinic are forgotten; null: never, so far.
create function hi_limite_da_retencao(p_fuso text, p_meses integer, p_encerrado_em timestamptz, p_agora timestamptz) returns timestamptz
language sql stable
set search_path = pg_catalog
return case
  when p_encerrado_em <= p_agora - interval '90 days' then p_agora
  when p_meses is not null
    then ((p_agora at time zone p_fuso)::date - make_interval(months => p_meses))::timestamp at time zone p_fuso
end;

-- Clinics with something to forget whose next look has come, the longest waiting first.
create function hi_retencao_devida(p_agora timestamptz, p_maximo integer) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select c.id
  from clientes c
  left join retencao_vista v on v.cliente_id = c.id
  cross join lateral (select hi_limite_da_retencao(c.fuso, c.retencao_meses, c.encerrado_em, p_agora) as em) limite
  where (v.proxima_em is null or v.proxima_em <= p_agora)
    and (exists (select from mensagens m where m.cliente_id = c.id and m.esquecida_em is null and m.criado_em < limite.em)
      or exists (select from saida s where s.cliente_id = c.id and s.esquecida_em is null and s.criado_em < limite.em
                   and s.estado in ('enviada', 'incerta', 'falhou', 'cancelada'))
      or exists (select from entrada e where e.cliente_id = c.id and e.esquecida_em is null and e.recebido_em < limite.em)
      or exists (select from acessos a where a.cliente_id = c.id and a.em < p_agora - interval '24 months')
      or exists (select from auditoria t where t.cliente_id = c.id and t.em < p_agora - interval '5 years'))
  order by v.proxima_em nulls first, c.id
  limit p_maximo
$$;

-- Whether a thread keeps its texts although they are old: somebody is in danger there, or somebody on it has a visit ahead.
create function hi_conversa_fica(p_cliente_id bigint, p_conversa_id bigint, p_agora timestamptz) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select exists (
    select from conversas c
    where c.id = p_conversa_id and c.cliente_id = p_cliente_id
      and (c.urgente or exists (
        select from agendamentos a
        where a.cliente_id = p_cliente_id and a.status in ('agendado', 'confirmado') and a.inicio_em > p_agora
          and a.paciente_id = any(array(
            select c.paciente_id where c.paciente_id is not null
            union
            select coalesce(p.fundido_em_id, p.id) from pacientes p
            where p.cliente_id = p_cliente_id and p.telefone = c.telefone)))))
$$;

-- Forgets at most `p_maximo` of each kind; whether there may be more. Whoever comes while another is at work finds nothing to do. When all that is
-- due is done, the clinic is looked at again the next day.
create function hi_retem(p_cliente_id bigint, p_agora timestamptz, p_maximo integer) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  limite timestamptz;
  fechada boolean;
  conversas_feitas bigint[];
  feito bigint;
  mais boolean := false;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('retencao:' || p_cliente_id, 0)) then
    return false;
  end if;
  select hi_limite_da_retencao(c.fuso, c.retencao_meses, c.encerrado_em, p_agora), c.encerrado_em <= p_agora - interval '90 days'
  into limite, fechada from clientes c where c.id = p_cliente_id;

  with alvo as (
    select m.id from mensagens m
    where m.cliente_id = p_cliente_id and m.esquecida_em is null and m.criado_em < limite
      and (fechada or not hi_conversa_fica(p_cliente_id, m.conversa_id, p_agora))
    order by m.criado_em limit p_maximo
  ), feita as (
    update mensagens m set texto = null, esquecida_em = p_agora from alvo where m.id = alvo.id returning m.conversa_id
  )
  select count(*), array_agg(distinct conversa_id) into feito, conversas_feitas from feita;
  mais := feito >= p_maximo;
  update conversas c set nome_perfil = null, estado = '{}'
  where c.cliente_id = p_cliente_id and c.id = any(conversas_feitas) and c.ultima_mensagem_em < limite
    and (c.nome_perfil is not null or c.estado <> '{}');

  update saida s set texto = '(removido)', modelo = null, esquecida_em = p_agora
  where s.id = any(array(
    select x.id from saida x
    where x.cliente_id = p_cliente_id and x.esquecida_em is null and x.criado_em < limite
      and x.estado in ('enviada', 'incerta', 'falhou', 'cancelada')
      and (fechada or x.conversa_id is null or not hi_conversa_fica(p_cliente_id, x.conversa_id, p_agora))
    order by x.criado_em limit p_maximo));
  get diagnostics feito = row_count;
  mais := mais or feito >= p_maximo;

  update entrada e set corpo = '{}', esquecida_em = p_agora
  where e.id = any(array(
    select x.id from entrada x
    where x.cliente_id = p_cliente_id and x.esquecida_em is null and x.recebido_em < limite order by x.recebido_em limit p_maximo));
  get diagnostics feito = row_count;
  mais := mais or feito >= p_maximo;

  delete from acessos a using (
    select x.em, x.id from acessos x
    where x.cliente_id = p_cliente_id and x.em < p_agora - interval '24 months' order by x.em limit p_maximo) velho
  where a.cliente_id = p_cliente_id and a.em = velho.em and a.id = velho.id;
  get diagnostics feito = row_count;
  mais := mais or feito >= p_maximo;

  delete from auditoria t
  where t.id = any(array(
    select x.id from auditoria x
    where x.cliente_id = p_cliente_id and x.em < p_agora - interval '5 years' order by x.em limit p_maximo));
  get diagnostics feito = row_count;
  mais := mais or feito >= p_maximo;

  if not mais then
    insert into retencao_vista (cliente_id, proxima_em) values (p_cliente_id, p_agora + interval '20 hours')
    on conflict (cliente_id) do update set proxima_em = excluded.proxima_em;
  end if;
  return mais;
end $$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_retencao_devida(timestamptz, integer)', 'hi_conversa_fica(bigint, bigint, timestamptz)',
                               'hi_retem(bigint, timestamptz, integer)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_retencao_devida(timestamptz, integer), hi_retem(bigint, timestamptz, integer) to hi_app;
grant execute on function hi_limite_da_retencao(text, integer, timestamptz, timestamptz) to hi_resolver;
