-- What: `hi_retem` goes from thread to thread and remembers where it was; a clinic's next look is written before the work begins; e-mails of a clinic
-- that was closed are forgotten too.
-- Why: it asked of every old message whether its thread stays, beginning with the oldest each time: thousands in threads that stay kept it from all
-- others, and a part that took too long left no trace, so the same clinic was first again a minute later, and the others never.
-- How much: at most so many rows a part, a thousand threads, and two seconds.
-- Lock: writers of `mensagens` and `saida` while indexes are built. Undo: drop the functions, indexes and columns, put back those of 0113.

alter table retencao_vista
  -- The last thread that was looked at in the round that goes on; null: the next part begins one.
  add column fio_id bigint,
  -- How often in a row a part began and did not end.
  add column falhas integer not null default 0;

create index mensagens_esquecer_fio_idx on mensagens (cliente_id, conversa_id, criado_em) where esquecida_em is null;
create index saida_esquecer_fio_idx on saida (cliente_id, conversa_id, criado_em)
  where esquecida_em is null and estado in ('enviada', 'incerta', 'falhou', 'cancelada');

create policy emails_retencao_le on emails for select to hi_resolver using (true);
create policy emails_retencao on emails for delete to hi_resolver using (criado_em < now() - interval '20 days');
grant select (id, cliente_id, criado_em), delete on emails to hi_resolver;

-- A clinic's turn begins: whatever becomes of it, it is not first again before ten minutes, more after each failure. False: another one has it.
create function hi_retencao_comeca(p_cliente_id bigint, p_agora timestamptz) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into retencao_vista as v (cliente_id, proxima_em, falhas)
  select c.id, p_agora + interval '10 minutes', 1 from clientes c where c.id = p_cliente_id
  on conflict (cliente_id) do update
    set proxima_em = p_agora + least(interval '10 minutes' * (2 ^ least(v.falhas, 10)), interval '20 hours'), falhas = v.falhas + 1
    where v.proxima_em <= p_agora;
  return found;
end $$;

-- Forgets at most `p_maximo` rows of a thread's; how many there were. Whoever reads it first decides whether the thread stays.
create function hi_esquece_fio(p_cliente_id bigint, p_conversa_id bigint, p_limite timestamptz, p_agora timestamptz, p_maximo integer) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  mensagens_feitas bigint;
  saidas_feitas bigint;
begin
  update mensagens m set texto = null, esquecida_em = p_agora
  where m.id = any(array(
    select x.id from mensagens x
    where x.cliente_id = p_cliente_id and x.conversa_id = p_conversa_id and x.esquecida_em is null and x.criado_em < p_limite
    order by x.criado_em limit p_maximo));
  get diagnostics mensagens_feitas = row_count;
  update saida s set texto = '(removido)', modelo = null, esquecida_em = p_agora
  where s.id = any(array(
    select x.id from saida x
    where x.cliente_id = p_cliente_id and x.conversa_id = p_conversa_id and x.esquecida_em is null and x.criado_em < p_limite
      and x.estado in ('enviada', 'incerta', 'falhou', 'cancelada')
    order by x.criado_em limit greatest(p_maximo - mensagens_feitas, 0)));
  get diagnostics saidas_feitas = row_count;
  update conversas c set nome_perfil = null, estado = '{}'
  where c.cliente_id = p_cliente_id and c.id = p_conversa_id and c.ultima_mensagem_em < p_limite
    and (c.nome_perfil is not null or c.estado <> '{}');
  return mensagens_feitas + saidas_feitas;
end $$;

-- The threads after `p_depois_de`; what was the last one that is done, null when there is none left.
create function hi_esquece_fios(p_cliente_id bigint, p_depois_de bigint, p_limite timestamptz, p_fechada boolean, p_agora timestamptz, p_maximo integer)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  feito bigint := 0;
  olhados integer := 0;
  ultimo bigint := coalesce(p_depois_de, 0);
  fio bigint;
  ate timestamptz := clock_timestamp() + interval '2 seconds';
