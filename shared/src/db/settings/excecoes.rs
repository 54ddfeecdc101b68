//! `horarios_excecoes`: dates whose hours replace the weekly ones. Whoever writes them holds the professional's lock (`medicos::lock`).

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use super::horarios::written;
use crate::db::TenantTx;
use crate::id::MedicoId;
use crate::problem::Problem;

/// What is set for a date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excecao {
    /// Start and end of each period, minutes from midnight; none = closed.
    pub periods: Vec<(i32, i32)>,
    /// What it is for.
    pub motivo: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "jiff_sqlx::Date")]
    dia: Date,
    inicio_minuto: Option<i32>,
    fim_minuto: Option<i32>,
    motivo: Option<String>,
}

/// The dates with hours of their own among `first..=last`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    medico: MedicoId,
    (first, last): (Date, Date),
) -> Result<BTreeMap<Date, Excecao>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select dia, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto, motivo
         from horarios_excecoes where medico_id = $1 and dia between $2 and $3
         order by dia, inicio, id",
    )
    .bind(medico)
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    let mut days: BTreeMap<Date, Excecao> = BTreeMap::new();
    for row in rows {
        let day = days.entry(row.dia).or_default();
        day.periods.extend(row.inicio_minuto.zip(row.fim_minuto));
        day.motivo = day.motivo.take().or(row.motivo);
    }
    Ok(days)
}

/// Puts these hours, or closing when there are none, in the place of a date's.
///
/// # Errors
/// When Postgres does not answer.
pub async fn replace(
    tx: &mut TenantTx,
    medico: MedicoId,
    day: Date,
    excecao: &Excecao,
) -> Result<(), Problem> {
    let cliente_id = tx.cliente_id();
    remove(tx, medico, day).await?;
    let periods: Vec<(i32, i32)> = excecao.periods.clone();
    let (starts, ends): (Vec<_>, Vec<_>) = if periods.is_empty() {
        (vec![None], vec![None])
    } else {
        periods.into_iter().map(|(start, end)| (Some(written(start)), Some(written(end)))).unzip()
    };
    sqlx::query(
        "insert into horarios_excecoes (cliente_id, medico_id, dia, inicio, fim, motivo)
         select $1, $2, $3, inicio::time, fim::time, $6 from unnest($4::text[], $5::text[]) as periodo(inicio, fim)",
    )
    .bind(cliente_id)
    .bind(medico)
    .bind(day.to_sqlx())
    .bind(starts)
    .bind(ends)
    .bind(&excecao.motivo)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives a date its weekly hours back.
///
/// # Errors
/// When Postgres does not answer.
pub async fn remove(tx: &mut TenantTx, medico: MedicoId, day: Date) -> Result<(), Problem> {
    sqlx::query("delete from horarios_excecoes where medico_id = $1 and dia = $2")
        .bind(medico)
        .bind(day.to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}
