-- Appointments: :da_grande in the clinic with id :grande, :de_outra in each of :outras others and in the one that is there besides; what goes with
-- them in proportion. Triggers are off where rows would be judged one by one; exclusions, checks and uniqueness still hold.
insert into clientes (nome, subdomain, whatsapp_instance)
  select 'Clínica ' || i, 'cheia-' || :grande || '-' || i, 'cheia_' || :grande || '_' || i from generate_series(1, :outras) i;
insert into medicos (cliente_id, nome, especialidade)
  select c.id, 'Dr. ' || i, 'Clínica Geral' from clientes c cross join generate_series(1, case when c.id = :grande then :medicos_da_grande else :medicos_de_outra end) i;
insert into servicos (cliente_id, nome, preco_centavos) select c.id, 'Serviço ' || i, 20000 from clientes c cross join generate_series(1, 5) i;
insert into convenios (cliente_id, nome) select c.id, 'Convênio ' || i from clientes c cross join generate_series(1, 3) i;
insert into recursos (cliente_id, nome, quantidade) select c.id, 'Sala ' || i, 20 from clientes c cross join generate_series(1, 2) i;
insert into servicos_recursos (cliente_id, servico_id, recurso_id)
  select s.cliente_id, s.id, r.id from servicos s join recursos r on r.cliente_id = s.cliente_id and r.nome = 'Sala 1' where s.nome = 'Serviço 1';

set session_replication_role = replica;
insert into pacientes (cliente_id, nome, telefone, cpf)
  select c.id, (array['Maria', 'João', 'Ana', 'Pedro', 'Rita', 'José', 'Lúcia'])[1 + i % 7] || ' '
         || (array['Silva', 'Souza', 'Lima', 'Costa', 'Rocha', 'Alves', 'Pires', 'Moura', 'Dias', 'Reis', 'Nunes'])[1 + i % 11] || ' ' || i,
         '+55119' || 10000000 + i, lpad(i::text, 11, '0')
  from clientes c cross join generate_series(1, case when c.id = :grande then :da_grande else :de_outra end / 4) i;

create temp table pessoas as
  select cliente_id, id, row_number() over (partition by cliente_id order by id) - 1 as n
  from pacientes where nome <> 'Maria Souza';
create unique index on pessoas (cliente_id, n) include (id);
analyze pessoas;
create temp table equipe as
  select m.cliente_id, array_agg(m.id order by m.id) as ids from medicos m where m.nome like 'Dr. %' and m.ativo and m.email is null
  group by m.cliente_id;
create temp table ofertados as
  select c.id as cliente_id, (select array_agg(id order by id) from servicos where cliente_id = c.id) as servicos,
         (select array_agg(id order by id) from convenios where cliente_id = c.id) as convenios from clientes c;

-- Sixteen half hours a day, the last ones forty-five days ahead.
insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, convenio_id, inicio_em, fim_em, ocupado_de, ocupado_ate, status,
                          canal, preco_centavos, cancelado_em, cancelado_por, criado_em)
  select cliente_id, medico_id, paciente_id, servico_id, convenio_id, em, em + interval '30 minutes', em, em + interval '30 minutes',
         case when sorte < 0.1 then 'cancelado' when em > :agora then 'agendado' when sorte < 0.2 then 'faltou' else 'realizado' end,
         case when sorte < 0.5 then 'painel' else 'whatsapp' end, 20000,
         case when sorte < 0.1 then em - interval '20 hours' end, case when sorte < 0.1 then 'paciente' end, em - interval '9 days'
  from (
    select e.cliente_id, e.ids[1 + i % cardinality(e.ids)] as medico_id, p.id as paciente_id,
           o.servicos[1 + i % cardinality(o.servicos)] as servico_id, o.convenios[1 + i % cardinality(o.convenios)] as convenio_id,
           date_trunc('day', :agora) + interval '45 days 11 hours'
             - make_interval(days => i / cardinality(e.ids) / 16, mins => 0) + make_interval(mins => 30 * (i / cardinality(e.ids) % 16)) as em,
           (i * 7919 % 1000) / 1000.0 as sorte
    from equipe e join ofertados o using (cliente_id)
    cross join lateral generate_series(0, case when e.cliente_id = :grande then :da_grande else :de_outra end - 1) i
    join pessoas p on p.cliente_id = e.cliente_id and p.n = (i * 37) % (case when e.cliente_id = :grande then :da_grande else :de_outra end / 4)) s;
insert into historico (cliente_id, agendamento_id, em, acao, canal, depois)
  select cliente_id, id, criado_em, 'criado', canal, '{"status": "agendado"}' from agendamentos;
insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, estado)
  select cliente_id, id, 'vespera', inicio_em - interval '1 day',
         case when status = 'cancelado' then 'cancelado' when inicio_em > :agora + interval '1 day' or cliente_id = :grande and id % 50 = 0 and inicio_em > :agora then 'pendente' else 'enviado' end
  from agendamentos;
