-- Many clinics and many visits, for who wants to see what grows: :clinicas clinics together, the demonstration's among them, and :consultas visits
-- spread over all of them alike, from six days ago backwards, so that what the demonstration shows of these days stays as it is.
-- Runs as the owner, in one transaction, after the demonstration; a clinic that has its part already is left alone. Only what the agenda asks for is
-- here: nobody wrote a message, nothing was told.

insert into clientes (nome, subdomain, whatsapp_instance, whatsapp_numero, plano, telefone, endereco)
select format('%s %s', (array['Clínica', 'Centro Médico', 'Consultório', 'Instituto', 'Espaço Saúde'])[1 + n % 5],
              (array['Santa Helena', 'Bela Vista', 'São Lucas', 'Ipê Amarelo', 'Boa Esperança', 'Jardim América', 'Rio Claro'])[1 + n / 5 % 7]),
       'escala-' || n, 'Escala' || n, '5511' || 950000000 + n, (array['basico', 'profissional', 'enterprise'])[1 + n % 3],
       '+5511' || 30000000 + n, format('Rua %s, %s', (array['das Acácias', 'do Sol', 'Rondon', 'XV de Novembro'])[1 + n % 4], 10 + n % 900)
from generate_series(1, greatest(0, :clinicas - (select count(*) from clientes where subdomain not like 'escala-%'))) n
where not exists (select from clientes c where c.subdomain = 'escala-' || n);

insert into medicos (cliente_id, nome, especialidade, crm)
select c.id,
       format('%s %s', (array['Dra. Alice', 'Dr. Bruno', 'Dra. Cecília', 'Dr. Davi', 'Dra. Elisa', 'Dr. Fábio', 'Dra. Gilda'])[1 + (c.id + n) % 7],
              (array['Amaral', 'Bastos', 'Coelho', 'Diniz', 'Esteves'])[1 + (c.id * 3 + n) % 5]),
       (array['Clínica Geral', 'Cardiologia', 'Ortopedia', 'Pediatria', 'Dermatologia'])[1 + (c.id + n) % 5], format('CRM/SP %s', 200000 + c.id % 100000 * 3 + n)
from clientes c cross join generate_series(1, 3) n
where c.subdomain like 'escala-%' and not exists (select from medicos m where m.cliente_id = c.id);

insert into servicos (cliente_id, nome, duracao_minutos, preco_centavos)
select c.id, novo.nome, 30, novo.preco
from (values ('Consulta', 25000::bigint), ('Retorno', 0)) as novo(nome, preco) cross join clientes c
where c.subdomain like 'escala-%' and not exists (select from servicos s where s.cliente_id = c.id);

-- What is judged and derived one by one would take longer than the rows; exclusions, checks and uniqueness still hold.
set local session_replication_role = replica;

create temp table escala on commit drop as
select c.id as cliente_id, (:consultas / (select count(*) from clientes))::int as consultas,
       greatest(10, (:consultas / (select count(*) from clientes) / 6)::int) as pacientes,
       (select array_agg(m.id order by m.id) from medicos m where m.cliente_id = c.id and m.ativo) as medicos,
       (select min(s.id) from servicos s where s.cliente_id = c.id and s.nome = 'Consulta') as servico
from clientes c
where not exists (select from pacientes p where p.cliente_id = c.id and p.telefone = '+5521960000000');

insert into pacientes (cliente_id, nome, telefone)
select cliente_id,
       format('%s %s %s', (array['Ana', 'Bento', 'Clara', 'Dario', 'Elza', 'Fausto', 'Glória', 'Hélio', 'Irene', 'Jonas', 'Lia'])[1 + n % 11],
              (array['Moura', 'Pires', 'Ferreira', 'Batista', 'Queiroz', 'Antunes', 'Campos'])[1 + n / 11 % 7],
              (array['da Silva', 'de Souza', 'Teixeira', 'Rocha', 'Lima', 'Nunes', 'Reis', 'Prado'])[1 + n / 77 % 8]),
       '+5521' || 960000000 + n
from escala cross join lateral generate_series(0, pacientes - 1) n;

create temp table escala_pessoas on commit drop as
select p.cliente_id, min(p.id) as primeiro from pacientes p join escala e using (cliente_id)
where p.telefone like '+55219%' group by 1;

-- Sixteen half hours a day of each professional, every day alike: which weekday it was, nobody asks of the past.
insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, preco_centavos, inicio_em, fim_em, ocupado_de, ocupado_ate, status,
                          canal, cancelado_em, cancelado_por, criado_em)
select e.cliente_id, medico, paciente, e.servico, 25000, em, em + interval '30 minutes', em, em + interval '30 minutes',
       case when n % 11 = 0 then 'cancelado' when n % 13 = 0 then 'faltou' else 'realizado' end,
       case when n % 3 = 0 then 'painel' else 'whatsapp' end,
       case when n % 11 = 0 then em - interval '20 hours' end, case when n % 11 = 0 then 'paciente' end, em - interval '9 days'
from escala e
join escala_pessoas p using (cliente_id)
cross join lateral generate_series(0, e.consultas - 1) n
cross join lateral (
  select e.medicos[1 + n % cardinality(e.medicos)] as medico, p.primeiro + n * 37::bigint % e.pacientes as paciente,
         date_trunc('day', now()) - interval '6 days' + interval '11 hours'
           - make_interval(days => n / cardinality(e.medicos) / 16) + make_interval(mins => 30 * (n / cardinality(e.medicos) % 16)) as em) visita
where cardinality(e.medicos) > 0;

set local session_replication_role = origin;
