//! What the offered time of a period is made of: one query per table, whatever the number of professionals and days.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::db::agenda::{Bloqueio, Excecao, Feriado, Horario};
use crate::id::MedicoId;
use crate::problem::Problem;

/// Hours and what is taken out of them.
#[derive(Debug, Default)]
pub(crate) struct Expediente {
    /// Weekly periods.
    pub(crate) horarios: Vec<Horario>,
    /// Weekly breaks.
    pub(crate) pausas: Vec<Horario>,
    /// Dates with hours of their own.
    pub(crate) excecoes: Vec<Excecao>,
    /// Blocks.
    pub(crate) bloqueios: Vec<Bloqueio>,
    /// The clinic's own holidays; those of every year stand on each date of the period.
    pub(crate) feriados: Vec<Feriado>,
}

/// The hours of `medicos` on the dates `first..=last`, whose instants lie in `from..to`.
///
/// # Errors
/// When Postgres does not answer: never fewer hours instead.
pub(crate) async fn expediente(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
    (from, to): (Timestamp, Timestamp),
) -> Result<Expediente, Problem> {
    Ok(Expediente {
        horarios: horarios(tx, medicos, "atendimento").await?,
        pausas: horarios(tx, medicos, "pausa").await?,
        excecoes: excecoes(tx, medicos, first, last).await?,
        bloqueios: bloqueios(tx, medicos, from, to).await?,
        feriados: feriados(tx, first, last).await?,
    })
}

async fn horarios(tx: &mut TenantTx, medicos: &[MedicoId], tipo: &str) -> Result<Vec<Horario>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia_semana, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto, vale_de, vale_ate
         from horarios where medico_id = any($1) and tipo = $2",
    )
    .bind(medicos)
    .bind(tipo)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn excecoes(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    first: Date,
    last: Date,
) -> Result<Vec<Excecao>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, dia, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto
         from horarios_excecoes where medico_id = any($1) and dia between $2 and $3",
    )
    .bind(medicos)
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn bloqueios(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Bloqueio>, Problem> {
    let rows = sqlx::query_as(
        "select medico_id, inicio_em, fim_em, null as motivo, tipo from bloqueios
         where (medico_id is null or medico_id = any($1)) and inicio_em < $3 and fim_em > $2",
    )
    .bind(medicos)
    .bind(from.to_sqlx())
    .bind(to.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

async fn feriados(tx: &mut TenantTx, first: Date, last: Date) -> Result<Vec<Feriado>, Problem> {
    let rows = sqlx::query_as(
        "select dia, nome, fechado from feriados where not anual and dia between $1 and $2
         union all
         select d::date, f.nome, f.fechado from feriados f
         join generate_series($1::date, $2::date, interval '1 day') as d
           on f.anual and f.dia <= d and to_char(f.dia, 'MMDD') = to_char(d, 'MMDD')",
    )
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
