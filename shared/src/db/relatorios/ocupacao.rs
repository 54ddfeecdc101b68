//! How much of the time that was offered is taken.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

use super::{Period, zone};
use crate::db::TenantTx;
use crate::id::MedicoId;
use crate::problem::Problem;

/// A professional of a report.
#[derive(Debug, Clone, FromRow)]
pub struct Profissional {
    /// `medicos.id`.
    pub id: MedicoId,
    /// The name.
    pub nome: String,
}

/// Time a professional offers on one local date; ranges of one date do not overlap and do not leave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aberto {
    /// Whose.
    pub medico_id: MedicoId,
    /// The date.
    pub dia: Date,
    /// From.
    pub de: Timestamp,
    /// To.
    pub ate: Timestamp,
}

/// A professional's minutes on one weekday of the period.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Ocupacao {
    /// Whose.
    pub medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday.
    pub dia_semana: i32,
    /// Offered: a minute counts once for each seat.
    pub oferecidos: i64,
    /// Of those, taken by visits and what is kept free around them.
    pub ocupados: i64,
    /// Of visits, outside what is offered or above its seats.
    pub fora: i64,
}

/// The professionals of a report: those who work here, and those who had a visit in the period; or the one asked for.
///
/// # Errors
/// When Postgres does not answer.
pub async fn profissionais(tx: &mut TenantTx, period: &Period) -> Result<Vec<Profissional>, Problem> {
    let rows = sqlx::query_as(
        "select m.id, m.nome from medicos m
         where m.cliente_id = $1 and case when $4::bigint is not null then m.id = $4 else m.ativo or exists (
           select from agendamentos a where a.cliente_id = $1 and a.medico_id = m.id and a.inicio_em >= $2 and a.inicio_em < $3
             and a.status in ('agendado', 'confirmado', 'em_atendimento', 'realizado')) end
         order by m.nome, m.id",
    )
    .bind(tx.cliente_id())
    .bind(period.from.to_sqlx())
    .bind(period.to.to_sqlx())
    .bind(period.medico_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The minutes of everybody in one hour of one weekday of the period; hours in which nothing is offered are missing.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Hora {
    /// 1 = Monday … 7 = Sunday.
    pub dia_semana: i32,
    /// 0 to 23: from its beginning to the next.
    pub hora: i32,
    /// As of [`Ocupacao`].
    pub oferecidos: i64,
    /// As of [`Ocupacao`].
    pub ocupados: i64,
}

/// What of the offered time is taken, by professional and weekday. Visits and offers are cut at local midnights, so each minute belongs to
/// its own date; how many are there at once is counted by a sweep over beginnings and ends, and never more than there are seats.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ocupacao(
    tx: &mut TenantTx,
    period: &Period,
    medicos: &[MedicoId],
    offered: &[Aberto],
) -> Result<Vec<Ocupacao>, Problem> {
    ask(tx, STATEMENT, period, medicos, offered).await
}

/// The same of all of them together, by weekday and hour.
///
/// # Errors
/// When Postgres does not answer.
pub async fn horas(
    tx: &mut TenantTx,
    period: &Period,
    medicos: &[MedicoId],
    offered: &[Aberto],
) -> Result<Vec<Hora>, Problem> {
    ask(tx, HOURS, period, medicos, offered).await
}

async fn ask<Row>(
    tx: &mut TenantTx,
    statement: &'static str,
    period: &Period,
    medicos: &[MedicoId],
    offered: &[Aberto],
) -> Result<Vec<Row>, Problem>
where
    Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let zone = zone(tx);
    let of: Vec<MedicoId> = offered.iter().map(|open| open.medico_id).collect();
    let days: Vec<_> = offered.iter().map(|open| open.dia.to_sqlx()).collect();
    let from: Vec<_> = offered.iter().map(|open| open.de.to_sqlx()).collect();
    let to: Vec<_> = offered.iter().map(|open| open.ate.to_sqlx()).collect();
    let rows = sqlx::query_as(statement)
        .bind(tx.cliente_id())
        .bind(zone)
        .bind(period.from.to_sqlx())
        .bind(period.to.to_sqlx())
        .bind(medicos)
        .bind(of)
        .bind(days)
        .bind(from)
        .bind(to)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

// A visit is at most 24 hours long and at most 48 with what is kept free around it: what reaches into the period begins at most two days
// beside it, and lies on four local dates at most. A set of four is counted on as what it is; a series the planner takes for a thousand, and
// then compiles the statement for longer than it runs.
macro_rules! taken {
    ($tail:literal) => {
        concat!(
            "
with oferta as materialized (
  select * from unnest($6::bigint[], $7::date[], $8::timestamptz[], $9::timestamptz[]) as o(medico_id, dia, de, ate)
), partes as (
  select a.medico_id, k.visita, d.dia::date as dia,
         greatest(k.de, d.dia at time zone $2) as de, least(k.ate, (d.dia + interval '1 day') at time zone $2) as ate
  from agendamentos a
  cross join lateral (values (true, a.inicio_em, a.fim_em), (false, a.ocupado_de, a.ocupado_ate)) as k(visita, de, ate)
  cross join (values (0), (1), (2), (3)) as n(dias)
  cross join lateral (select date_trunc('day', greatest(k.de, $3) at time zone $2) + n.dias * interval '1 day' as dia) d
  where a.cliente_id = $1 and a.medico_id = any($5)
    and a.inicio_em >= $3::timestamptz - interval '48 hours' and a.inicio_em < $4::timestamptz + interval '48 hours'
    and a.status in ('agendado', 'confirmado', 'em_atendimento', 'realizado')
    and d.dia < least(k.ate, $4) at time zone $2
), dentro as materialized (
  select p.medico_id, p.dia, p.visita, greatest(p.de, o.de) as de, least(p.ate, o.ate) as ate
  from partes p join oferta o on o.medico_id = p.medico_id and o.dia = p.dia and o.de < p.ate and o.ate > p.de
), trechos as (
  select medico_id, dia, visita, em, sum(sum(mudanca)) over w as juntos, lead(em) over w - em as duracao
  from (select medico_id, dia, visita, de as em, 1 as mudanca from dentro
        union all select medico_id, dia, visita, ate, -1 from dentro) as marcas
  group by medico_id, dia, visita, em
  window w as (partition by medico_id, dia, visita order by em)
", $tail)
    };
}

const STATEMENT: &str = taken!(
    "), minutos as (
  select o.medico_id, o.dia, m.capacidade * (o.ate - o.de) as oferecido, null::interval as ocupado, null::interval as fora
  from oferta o join medicos m on m.cliente_id = $1 and m.id = o.medico_id
  union all
  select t.medico_id, t.dia, null, case when not t.visita then u.usado end, case when t.visita then -u.usado end
  from trechos t join medicos m on m.cliente_id = $1 and m.id = t.medico_id
  cross join lateral (select least(t.juntos, m.capacidade) * t.duracao as usado) u
  union all
  select p.medico_id, p.dia, null, null, p.ate - p.de from partes p where p.visita
)
select medico_id, extract(isodow from dia)::int as dia_semana,
       round(coalesce(extract(epoch from sum(oferecido)), 0) / 60)::bigint as oferecidos,
       round(coalesce(extract(epoch from sum(ocupado)), 0) / 60)::bigint as ocupados,
       round(coalesce(extract(epoch from sum(fora)), 0) / 60)::bigint as fora
from minutos group by medico_id, extract(isodow from dia) order by medico_id, dia_semana"
);

const HOURS: &str = taken!(
    "), pedacos as (
  select o.dia, o.de, o.ate, m.capacidade as lugares, true as oferecido
  from oferta o join medicos m on m.cliente_id = $1 and m.id = o.medico_id
  union all
  select t.dia, t.em, t.em + t.duracao, least(t.juntos, m.capacidade), false
  from trechos t join medicos m on m.cliente_id = $1 and m.id = t.medico_id
  where not t.visita and t.juntos > 0
), horas as (
  select extract(isodow from p.dia)::int as dia_semana, h.hora, p.oferecido, p.lugares * extract(epoch from
           least(p.ate, (p.dia + make_interval(hours => h.hora + 1)) at time zone $2)
           - greatest(p.de, (p.dia + make_interval(hours => h.hora)) at time zone $2)) as segundos
  from pedacos p
  cross join lateral generate_series(extract(hour from p.de at time zone $2)::int,
                                     extract(hour from (p.ate - interval '1 microsecond') at time zone $2)::int) as h(hora)
)
select dia_semana, hora, round(coalesce(sum(segundos) filter (where oferecido), 0) / 60)::bigint as oferecidos,
       round(coalesce(sum(segundos) filter (where not oferecido), 0) / 60)::bigint as ocupados
from horas where segundos > 0 group by dia_semana, hora order by dia_semana, hora"
);
