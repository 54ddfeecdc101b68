-- The demonstration: the guide's three clinics, their people and two weeks of appointments around today, and a fourth that is large as few
-- are, for who wants to see whether a full day stutters: thirty agendas, three hundred visits a day.
-- Runs as the owner, in one transaction, and skips what is there, so it can run again.

insert into clientes (nome, subdomain, whatsapp_instance, whatsapp_numero, plano, telefone, endereco)
select * from (values
  ('Clínica Teste', 'prosaude', 'ProSaude', '5511999990000', 'profissional', '+551133330000', 'Rua das Acácias, 120, São Paulo'),
  ('Dr. Marco Clínica', 'drmarco', 'DrMarco', '5511999998888', 'profissional', '+551133338888', 'Av. Rondon, 845, Uberlândia'),
  ('Clínica X', 'clinicax', 'ClinicaX', '5511999997777', 'basico', '+551133337777', 'Rua do Sol, 33, Recife'),
  ('Policlínica Horizonte', 'policlinica', 'Policlinica', '5531999996666', 'enterprise', '+553133336666', 'Av. do Contorno, 900, Belo Horizonte')
) as novo(nome, subdomain, whatsapp_instance, whatsapp_numero, plano, telefone, endereco)
where not exists (select from clientes c where c.subdomain = novo.subdomain)
order by novo.subdomain <> 'prosaude', novo.subdomain <> 'drmarco';

insert into operadores (nome, email, senha, papel)
select novo.nome, novo.email, 'senha123', novo.papel
from (values
  ('Operação', 'operador@horariointeligente.com.br', 'admin'),
  ('Financeiro', 'financeiro@horariointeligente.com.br', 'financeiro'),
  ('Suporte', 'suporte@horariointeligente.com.br', 'suporte')
) as novo(nome, email, papel)
where not exists (select from operadores o where o.email = novo.email);

insert into medicos (cliente_id, nome, email, senha, especialidade, crm, gestor)
select c.id, novo.nome, novo.email, 'senha123', novo.especialidade, novo.crm, novo.gestor
from (values
  ('prosaude', 'Dra. Tânia Ribeiro', 'tania@prosaude.com', 'Clínica Geral', 'CRM/SP 100200', true),
  ('prosaude', 'Dr. Paulo Nogueira', 'paulo@prosaude.com', 'Ortopedia', 'CRM/SP 100300', false),
  ('prosaude', 'Dra. Helena Prado', 'helena@prosaude.com', 'Pediatria', 'CRM/SP 100400', false),
  ('drmarco', 'Dr. Marco Aurélio', 'marco@drmarco.com.br', 'Cardiologia', 'CRM/SP 123456', true),
  ('clinicax', 'Dra. Xênia Duarte', 'xenia@clinicax.com.br', 'Dermatologia', 'CRM/PE 45678', true)
) as novo(subdomain, nome, email, especialidade, crm, gestor)
join clientes c on c.subdomain = novo.subdomain
where not exists (select from medicos m where m.cliente_id = c.id and m.email = novo.email)
order by c.id, novo.gestor desc, novo.nome;

-- The first of them comes in.
insert into medicos (cliente_id, nome, email, senha, especialidade, crm, gestor)
select c.id, format('%s %s', quem.nome, (array['Amaral', 'Bastos', 'Coelho', 'Diniz', 'Esteves', 'Falcão'])[1 + n % 6]),
       format('profissional%s@policlinica.com', n + 1), case when n = 0 then 'senha123' end,
       (array['Clínica Geral', 'Cardiologia', 'Ortopedia', 'Pediatria', 'Dermatologia'])[1 + n % 5], format('CRM/MG %s', 70001 + n), n = 0
