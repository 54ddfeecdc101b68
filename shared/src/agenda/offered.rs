//! The time professionals attend in, and really offer: opening hours as the engine has them, minus blocks. What is booked does not matter here.

use jiff::civil::Date;

use super::opening::professionals;
use super::sheet::calendars;
use crate::db::TenantTx;
use crate::db::relatorios::Aberto;
use crate::domain::availability::interval::{merge, subtract};
use crate::domain::availability::{Period, open};
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
        for dia in dates(first, last) {
            let ranges = subtract(&open(&calendar, dia, dia), &blocks).into_iter();
            offered.extend(ranges.map(|range| Aberto { medico_id, dia, de: range.from, ate: range.to }));
        }
    }
    Ok(offered)
}

/// The opening periods of one date of one professional.
#[derive(Debug)]
pub struct Day {
    /// Whose.
    pub medico_id: MedicoId,
    /// In the clinic's zone.
    pub dia: Date,
    /// Merged and in order, breaks taken out; none when closed.
    pub periods: Vec<Period>,
}

/// When `medicos` attend on the dates `first..=last`: holidays and breaks taken out, blocks not.
///
/// # Errors
/// When Postgres does not answer: never a closed day instead.
pub async fn opening(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
) -> Result<Vec<Day>, Problem> {
    let (_, found) = professionals(tx, medicos, (first, last), None).await?;
    let days = found.iter().flat_map(|(medico_id, professional)| {
        let hours = &professional.calendar.hours;
        dates(first, last).map(|dia| Day { medico_id: *medico_id, dia, periods: hours.periods(dia) })
    });
    Ok(days.collect())
}

fn dates(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take_while(move |date| *date <= last)
}
