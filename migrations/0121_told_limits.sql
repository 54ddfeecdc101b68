-- What: which limits of a plan who manages a clinic was told of, and at which level.
-- Why: the e-mail's own name remembered it, and e-mails are forgotten after thirty days; then the same letter came again.
-- `periodo` is a month, or `sempre` for what has none (professionals, units): that row goes when the number falls below its level, so that the next
-- time is told again. `maximo` is the limit it was told of: another plan's is news.
-- Lock: none on data. Undo: drop the table.

create table limites_avisados (
  cliente_id bigint not null constraint limites_avisados_cliente_id_fkey references clientes (id),
  limite text not null constraint limites_avisados_limite_check check (limite in ('agendamentos', 'mensagens', 'profissionais', 'turnos', 'unidades')),
  periodo text not null constraint limites_avisados_periodo_check check (periodo ~ '^(sempre|[0-9]{4}-[0-9]{2})$'),
  nivel integer not null constraint limites_avisados_nivel_check check (nivel in (80, 100)),
  maximo bigint not null,
  em timestamptz not null,
  constraint limites_avisados_pkey primary key (cliente_id, limite, periodo, nivel)
);
call hi_isola('limites_avisados');
grant select, insert, update, delete on limites_avisados to hi_app;

-- What was told in the last thirty days is not told again; who was told of all of it was told of most of it.
insert into limites_avisados (cliente_id, limite, periodo, nivel, maximo, em)
select distinct on (e.cliente_id, k.partes[1], coalesce(k.partes[2], 'sempre'), n.nivel)
       e.cliente_id, k.partes[1], coalesce(k.partes[2], 'sempre'), n.nivel, k.partes[3]::bigint, e.criado_em
from emails e
cross join lateral (
  select regexp_match(e.chave, '^limite:(agendamentos|mensagens|profissionais|turnos):(?:([0-9]{4}-[0-9]{2}):)?([0-9]{1,18}):(80|100):') as partes) k
cross join lateral (select unnest(case k.partes[4] when '100' then array[80, 100] else array[80] end) as nivel) n
where e.chave like 'limite:%' and k.partes is not null
order by e.cliente_id, k.partes[1], coalesce(k.partes[2], 'sempre'), n.nivel, e.criado_em desc;
