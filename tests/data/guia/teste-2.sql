-- Profissional Clínica 1
INSERT INTO medicos (nome, email, senha, cliente_id, especialidade, crm, ativo, criado_em, atualizado_em)
VALUES ('Dr. Teste 1', 'teste1@teste.com', 'senha123', 2, 'Clínico Geral', 'CRM 111', true, NOW(), NOW());

-- Profissional Clínica 2
INSERT INTO medicos (nome, email, senha, cliente_id, especialidade, crm, ativo, criado_em, atualizado_em)
VALUES ('Dr. Teste 2', 'teste2@teste.com', 'senha123', 3, 'Pediatria', 'CRM 222', true, NOW(), NOW());