begin
  loop
    -- The next one with anything left to forget, by two looks into an index, however much there is in between.
    select least(
      (select m.conversa_id from mensagens m where m.cliente_id = p_cliente_id and m.esquecida_em is null and m.conversa_id > ultimo
       order by m.conversa_id limit 1),
      (select s.conversa_id from saida s
       where s.cliente_id = p_cliente_id and s.esquecida_em is null and s.conversa_id > ultimo
         and s.estado in ('enviada', 'incerta', 'falhou', 'cancelada')
       order by s.conversa_id limit 1)) into fio;
    if fio is null then
      return null;
    end if;
    if feito >= p_maximo or olhados >= 1000 or clock_timestamp() > ate then
      return ultimo;
    end if;
    olhados := olhados + 1;
    if (exists (select from mensagens m where m.cliente_id = p_cliente_id and m.conversa_id = fio and m.esquecida_em is null and m.criado_em < p_limite)
        or exists (select from saida s where s.cliente_id = p_cliente_id and s.conversa_id = fio and s.esquecida_em is null and s.criado_em < p_limite
                     and s.estado in ('enviada', 'incerta', 'falhou', 'cancelada')))
       and (p_fechada or not hi_conversa_fica(p_cliente_id, fio, p_agora)) then
      feito := feito + hi_esquece_fio(p_cliente_id, fio, p_limite, p_agora, (p_maximo - feito)::integer);
      -- A long one goes on with the next part.
      if feito >= p_maximo then
        return ultimo;
      end if;
    end if;
    ultimo := fio;
  end loop;
end $$;

create or replace function hi_retem(p_cliente_id bigint, p_agora timestamptz, p_maximo integer) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  limite timestamptz;
  fechada boolean;
  fio bigint;
  feito bigint;
  mais boolean := false;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('retencao:' || p_cliente_id, 0)) then
    return false;
  end if;
  select hi_limite_da_retencao(c.fuso, c.retencao_meses, c.encerrado_em, p_agora), coalesce(c.encerrado_em <= p_agora - interval '90 days', false)
  into limite, fechada from clientes c where c.id = p_cliente_id;

  if limite is not null then
    fio := hi_esquece_fios(p_cliente_id, (select v.fio_id from retencao_vista v where v.cliente_id = p_cliente_id), limite, fechada, p_agora, p_maximo);
    mais := fio is not null;

    update saida s set texto = '(removido)', modelo = null, esquecida_em = p_agora
    where s.id = any(array(
      select x.id from saida x
      where x.cliente_id = p_cliente_id and x.conversa_id is null and x.esquecida_em is null and x.criado_em < limite
        and x.estado in ('enviada', 'incerta', 'falhou', 'cancelada')
      order by x.criado_em limit p_maximo));
    get diagnostics feito = row_count;
    mais := mais or feito >= p_maximo;

    update entrada e set corpo = '{}', esquecida_em = p_agora
    where e.id = any(array(
      select x.id from entrada x
      where x.cliente_id = p_cliente_id and x.esquecida_em is null and x.recebido_em < limite order by x.recebido_em limit p_maximo));
    get diagnostics feito = row_count;
    mais := mais or feito >= p_maximo;
  end if;

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

  -- Of a clinic at work the sweep forgets them; nobody else passes by a closed one.
  delete from emails e
  where e.id = any(array(
    select x.id from emails x
    where x.cliente_id = p_cliente_id and x.criado_em < p_agora - interval '30 days'
      and exists (select from clientes c where c.id = p_cliente_id and c.encerrado_em is not null)
    order by x.criado_em limit p_maximo));
  get diagnostics feito = row_count;
  mais := mais or feito >= p_maximo;

  insert into retencao_vista as v (cliente_id, proxima_em, fio_id)
  values (p_cliente_id, p_agora + case when mais then interval '1 minute' else interval '20 hours' end, fio)
  on conflict (cliente_id) do update set proxima_em = excluded.proxima_em, fio_id = excluded.fio_id, falhas = 0;
  return mais;
end $$;

create or replace function hi_retencao_devida(p_agora timestamptz, p_maximo integer) returns setof bigint
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
      or exists (select from auditoria t where t.cliente_id = c.id and t.em < p_agora - interval '5 years')
      or c.encerrado_em is not null and exists (select from emails m where m.cliente_id = c.id and m.criado_em < p_agora - interval '30 days'))
  order by v.proxima_em nulls first, c.id
  limit p_maximo
$$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_retencao_comeca(bigint, timestamptz)', 'hi_esquece_fio(bigint, bigint, timestamptz, timestamptz, integer)',
                               'hi_esquece_fios(bigint, bigint, timestamptz, boolean, timestamptz, integer)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_retencao_comeca(bigint, timestamptz) to hi_app;