from clientes c
cross join unnest(array[
  'Dra. Alice', 'Dr. Bruno', 'Dra. Cecília', 'Dr. Davi', 'Dra. Elisa', 'Dr. Fábio', 'Dra. Gilda', 'Dr. Hugo', 'Dra. Inês', 'Dr. Jorge',
  'Dra. Karina', 'Dr. Leandro', 'Dra. Míriam', 'Dr. Nilo', 'Dra. Olga', 'Dr. Pedro', 'Dra. Quitéria', 'Dr. Raul', 'Dra. Sara', 'Dr. Tadeu',
  'Dra. Úrsula', 'Dr. Vítor', 'Dra. Wanda', 'Dr. Xavier', 'Dra. Yara', 'Dr. Zeca', 'Dra. Betina', 'Dr. Caio', 'Dra. Dora', 'Dr. Enzo'
]) with ordinality as quem(nome, ordem)
cross join lateral (select quem.ordem::int - 1 as n) as numero
where c.subdomain = 'policlinica' and not exists (select from medicos m where m.cliente_id = c.id);

insert into secretarias (cliente_id, nome, email, senha)
select c.id, 'Sônia Lima', 'secretaria@prosaude.com', 'senha123'
from clientes c
where c.subdomain = 'prosaude'
  and not exists (select from secretarias s where s.cliente_id = c.id and s.email = 'secretaria@prosaude.com');

-- Told by e-mail of what changes in their agendas.
insert into avisos_medicos (cliente_id, medico_id, email)
select m.cliente_id, m.id, true from medicos m
where m.email in ('tania@prosaude.com', 'marco@drmarco.com.br')
  and not exists (select from avisos_medicos a where a.cliente_id = m.cliente_id and a.medico_id = m.id);

insert into servicos (cliente_id, nome, duracao_minutos, preco_centavos)
select c.id, novo.nome, novo.duracao, novo.preco
from (values ('Consulta', 30, 25000::bigint), ('Retorno', 30, 0), ('Avaliação completa', 60, 42000)) as novo(nome, duracao, preco)
cross join clientes c
where c.subdomain in ('prosaude', 'drmarco', 'clinicax', 'policlinica')
  and not exists (select from servicos s where s.cliente_id = c.id and s.nome = novo.nome);

insert into convenios (cliente_id, nome)
select c.id, novo.nome
from (values ('Unimed'), ('Bradesco Saúde'), ('Amil')) as novo(nome)
cross join clientes c
where c.subdomain in ('prosaude', 'clinicax', 'policlinica')
  and not exists (select from convenios v where v.cliente_id = c.id and v.nome = novo.nome);

-- Ultrasound: another length, time to clean the room, one room, decided on by the clinic, offered by two.
insert into recursos (cliente_id, nome, tipo)
select c.id, 'Sala de ultrassom', 'sala' from clientes c
where c.subdomain = 'prosaude' and not exists (select from recursos r where r.cliente_id = c.id);

insert into servicos (cliente_id, nome, duracao_minutos, depois_minutos, preco_centavos, cor, aprovacao)
select c.id, 'Ultrassom', 40, 10, 32000, '#0e7490', true from clientes c
where c.subdomain = 'prosaude' and not exists (select from servicos s where s.cliente_id = c.id and s.nome = 'Ultrassom');

insert into servicos_recursos (cliente_id, servico_id, recurso_id)
select s.cliente_id, s.id, r.id from servicos s join recursos r on r.cliente_id = s.cliente_id and r.nome = 'Sala de ultrassom'
where s.nome = 'Ultrassom'
  and not exists (select from servicos_recursos n where n.cliente_id = s.cliente_id and n.servico_id = s.id);

insert into medicos_servicos (cliente_id, medico_id, servico_id)
select s.cliente_id, m.id, s.id from servicos s join medicos m on m.cliente_id = s.cliente_id
where s.nome = 'Ultrassom' and m.email in ('tania@prosaude.com', 'paulo@prosaude.com')
  and not exists (select from medicos_servicos o where o.cliente_id = s.cliente_id and o.servico_id = s.id);