insert into recursos_ocupados (cliente_id, recurso_id, agendamento_id, quantidade, encaixe, ocupado_de, ocupado_ate)
  select a.cliente_id, s.recurso_id, a.id, s.quantidade, false, a.ocupado_de, a.ocupado_ate
  from agendamentos a join servicos_recursos s on s.cliente_id = a.cliente_id and s.servico_id = a.servico_id where hi_ocupa(a.status);

insert into conversas (cliente_id, contato, telefone, jid, paciente_id, ultima_mensagem_em)
  select cliente_id, telefone, telefone, substr(telefone, 2) || '@s.whatsapp.net', id, :agora - make_interval(mins => (id % 100000)::int)
  from pacientes where id % 5 = 0 and nome <> 'Maria Souza';
-- Of the large clinic also everybody else, without anything said: who got a notice once.
insert into conversas (cliente_id, contato, telefone, jid, nome_perfil, modo, nao_lidas, ultima_mensagem_em)
  select :grande, '+5521' || i, '+5521' || i, i || '@s.whatsapp.net', 'Perfil ' || i,
         case when i % 1000 = 0 then 'humano' when i % 3 = 0 then 'encerrada' else 'bot' end, case when i % 500 = 0 then 1 else 0 end,
         :agora - make_interval(mins => (i % 500000)::int)
  from generate_series(900000000, 900000000 + :avulsas - 1) i;
-- Names and texts as long as they really are: an index is as large as what stands in it.
insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, whatsapp_id, estado, criado_em)
  select c.cliente_id, c.id, 'entrada', 'paciente', 'texto', case when i % 2 = 0 then 'Olá' else :resposta end,
         '3A' || upper(substr(md5(c.id || '.' || i), 1, 30)), 'recebida', :agora - make_interval(hours => i)
  from conversas c cross join generate_series(1, 10) i where c.paciente_id is not null;
-- Of five that come in one is a message, the others report on ours.
insert into entrada (cliente_id, mensagem_id, evento, corpo, correlacao, recebido_em, processado_em)
  select m.cliente_id,
         c.whatsapp_instance || case when m.id % 5 = 0 then '/message/' || m.whatsapp_id else '/delivery/' || substr(m.whatsapp_id, 3, 22) || '/Read' end,
         case when m.id % 5 = 0 then 'message' else 'delivery' end,
         jsonb_set(case when m.id % 5 = 0 then :recado else :relato end::jsonb, '{event,contact}',
                   jsonb_build_object('telefone', v.telefone, 'lid', null, 'jid', v.jid)),
         'Root=1-' || substr(md5(m.whatsapp_id), 1, 8) || '-' || substr(md5(m.whatsapp_id), 9, 24), m.criado_em, m.criado_em
  from mensagens m join clientes c on c.id = m.cliente_id join conversas v on v.id = m.conversa_id;
insert into saida (cliente_id, conversa_id, destino, texto, estado, proxima_em, chave)
  select c.cliente_id, c.id, substr(c.telefone, 2), :resposta, case when i = 1 and c.cliente_id = :grande and c.id % 500 = 0 then 'pendente' else 'enviada' end,
         :agora - interval '1 minute', 'k' || c.id || '.' || i
  from conversas c cross join generate_series(1, 5) i where c.paciente_id is not null;

-- What was sent long ago: confirmed, each under WhatsApp's name; some in doubt, some failed, some that wait for the patient or the morning.
update saida set whatsapp_id = '3EB0' || upper(substr(md5(id::text), 1, 18)), tentada_em = :agora - make_interval(mins => (id % 400000)::int), tentativas = 1,
       confirmada_em = case when id % 100 > 0 then :agora - make_interval(mins => (id % 400000)::int) end,
       enviada_em = :agora - make_interval(mins => (id % 400000)::int),
       estado = case id % 1000 when 1 then 'incerta' when 2 then 'falhou' when 3 then 'aguardando' when 4 then 'cancelada' when 5 then 'adiada'
                else estado end
  where estado = 'enviada';
update saida set proxima_em = :agora + interval '11 hours' where estado = 'adiada' and id % 20000 > 1000;
insert into saida (cliente_id, agendamento_id, destino, texto, estado, proxima_em, chave, tentada_em, confirmada_em)
  select cliente_id, id, '55119' || 80000000 + medico_id, 'Novo horário', 'enviada', criado_em, 'aviso:' || id, criado_em, criado_em
  from agendamentos where id % 5 = 0;
insert into relatos (cliente_id, whatsapp_id, estado, criado_em)
  select cliente_id, 'R' || id, 'entregue', :agora - make_interval(hours => (id % 47)::int) from pacientes where id % 10 = 0;
-- Confirmations, the two hours before and absences, besides the eves above.
insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, estado, dados)
  select a.cliente_id, a.id, t.tipo, a.inicio_em + t.em,
         case when a.status = 'cancelado' then 'cancelado' when a.inicio_em + t.em > :agora then 'pendente' else 'enviado' end,
         case t.tipo when 'falta' then '{"alternativas": []}'::jsonb end
  from agendamentos a
  join (values ('confirmacao', interval '-9 days'), ('dia', interval '-2 hours'), ('falta', interval '30 minutes')) t(tipo, em)
    on t.tipo <> 'falta' or a.status = 'faltou';
