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
