//! What the slot engine is fed with: rules, hours, exceptions, blocks, holidays, occupied and kept time of some professionals, and the
//! resources a service needs, over some days. Two questions, whatever the number of professionals and days: what is [`open`], which says how
//! far to look for what is [`in_the_way`]. Whoever books asks both while others wait for the same professional, and each question is a way to
//! the database and back.
//!
//! Periods are asked for with plain comparisons of times: under row-level security Postgres gives a range operator to no index, because
//! `&&` is not leakproof. A visit with its padding lasts 48 hours at most (`agendamentos_ocupado_check`), which bounds the scan.

mod rows;
mod service;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::settings::feriados::falls_between;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, RecursoId};
use crate::problem::Problem;

pub use rows::{
    Aceite, Bloqueio, Excecao, Feriado, Horario, InTheWay, Ocupado, Open, Profissional, RecursoOcupado,
    Reservado, Rules,
};
pub use service::{Oferecido, convenio_nome, lock_recursos, marcado, oferecido, recursos_de};

/// The stretch of instants asked about.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
}

macro_rules! select_rules {
    ($id:literal) => {
        concat!(
            "select antecedencia_minutos, horizonte_dias, horizonte_tipo, passo_minutos, grade, cancelamento_paciente_minutos,
                    cancelamento_equipe_minutos, retorno_dias, pedidos_bloqueiam, espera_oferta_minutos, espera_simultaneas,
                    feriados_opcionais
             from clientes where id = ",
            $id
        )
    };
}

/// The clinic's rules.
///
/// # Errors
/// When Postgres does not answer.
pub async fn rules(tx: &mut TenantTx) -> Result<Rules, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as(select_rules!("$1")).bind(id).fetch_one(tx.conn()).await?;
    Ok(row)
}