insert into pacientes (cliente_id, nome, telefone)
select c.id, novo.nome, novo.telefone
from (values
  ('Ana Beatriz Moura', '+5511988880001'), ('Carlos Eduardo Pires', '+5511988880002'),
  ('Dalva Ferreira', '+5511988880003'), ('Edson Batista', '+5511988880004'),
  ('Fernanda Queiroz', '+5511988880005'), ('Geraldo Antunes', '+5511988880006'),
  ('Heloísa Campos', '+5511988880007'), ('Ivan Teixeira', '+5511988880008'),
  ('Joana Darc da Silva', '+5511988880009'), ('Lúcia Helena Rocha', '+5511988880010')
) as novo(nome, telefone)
cross join clientes c
where c.subdomain in ('prosaude', 'drmarco', 'clinicax')
  and not exists (select from pacientes p where p.cliente_id = c.id and p.telefone = novo.telefone);

-- As many as the agendas below need for nobody to come more than four times in three weeks.
insert into pacientes (cliente_id, nome, telefone)
select c.id,
       format('%s %s', (array['Adriana', 'Benedito', 'Conceição', 'Diego', 'Eunice', 'Francisco', 'Graça', 'Heitor', 'Iracema', 'João'])[1 + n % 10],
              (array['Alves Martins', 'Barreto', 'Carvalho Neto', 'Dias', 'Evangelista', 'Fonseca', 'Guimarães', 'Hortolan', 'Ibiapina', 'Junqueira',
                     'Lacerda'])[1 + n / 10]),
       format('+55319777700%s', lpad(n::text, 2, '0'))
from clientes c
cross join generate_series(0, 99) as n
where c.subdomain in ('prosaude', 'drmarco', 'clinicax', 'policlinica') and n < case when c.subdomain = 'policlinica' then 60 else 100 end
  and not exists (select from pacientes p where p.cliente_id = c.id and p.telefone like '+55319777700%');

-- A pattern without chance: the same on every machine and day of the week, so a picture of it can be recognised.
insert into agendamentos (cliente_id, medico_id, paciente_id, servico_id, preco_centavos, inicio_em, fim_em, status, motivo, canal)
select m.cliente_id, m.id, p.id, s.id, s.preco_centavos, vaga.inicio, vaga.inicio + interval '30 minutes',
       case when vaga.inicio > now() then case when marca % 3 = 0 then 'agendado' else 'confirmado' end
            when marca % 7 = 0 then 'faltou' else 'realizado' end,
       (array['Consulta', 'Retorno', 'Check-up', 'Dor nas costas', 'Resultado de exames'])[1 + marca % 5],
       case when marca % 2 = 0 then 'whatsapp' else 'painel' end
from medicos m
join clientes c on c.id = m.cliente_id and c.subdomain in ('prosaude', 'drmarco', 'clinicax', 'policlinica')
cross join generate_series(-4, 10) as dia
cross join (values (480), (510), (570), (630), (690), (840), (900), (930), (990), (1050)) as grade(minuto)
cross join lateral (select (m.id * 7 + (dia + 20) * 5 + grade.minuto / 30)::int as marca) as m1
cross join lateral (
  select ((now() at time zone c.fuso)::date + dia)::timestamp + make_interval(mins => grade.minuto) as parede) as p1
cross join lateral (select p1.parede at time zone c.fuso as inicio) as vaga
cross join lateral (
  -- In a day of a small clinic each professional has other people, and so has the next day.
  select id from pacientes where cliente_id = m.cliente_id
  order by id offset case when c.subdomain = 'policlinica' then marca % 60 else (m.id * 20 + (dia + 20) * 29 + grade.minuto / 30) % 110 end limit 1) as p
join servicos s on s.cliente_id = m.cliente_id and s.nome = case when marca % 5 in (1, 4) then 'Retorno' else 'Consulta' end
where extract(isodow from p1.parede) < 6
  and to_char(p1.parede, 'MM-DD') not in ('01-01', '04-21', '05-01', '09-07', '10-12', '11-02', '11-15', '11-20', '12-25')
  and (marca % 10 < 6 or c.subdomain = 'policlinica')
  and not exists (select from agendamentos a where a.cliente_id = m.cliente_id)
on conflict do nothing;
