-- Como profissional da Clínica 1, buscar pacientes
-- Deve retornar APENAS pacientes da Clínica 1

SELECT * FROM pacientes WHERE cliente_id = 2;  -- Clínica 1
SELECT * FROM pacientes WHERE cliente_id = 3;  -- Clínica 2