/// What opens: the clinic's rules and days, the professionals among `medicos` (also those who left) with their weekly hours and the dates
/// with hours of their own, and who takes `convenio` on which days.
///
/// What is asked afterwards in the transaction is planned once per connection, as under [`super::medicos::lock`]: of what is in the way, planning
/// is the larger part, and it grows with all clinics' tables. This statement is planned before it says so: what it is given it takes from a `select`, which hides
/// it from the planner, so that a plan made for one professional promises nothing over the one that is kept.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
    convenio: Option<ConvenioId>,
) -> Result<Open, Problem> {
    let id = tx.cliente_id();
    let found = sqlx::query_as(concat!(
        "select (select to_json(r) from (",
        select_rules!("$1"),
        ") r) as rules,
                (select coalesce(json_agg(f), '[]') from (
                   select dia, nome, fechado, anual from feriados where ",
        falls_between!("(select $3::date)", "(select $4::date)"),
        " order by dia, id limit 400) f) as feriados,
                (select coalesce(json_agg(m), '[]') from (
                   select id, ativo, capacidade, limite_dia from medicos where id = any((select $2::bigint[])::bigint[])) m) as profissionais,
                (select coalesce(json_agg(h), '[]') from (
                   select medico_id, dia_semana, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                          (extract(epoch from fim) / 60)::int as fim_minuto, tipo = 'pausa' as pausa, vale_de, vale_ate
                   from horarios where medico_id = any((select $2::bigint[])::bigint[])) h) as horarios,
                (select coalesce(json_agg(e), '[]') from (
                   select medico_id, dia, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                          (extract(epoch from fim) / 60)::int as fim_minuto
                   from horarios_excecoes where medico_id = any((select $2::bigint[])::bigint[]) and dia between (select $3::date) and (select $4::date)) e) as excecoes,
                (select coalesce(json_agg(c), '[]') from (
                   select medico_id, dia_semana, cota_dia from medicos_convenios where convenio_id = (select $5::bigint)) c) as aceites
         from set_config('plan_cache_mode', 'force_generic_plan', true)"
    ))
    .bind(id)
    .bind(medicos)
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .bind(convenio)
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// The blocks alone, of these professionals and of the whole clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn bloqueios(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    stretch: Stretch,
) -> Result<Vec<Bloqueio>, Problem> {
    let rows = sqlx::query_as(
        "select b.medico_id, lower(r.um) as inicio_em, upper(r.um) as fim_em, b.tipo
         from (
           select medico_id, case tipo when 'ferias' then tipo else 'bloqueio' end as tipo, range_agg(tstzrange(inicio_em, fim_em)) as todos
           from bloqueios where (medico_id is null or medico_id = any($1)) and inicio_em < $3 and fim_em > $2 group by 1, 2) b
         cross join lateral unnest(b.todos) r (um)",
    )
    .bind(medicos)
    .bind(stretch.from.to_sqlx())
    .bind(stretch.to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What is asked about what is in the way.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Of these professionals.
    pub medicos: &'a [MedicoId],
    /// And of these resources.
    pub recursos: &'a [RecursoId],
    /// Over this.
    pub stretch: Stretch,
    /// Left out: an appointment is no obstacle to itself.
    pub moving: Option<AgendamentoId>,
}

/// Blocks, appointments, kept times and taken resources.
///
/// # Errors
/// When Postgres does not answer.
pub async fn in_the_way(tx: &mut TenantTx, wanted: Wanted<'_>, now: Timestamp) -> Result<InTheWay, Problem> {
    let Stretch { from, to } = wanted.stretch;
    let rows = sqlx::query(IN_THE_WAY)
        .bind(tx.cliente_id())
        .bind(wanted.medicos)
        .bind(wanted.recursos)
        .bind(from.to_sqlx())
        .bind(to.to_sqlx())
        .bind(wanted.moving)
        .bind(now.to_sqlx())
        .fetch_all(tx.conn())
        .await?;
    Ok(InTheWay::of(&rows)?)
}

/// Each kind has columns of its own; those of the others are null, which costs four bytes each. What is kept is of these professionals, or
/// of any other whose service needs one of these resources. Blocks that overlap come as one: whoever makes many of the same days makes nobody read them.
const IN_THE_WAY: &str = "
    select 'bloqueio' as o_que, null::bigint as id, b.medico_id, lower(r.um) as inicio_em, upper(r.um) as fim_em, b.tipo, null::timestamptz as ocupado_de, null::timestamptz as ocupado_ate,
           null::bigint as convenio_id, null::text as dono, null::boolean as pedido, null::boolean as estranho, null::boolean as firme,
           null::timestamptz as expira_em, null::bigint[] as recursos, null::int[] as precisa, null::bigint as recurso_id,
           null::int as quantidade
    from (
      select medico_id, case tipo when 'ferias' then tipo else 'bloqueio' end as tipo, range_agg(tstzrange(inicio_em, fim_em)) as todos
      from bloqueios where (medico_id is null or medico_id = any($2)) and inicio_em < $5 and fim_em > $4 group by 1, 2) b
    cross join lateral unnest(b.todos) r (um)
    union all
    select 'ocupado', id, medico_id, inicio_em, fim_em, null, ocupado_de, ocupado_ate, convenio_id, null, null, null, null, null, null, null,
           null, null
    from agendamentos
    where cliente_id = $1 and medico_id = any($2)
      and inicio_em > $4::timestamptz - interval '48 hours' and inicio_em < $5::timestamptz + interval '48 hours'
      and ocupado_de < $5 and ocupado_ate > $4
      and status in ('agendado', 'confirmado', 'em_atendimento', 'realizado')
      and ($6::bigint is null or id <> $6)
    union all
    select 'reservado', id, medico_id, null, null, null, ocupado_de, ocupado_ate, null, dono, tipo = 'pedido',
           tipo = 'escolha' and dono like 'site:%', firme, expira_em,
           array(select n.recurso_id from servicos_recursos n where n.servico_id = reservas.servico_id order by n.recurso_id),
           array(select n.quantidade from servicos_recursos n where n.servico_id = reservas.servico_id order by n.recurso_id), null, null
    from reservas
    where estado = 'aberta' and expira_em > $7 and ocupado_de < $5 and ocupado_ate > $4
      and (medico_id = any($2)
        or servico_id in (select servico_id from servicos_recursos where recurso_id = any($3)))
    union all
    select 'recurso', null, null, null, null, null, ocupado_de, ocupado_ate, null, null, null, null, null, null, null, null, recurso_id,
           quantidade
    from recursos_ocupados
    where recurso_id = any($3) and ocupado_de > $4::timestamptz - interval '48 hours' and ocupado_de < $5
      and ocupado_ate > $4 and ($6::bigint is null or agendamento_id <> $6)";
