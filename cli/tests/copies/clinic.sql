-- Something of everything for the clinic `c`, with numbers of rows wherever code writes them: texts, documents, pairs of type and number.
do $$
declare
  c bigint := {cliente};
  m bigint := (select id from medicos where cliente_id = c and email = 'tania@clinica.com');
  m2 bigint := (select id from medicos where cliente_id = c and email = 'marco@clinica.com');
  sec bigint := (select id from secretarias where cliente_id = c);
  op bigint := (select min(id) from operadores);
  p bigint := (select min(id) from pacientes where cliente_id = c);
  p2 bigint; p3 bigint; s bigint; s2 bigint; cv bigint; sala bigint; uni bigint; ag bigint; ag2 bigint; ser bigint; v bigint; msg bigint; msg2 bigint;
  sai bigint; le bigint; re bigint; re2 bigint; esp bigint; ofe bigint; blo bigint; con bigint; lem bigint;
begin
  update clientes set plano = 'profissional', telefone = '+551133334444', whatsapp_instance = whatsapp_instance, retencao_meses = 24 where id = c;
  insert into convenios (cliente_id, nome) values (c, 'Unimed') returning id into cv;
  insert into servicos (cliente_id, nome, duracao_minutos, preco_centavos) values (c, 'Consulta', 30, 9007199254740993) returning id into s;
  insert into servicos (cliente_id, nome, duracao_minutos) values (c, 'Retorno “ç\n"', 15) returning id into s2;
  insert into servicos_convenios (cliente_id, servico_id, convenio_id, preco_centavos) values (c, s, cv, 12345);
  insert into medicos_convenios (cliente_id, medico_id, convenio_id, dia_semana) values (c, m, cv, 2);
  insert into medicos_servicos (cliente_id, medico_id, servico_id) values (c, m, s), (c, m2, s), (c, m2, s2);
  insert into recursos (cliente_id, nome, tipo) values (c, 'Sala 1', 'sala') returning id into sala;
  insert into unidades (cliente_id, nome, endereco, telefone) values (c, 'Norte', 'Rua B, 2', '3333-4444') returning id into uni;
  update medicos set unidade_id = uni where id = m2;
  insert into limites_avisados (cliente_id, limite, periodo, nivel, maximo, em) values (c, 'unidades', 'sempre', 80, 3, now());
  insert into servicos_recursos (cliente_id, servico_id, recurso_id, quantidade) values (c, s, sala, 1);
  insert into feriados (cliente_id, dia, nome, ambito, anual) values (c, '2026-12-25', 'Natal', 'nacional', true);
  insert into horarios_excecoes (cliente_id, medico_id, dia, inicio, fim) values (c, m, '2026-12-24', '08:00', '12:00');
  insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, motivo, criado_por_tipo, criado_por_id)
    values (c, m, '2026-12-28 12:00Z', '2026-12-29 12:00Z', 'férias', 'secretaria', sec) returning id into blo;
  insert into pacientes (cliente_id, nome, telefone, cpf, convenio_id) values (c, 'João Prado', '+5511988887777', '52998224725', cv) returning id into p2;
  insert into pacientes (cliente_id, nome, telefone, ativo, fundido_em_id) values (c, 'Joao Prado', '+5511988887777', false, p2) returning id into p3;
  insert into consentimentos (cliente_id, paciente_id, tipo, aceito, canal, autor_tipo, autor_id, em) values (c, p, 'lembretes', true, 'painel', 'medico', m, now());
  insert into series (cliente_id, regra) values (c, jsonb_build_object('medico_id', m, 'paciente_id', p, 'vezes', 2)) returning id into ser;
  insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, convenio_id, serie_id, inicio_em, fim_em, preco_centavos, criado_por_tipo, criado_por_id)
    values (c, m, p, s, cv, ser, '2026-12-01 12:00:00.123456Z', '2026-12-01 12:30Z', 12345, 'medico', m) returning id into ag;
  insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, retorno_de_id, origem_id, inicio_em, fim_em, motivo, criado_por_tipo, criado_por_id)
    values (c, m2, p2, s2, ag, ag, '2026-12-02 12:00Z', '2026-12-02 12:15Z', 'dor', 'secretaria', sec) returning id into ag2;
  insert into historico (cliente_id, agendamento_id, acao, canal, autor_tipo, autor_id, antes, depois)
    values (c, ag, 'remarcado', 'painel', 'medico', m, jsonb_build_object('id', ag, 'medico_id', m2, 'preco', 10.50),
            jsonb_build_object('id', ag, 'medico_id', m, 'paciente_id', p, 'recursos', jsonb_build_array(sala)));
  insert into auditoria (cliente_id, autor_tipo, autor_id, acao, alvo, antes, depois)
    values (c, 'secretaria', sec, 'servico_alterado', 'servicos/' || s, jsonb_build_object('id', s, 'medicos', jsonb_build_array(m, m2)), null),
           (c, 'medico', m, 'horarios', 'medicos/' || m || '/horarios', null, jsonb_build_object('id', 7)),
           (c, 'sistema', null, 'pacientes_unidos', 'pacientes/' || p2,
            jsonb_build_object('mantido', jsonb_build_object('id', p2), 'duplicado', jsonb_build_object('id', p3)),
            jsonb_build_object('duplicado_id', p3, 'movidos', jsonb_build_object('agendamentos.paciente_id', 1))),
           (c, 'medico', m, 'bloqueio_apagado', 'bloqueios/999999999', null, jsonb_build_object('bloqueio_id', 999999999));
  insert into conversas (cliente_id, contato, telefone, jid, paciente_id, estado, atendente_tipo, atendente_id)
    values (c, '+5511999990001', '+5511999990001', '5511999990001@s.whatsapp.net', p, '{"passo": 1}', 'secretaria', sec) returning id into v;
  insert into conversas (cliente_id, contato, jid) values (c, 'lid:123', '123@lid');
  insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, whatsapp_id) values (c, v, 'entrada', 'paciente', 'texto', E'olá\n"tudo" \\ bem? 😀', 'recebida', 'W' || c);
  insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, usuario_tipo, usuario_id) values (c, v, 'saida', 'humano', 'texto', 'oi', 'pendente', 'secretaria', sec) returning id into msg;
  insert into reservas (cliente_id, medico_id, servico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
    values (c, m, s, p, 'escolha', 'conversa:' || v, '2026-12-03 12:00Z', '2026-12-03 12:30Z', '2026-12-03 12:00Z', '2026-12-03 12:30Z', '2026-12-01Z') returning id into re;
  insert into lista_espera (cliente_id, paciente_id, medico_id, servico_id, dias) values (c, p2, m, s, '{1,3}') returning id into esp;
  insert into ofertas (cliente_id, reserva_id, medico_id, inicio_em, ate) values (c, re, m, '2026-12-03 12:00Z', '2026-12-01 13:00Z') returning id into ofe;
  insert into ofertas_espera (cliente_id, oferta_id, lista_espera_id) values (c, ofe, esp);
  insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em, dados) values (c, ag, 'vespera', '2026-11-30 15:00Z', jsonb_build_object('agendamento_id', ag)) returning id into lem;
  insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) values (c, ag, 'confirmacao', '2026-11-29 15:00Z');
  insert into saida (cliente_id, conversa_id, mensagem_id, destino, texto, chave, estado, agendamento_id)
    values (c, v, msg, '5511999990001', 'Oi', 'oferta:' || ofe || ':' || esp || ':fim', 'pendente', ag) returning id into sai;
  insert into saida (cliente_id, conversa_id, destino, texto, chave, estado, enviada_em)
    values (c, v, '5511999990001', 'b', 'bloqueio:' || blo || ':' || ag || ':1', 'enviada', now()),
           (c, v, '5511999990001', 'l', 'lembrete:' || lem || ':1796126400:1', 'enviada', now()),
           (c, v, '5511999990001', 'r', 'retomada:' || sai || ':1796126400', 'enviada', now()),
           (c, v, '5511999990001', 'n', null, 'enviada', now());
  update lembretes set saida_id = sai, estado = 'enviado' where id = lem;
  insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) values (c, ag2, 'vespera', '2026-12-01 15:00Z');
  insert into emails (cliente_id, agendamento_id, para, assunto, texto, chave, proxima_em, criado_em)
    values (c, ag2, 'marco@clinica.com', 'Nova', 'texto', 'aviso:' || ag2 || ':' || m2 || ':novo:1', now(), now()),
           (c, null, 'a@b.com', 'Urgência', 'texto', 'urgencia:' || v || ':77:a@b.com', now(), now());
  insert into entrada (cliente_id, origem, mensagem_id, evento, corpo) values (c, 'evolution', 'W' || c, 'messages.upsert', '{"id": 5, "paciente_id": 1}');
  insert into calendarios (cliente_id, medico_id, token_hash, criado_em) values (c, m, encode(sha256(('a' || c)::bytea), 'hex'), now());
  insert into convites (cliente_id, nome, email, tipo, token_hash, operador_id, criado_em, expira_em)
    values (c, 'Rita', 'rita@x.com', 'secretaria', encode(sha256(('b' || c)::bytea), 'hex'), op, now(), now() + interval '1 day') returning id into con;
  insert into aceites_termos (cliente_id, convite_id, usuario_tipo, usuario_id, versao, em, origem_ip) values (c, con, 'medico', m, '2026-01', now(), '200.1.2.3');
  insert into conexoes (cliente_id, instancia, estado, qr, ultimo_aviso_conversa) values (c, (select whatsapp_instance from clientes where id = c), 'aberta', 'segredo-do-qr', v);
  insert into alertas (cliente_id, tipo, desde) values (c, 'silencio', now());
  insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone) values (c, m, true, '+5511977776666') on conflict do nothing;
  insert into regras_lembrete (cliente_id, medico_id) values (c, m);
  insert into respostas_prontas (cliente_id, titulo, texto) values (c, 'Oi', 'Olá!');
  insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, gateway, gateway_id, emitida_em)
    values (c, '2026-10-01', 'profissional', 19990, '2026-11-10', 'Clínica', 'asaas', 'pay_' || c, now());
  insert into fatura_itens (cliente_id, fatura_id, tipo, descricao, unitario_centavos, total_centavos)
    select cliente_id, id, 'plano', 'Plano Profissional, 10/2026', 19990, 19990 from faturas where cliente_id = c;
  insert into fatura_eventos (cliente_id, fatura_id, origem, evento, tipo, nome, ocorrido_em, recebido_em, operador_id)
    select cliente_id, id, 'operador', 'evento-' || id, 'nota', 'visto', now(), now(), op from faturas where cliente_id = c;
  insert into descontos (cliente_id, percentual, de_mes, motivo, operador_id, criado_em) values (c, 10, '2026-10-01', 'boas-vindas', op, now());
  update assinaturas set gateway_cliente = 'cus_' || c where cliente_id = c;
  insert into acessos (cliente_id, em, usuario_tipo, usuario_id, tipo, rota, pacientes, conversas)
    select c, now(), 'medico', (select min(id) from medicos where cliente_id = c), 'conversa', 'GET /api/conversas/{id}',
           (select array_agg(id order by id) from pacientes where cliente_id = c), (select array_agg(id order by id) from conversas where cliente_id = c);
  insert into uso_mensal (cliente_id, mes, medido_em) values (c, '2026-10-01', now());
  insert into custos_mensais (cliente_id, mes, ia_custo_microusd) values (c, '2026-10-01', 12);
  insert into pagadores (cliente_id, nome, documento, email) values (c, 'Clínica', '11222333000181', 'paga@x.com');
  insert into mudancas_plano (cliente_id, plano_de, plano_para, preco_de_centavos, preco_para_centavos, vale_dia, dias_mes, dias_restantes, credito_centavos, cobranca_centavos, operador_id, criado_em)
    values (c, 'basico', 'profissional', 1, 2, '2027-01-01', 31, 0, 0, 0, op, now());
  insert into idempotencia (cliente_id, chave, rota, corpo_hash, criado_em) values (c, gen_random_uuid()::text, 'POST /x', 'h', now());
  insert into auditoria (cliente_id, autor_tipo, autor_id, acao, alvo, antes, depois)
    values (c, 'medico', m, 'medico_alterado', 'medicos/' || m2, jsonb_build_object('id', m2, 'unidade_id', null), jsonb_build_object('id', m2, 'unidade_id', uni));
  -- Long before whatever the register says.
  update pacientes set criado_em = '2026-01-02 12:00Z' where cliente_id = c;
end $$;
