-- What: the indexes under uniting and erasing patients, and the one door through which the traces an erased patient left in histories
-- and audits lose what was personal.
-- Why a door: hi_app only ever adds to histories and audits. The function takes away and can't write anything, and only for who was erased;
-- it runs as hi_resolver.
-- Lock: the tables refuse writes while their indexes are built. Undo: drop the function, the policies and the indexes.

create index pacientes_fundido_em_id_idx on pacientes (cliente_id, fundido_em_id) where fundido_em_id is not null;
create index conversas_telefone_idx on conversas (cliente_id, telefone) where telefone is not null;
create index conversas_paciente_id_idx on conversas (cliente_id, paciente_id) where paciente_id is not null;
create index lista_espera_paciente_id_idx on lista_espera (cliente_id, paciente_id);
create index reservas_paciente_id_idx on reservas (cliente_id, paciente_id) where paciente_id is not null;
create index auditoria_alvo_idx on auditoria (cliente_id, alvo, id);

create policy historico_resolver on historico for all to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
create policy auditoria_resolver on auditoria for all to hi_resolver using (cliente_id = hi_cliente()) with check (cliente_id = hi_cliente());
grant select (cliente_id, agendamento_id, antes, depois), update (antes, depois) on historico to hi_resolver;
grant select (cliente_id, alvo, antes, depois), update (antes, depois) on auditoria to hi_resolver;
grant select (id) on agendamentos to hi_resolver;
grant select (fundido_em_id, anonimizado_em) on pacientes to hi_resolver;

-- Takes what is personal out of the histories of an erased patient's appointments and out of the audits about them. Who acted, when and
-- what they did stays.
create function hi_paciente_esquece(p_paciente_id bigint) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  update historico h
  set antes = h.antes - array['motivo', 'cancelamento_motivo', 'observacoes', 'paciente_nome', 'paciente_telefone'],
      depois = h.depois - array['motivo', 'cancelamento_motivo', 'observacoes', 'paciente_nome', 'paciente_telefone']
  from agendamentos a join pacientes p on p.cliente_id = a.cliente_id and p.id = a.paciente_id
  where a.cliente_id = hi_cliente() and a.paciente_id = p_paciente_id and p.anonimizado_em is not null
    and h.cliente_id = a.cliente_id and h.agendamento_id = a.id;
  update auditoria t set antes = null, depois = null
  from pacientes p
  where p.cliente_id = hi_cliente() and (p.id = p_paciente_id or p.fundido_em_id = p_paciente_id) and p.anonimizado_em is not null
    and t.cliente_id = p.cliente_id and t.alvo = 'pacientes/' || p.id;
$$;

do $$
begin
  execute 'grant create on schema public to hi_resolver';
  alter function hi_paciente_esquece(bigint) owner to hi_resolver;
  revoke create on schema public from hi_resolver;
end $$;
revoke execute on function hi_paciente_esquece(bigint) from public;
grant execute on function hi_paciente_esquece(bigint) to hi_app;
