//! The time professionals really offer: opening hours as the engine has them, minus blocks. What is booked does not matter here.

use jiff::civil::Date;

use super::sheet::calendars;
use crate::db::TenantTx;
use crate::db::relatorios::Aberto;
use crate::domain::availability::interval::{merge, subtract};
use crate::domain::availability::open;
use crate::id::MedicoId;
use crate::problem::Problem;

/// What `medicos` offer on the dates `first..=last`, range by range.
///
/// # Errors
/// When Postgres does not answer: never less time instead.
pub async fn offered(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    first: Date,
    last: Date,
) -> Result<Vec<Aberto>, Problem> {
    let mut offered = Vec::new();
    for (medico_id, calendar) in calendars(tx, medicos, (first, last)).await? {
        let blocks = merge(calendar.busy.iter().map(|busy| busy.interval).collect());
        for dia in
            std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(|date| *date <= last)
        {
            let ranges = subtract(&open(&calendar, dia, dia), &blocks).into_iter();
            offered.extend(ranges.map(|range| Aberto { medico_id, dia, de: range.from, ate: range.to }));
        }
    }
    Ok(offered)
}