insert into regras_lembrete (cliente_id, medico_id, vespera_minutos)
  select cliente_id, case when n > 0 then ids[n] end, 2880 from equipe cross join lateral generate_series(0, cardinality(ids)) n;
insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone, email)
  select cliente_id, m, true, '+55119' || 80000000 + m, true from equipe cross join lateral unnest(ids) m;
insert into emails (cliente_id, agendamento_id, para, assunto, texto, chave, estado, proxima_em, criado_em, enviado_em)
  select cliente_id, id, 'medico' || medico_id || '@exemplo.com', 'Novo horário', 'Novo horário', 'aviso:' || id,
         case when cliente_id = :grande and id % 20000 = 0 then 'pendente' else 'enviado' end, :agora - interval '1 minute',
         :agora - make_interval(mins => (id % 40000)::int), :agora
  from agendamentos where id % 5 = 0;
-- Most connections are looked at again later, one in forty now; each had its troubles.
insert into conexoes (cliente_id, instancia, estado, desde, evento_em, visto_em, numero, numero_desde, proxima_em, verificada_em)
  select id, whatsapp_instance, 'aberta', :agora - interval '90 days', :agora - interval '90 days', :agora - interval '3 minutes', '5511999990000',
         :agora - interval '90 days', case when id % 40 = 0 then :agora - interval '1 minute' else :agora + interval '2 minutes' end,
         :agora - interval '3 minutes'
  from clientes where whatsapp_instance is not null;
insert into alertas (cliente_id, tipo, desde, avisado_em, resolvido_em)
  select c.id, (array['desconectada', 'silencio', 'envios'])[1 + i % 3], :agora - make_interval(hours => i), :agora - make_interval(hours => i),
         case when i > 1 then :agora - make_interval(hours => i - 1) end
  from clientes c cross join generate_series(1, 500) i;

insert into lista_espera (cliente_id, paciente_id, medico_id, estado, periodo)
  select cliente_id, id, null, case when id % 10 = 0 then 'aguardando' else 'atendido' end, case when id % 3 = 0 then 'manha' end
  from pacientes where id % 2 = 0;
insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, tipo)
  select e.cliente_id, e.ids[1 + i % cardinality(e.ids)], :agora - make_interval(days => i), :agora - make_interval(days => i) + interval '2 hours', 'reuniao'
  from equipe e cross join generate_series(-30, 1500) i;
insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em, estado, agendamento_id)
  select a.cliente_id, a.medico_id, a.paciente_id, case when a.id % 2 = 0 then 'escolha' else 'pedido' end, 'whatsapp:' || a.id, a.inicio_em,
         a.fim_em, a.inicio_em, a.fim_em, a.inicio_em - interval '1 day',
         case when a.inicio_em > :agora + interval '1 day' and a.id % 500 = 1 then 'aberta' else 'usada' end,
         case when a.inicio_em > :agora + interval '1 day' and a.id % 500 = 1 then null else a.id end
  from agendamentos a where a.id % 10 in (1, 2);
insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate, estado)
  select cliente_id, id, medico_id, inicio_em, expira_em, 'encerrada' from reservas where id % 10 = 0;
insert into ofertas_espera (cliente_id, oferta_id, lista_espera_id, estado)
  select o.cliente_id, o.id, l.id, 'recusada' from ofertas o
  join lateral (select id from lista_espera l where l.cliente_id = o.cliente_id order by id limit 3) l on true;
-- Offers that nobody took, and times freed at night that are kept for the line.
insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate, estado)
  select cliente_id, id, medico_id, inicio_em, :agora - interval '1 minute', 'aberta' from reservas
  where cliente_id = :grande and inicio_em > :agora + interval '1 day' and id % 10 = 5 order by id limit 10;
insert into ofertas_espera (cliente_id, oferta_id, lista_espera_id, estado)
  select o.cliente_id, o.id, l.id, 'oferecida' from ofertas o
  join lateral (select id from lista_espera l where l.cliente_id = o.cliente_id and l.estado = 'aguardando' order by id limit 3) l on true
  where o.estado = 'aberta' and o.id % 2 = 0;
-- Those whose phone WhatsApp does not tell, in the line and out of it.
update conversas set contato = 'lid:' || id, telefone = null, lid = id::text, jid = id || '@lid' where paciente_id is not null and id % 20 = 0;
update pacientes p set telefone = null from conversas c where c.cliente_id = p.cliente_id and c.paciente_id = p.id and c.lid is not null;
insert into auditoria (cliente_id, autor_tipo, acao, alvo, em)
  select cliente_id, 'secretaria', 'alterado', 'pacientes/' || id, criado_em from pacientes;
insert into idempotencia (cliente_id, chave, rota, corpo_hash, status, criado_em)
  select cliente_id, 'chave-' || id, 'POST', '', 201, :agora - interval '3 hours' from pacientes where id % 3 = 0;
set session_replication_role = default;
