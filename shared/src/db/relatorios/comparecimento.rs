//! Who came, who did not, who had said they would.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::{Linha, Period, Por, ask};
use crate::db::TenantTx;
use crate::problem::Problem;

/// Counts of appointments. `total` is the sum of `realizados`, `faltas`, `cancelados`, `remarcados`, `sem_desfecho` and `a_realizar`.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Comparecimento {
    /// All of them.
    pub total: i64,
    /// The visit took place.
    pub realizados: i64,
    /// The patient did not come.
    pub faltas: i64,
    /// Called off.
    pub cancelados: i64,
    /// Replaced by another appointment.
    pub remarcados: i64,
    /// Over, and nobody said how it ended.
    pub sem_desfecho: i64,
    /// Not over yet.
    pub a_realizar: i64,
    /// The patient had confirmed, whatever came of it.
    pub confirmados: i64,
    /// Stood until their time: what a rate of confirmation can be of.
    pub mantidos: i64,
    /// Of those, confirmed.
    pub mantidos_confirmados: i64,
}

/// The counts by group and their sum; what is over is judged at `now`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn comparecimento(
    tx: &mut TenantTx,
    period: &Period,
    por: Por,
    now: Timestamp,
) -> Result<Vec<Linha<Comparecimento>>, Problem> {
    let statement = grouped!(
        "count(*) as total,
         count(*) filter (where a.status = 'realizado') as realizados,
         count(*) filter (where a.status = 'faltou') as faltas,
         count(*) filter (where a.status = 'cancelado') as cancelados,
         count(*) filter (where a.status = 'remarcado') as remarcados,
         count(*) filter (where a.status in ('agendado', 'confirmado', 'em_atendimento') and a.fim_em <= $7) as sem_desfecho,
         count(*) filter (where a.status in ('agendado', 'confirmado', 'em_atendimento') and a.fim_em > $7) as a_realizar,
         count(*) filter (where a.confirmado_em is not null or a.status = 'confirmado') as confirmados,
         count(*) filter (where a.status in ('realizado', 'faltou')
           or a.status in ('agendado', 'confirmado', 'em_atendimento') and a.inicio_em <= $7) as mantidos,
         count(*) filter (where (a.confirmado_em is not null or a.status = 'confirmado')
           and (a.status in ('realizado', 'faltou')
             or a.status in ('agendado', 'confirmado', 'em_atendimento') and a.inicio_em <= $7)) as mantidos_confirmados",
        ""
    );
    Ok(ask(tx, statement, period, por).bind(now.to_sqlx()).fetch_all(tx.conn()).await?)
}
