INSERT INTO medicos (nome, email, senha, cliente_id, especialidade, crm, ativo, criado_em, atualizado_em)
VALUES (
  'Dr. Marco Aurélio',
  'marco@drmarco.com.br',
  'senha123',  -- TROCAR em produção!
  2,  -- ID da clínica Dr. Marco
  'Cardiologia',
  'CRM/SP 123456',
  true,
  NOW(),
  NOW()
);
