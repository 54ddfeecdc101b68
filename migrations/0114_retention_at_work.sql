-- What: the function that forgets a bounded part of what is old at one clinic.
-- Lock: none on data. Undo: drop the function.

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
