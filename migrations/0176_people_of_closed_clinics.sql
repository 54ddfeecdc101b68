-- What: ninety days after a clinic was closed the people it treated are erased too, and the threads of whoever wrote to it.
-- Why: the terms promise that its data go; only texts did. The functions erase each person as one who asks for it; this says of which clinics, and writes
-- down when nobody was left, so that nobody is looked for again among all who were erased.
-- Lock: `retencao_vista` for a moment. Undo: drop the functions, put back those of 0116, drop the column.

-- When a closed clinic was found without anybody left to erase.
alter table retencao_vista add column sem_pessoas_em timestamptz;

-- Whether a clinic was closed so long ago that its people go, and was not found without any since. One without an address was never at work.
create function hi_pessoas_esperam(p_cliente_id bigint, p_agora timestamptz) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select exists (
    select from clientes c left join retencao_vista v on v.cliente_id = c.id
    where c.id = p_cliente_id and c.encerrado_em <= p_agora - interval '90 days' and c.subdomain is not null
      and coalesce(v.sem_pessoas_em < c.encerrado_em, true))
$$;

-- Whether somebody is left to erase there: a patient, or a thread that leads to anybody.
create function hi_alguem_fica(p_cliente_id bigint) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select exists (select from pacientes p where p.cliente_id = p_cliente_id and p.anonimizado_em is null and p.fundido_em_id is null)
      or exists (select from conversas c where c.cliente_id = p_cliente_id and c.jid <> '')
$$;

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
  sem_pessoas timestamptz;
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

  -- They are erased in the clinic's own transactions, not here: this only says whether somebody is left.
  if hi_pessoas_esperam(p_cliente_id, p_agora) then
    if hi_alguem_fica(p_cliente_id) then
      mais := true;
    else
      sem_pessoas := p_agora;
    end if;
  end if;

  insert into retencao_vista as v (cliente_id, proxima_em, fio_id, sem_pessoas_em)
  values (p_cliente_id, p_agora + case when mais then interval '1 minute' else interval '20 hours' end, fio, sem_pessoas)
  on conflict (cliente_id) do update
    set proxima_em = excluded.proxima_em, fio_id = excluded.fio_id, falhas = 0, sem_pessoas_em = coalesce(excluded.sem_pessoas_em, v.sem_pessoas_em);
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
      or c.encerrado_em is not null and hi_pessoas_esperam(c.id, p_agora)
      or c.encerrado_em is not null and exists (select from emails m where m.cliente_id = c.id and m.criado_em < p_agora - interval '30 days'))
  order by v.proxima_em nulls first, c.id
  limit p_maximo
$$;

do $$
declare
  porta regprocedure;
begin
  execute 'grant create on schema public to hi_resolver';
  foreach porta in array array['hi_pessoas_esperam(bigint, timestamptz)', 'hi_alguem_fica(bigint)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', porta);
    execute format('alter function %s owner to hi_resolver', porta);
  end loop;
  execute 'revoke create on schema public from hi_resolver';
end $$;
grant execute on function hi_pessoas_esperam(bigint, timestamptz) to hi_app;
