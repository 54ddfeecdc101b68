-- What: the rules a clinic sets for its agenda: grid, horizon, limits for cancelling, returns, waiting list, optional holidays; capacity and
-- daily cap of a professional; breaks beside hours; what a service adds to it; prices per health plan.
-- Why: hi_app writes these now (settings by API), but only these columns: an injected statement must not make anybody a gestor, nor a
-- clinic active.
-- Lock: short, no table is rewritten (constant defaults). Undo: drop the columns and the table.

alter table clientes
  add column uf text constraint clientes_uf_check check (uf ~ '^[A-Z]{2}$'),
  add column municipio text constraint clientes_municipio_check check (length(municipio) <= 120),
  add column grade text not null default 'relogio'
    constraint clientes_grade_check check (grade in ('relogio', 'periodo', 'dia', 'otimizada')),
  add column horizonte_tipo text not null default 'corridos'
    constraint clientes_horizonte_tipo_check check (horizonte_tipo in ('corridos', 'uteis')),
  add column cancelamento_paciente_minutos integer not null default 0
    constraint clientes_cancelamento_paciente_minutos_check check (cancelamento_paciente_minutos between 0 and 43200),
  add column cancelamento_equipe_minutos integer not null default 0
    constraint clientes_cancelamento_equipe_minutos_check check (cancelamento_equipe_minutos between 0 and 43200),
  add column retorno_dias integer not null default 30
    constraint clientes_retorno_dias_check check (retorno_dias between 0 and 365),
  add column pedidos_bloqueiam boolean not null default true,
  add column espera_oferta_minutos integer not null default 30
    constraint clientes_espera_oferta_minutos_check check (espera_oferta_minutos between 5 and 1440),
  add column espera_simultaneas integer not null default 3
    constraint clientes_espera_simultaneas_check check (espera_simultaneas between 1 and 20),
  add column feriados_opcionais text[] not null default '{}'
    constraint clientes_feriados_opcionais_check check (feriados_opcionais <@ array[
      'carnaval_segunda', 'carnaval_terca', 'quarta_cinzas', 'corpus_christi', 'vespera_natal', 'vespera_ano_novo']);
grant update (telefone, email, endereco, uf, municipio, fuso, antecedencia_minutos, horizonte_dias, horizonte_tipo, passo_minutos, grade,
              cancelamento_paciente_minutos, cancelamento_equipe_minutos, retorno_dias, pedidos_bloqueiam, espera_oferta_minutos,
              espera_simultaneas, feriados_opcionais) on clientes to hi_app;

alter table medicos
  add column capacidade integer not null default 1 constraint medicos_capacidade_check check (capacidade between 1 and 50),
  add column limite_dia integer constraint medicos_limite_dia_check check (limite_dia between 1 and 500);
grant update (especialidade, telefone, cor, duracao_minutos, capacidade, limite_dia) on medicos to hi_app;

-- A break is a period of its own kind: it may lie inside any working period and is taken out of it.
alter table horarios
  add column tipo text not null default 'atendimento' constraint horarios_tipo_check check (tipo in ('atendimento', 'pausa')),
  drop constraint horarios_medico_id_periodo_excl,
  add constraint horarios_medico_id_periodo_excl exclude using gist (
    cliente_id with =, medico_id with =, tipo with =, dia_semana with =,
    int4range((extract(epoch from inicio) / 60)::int, (extract(epoch from fim) / 60)::int) with &&,
    daterange(vale_de, vale_ate, '[]') with &&);
alter table horarios_excecoes add column motivo text constraint horarios_excecoes_motivo_check check (length(motivo) <= 200);

-- A day of the clinic's that returns every year is one row.
alter table feriados
  add column anual boolean not null default false,
  add constraint feriados_nome_check check (length(btrim(nome)) between 2 and 120);

-- What is asked of blocks is always "which end after this": by their end they are few, by their beginning they are history.
drop index bloqueios_periodo_idx;
create index bloqueios_fim_em_idx on bloqueios (cliente_id, fim_em);
alter table bloqueios
  add column criado_por_tipo text,
  add column criado_por_id bigint,
  add constraint bloqueios_motivo_check check (length(motivo) <= 200);

alter table servicos
  add column descricao text constraint servicos_descricao_check check (length(descricao) <= 500),
  add column passo_minutos integer constraint servicos_passo_minutos_check check (passo_minutos between 5 and 240),
  add column grade text constraint servicos_grade_check check (grade in ('relogio', 'periodo', 'dia', 'otimizada')),
  add column aprovacao boolean not null default false,
  add constraint servicos_cor_check check (cor ~ '^#[0-9a-f]{6}$');

-- One row per professional, health plan and weekday (null = every day), so that a quota is one number.
create unique index medicos_convenios_dia_key
  on medicos_convenios (cliente_id, medico_id, convenio_id, coalesce(dia_semana, 0));

-- What a health plan pays for a service, where it is not the service's own price.
create table servicos_convenios (
  cliente_id bigint not null,
  servico_id bigint not null,
  convenio_id bigint not null,
  preco_centavos bigint not null constraint servicos_convenios_preco_centavos_check check (preco_centavos between 0 and 100000000),
  constraint servicos_convenios_pkey primary key (cliente_id, servico_id, convenio_id),
  constraint servicos_convenios_servico_id_fkey foreign key (cliente_id, servico_id) references servicos (cliente_id, id),
  constraint servicos_convenios_convenio_id_fkey foreign key (cliente_id, convenio_id) references convenios (cliente_id, id)
);
call hi_isola('servicos_convenios');
grant select, insert, update, delete on servicos_convenios to hi_app;
