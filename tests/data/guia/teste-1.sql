-- Clínica 1
INSERT INTO clientes (nome, subdomain, whatsapp_instance, plano, ativo, criado_em, atualizado_em)
VALUES ('Clínica Teste 1', 'teste1', 'Teste1', 'basico', true, NOW(), NOW());

-- Clínica 2
INSERT INTO clientes (nome, subdomain, whatsapp_instance, plano, ativo, criado_em, atualizado_em)
VALUES ('Clínica Teste 2', 'teste2', 'Teste2', 'basico', true, NOW(), NOW());
