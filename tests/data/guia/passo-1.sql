-- Inserir nova clínica
INSERT INTO clientes (nome, subdomain, whatsapp_instance, plano, ativo, criado_em, atualizado_em)
VALUES (
  'Dr. Marco Clínica',
  'drmarco',
  'DrMarco',
  'profissional',
  true,
  NOW(),
  NOW()
);
