//! What who did not come is offered: a few free times of the same professional for the same service, at about the hour they had.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::slots::days;
use super::{Audience, Visit, Wish};
use crate::db::agendamentos::Agendamento;
use crate::db::{TenantTx, medicos};
use crate::problem::Problem;

/// How many times are offered.
const MOST: usize = 3;
/// How far ahead they are looked for …
const LOOK_AHEAD_DAYS: i32 = 45;
/// … and how many days at once.
const STRIDE_DAYS: i32 = 15;

/// Free times instead of a visit that was missed, one a day, in the clinic's own time; none when the professional or the service is gone.
///
/// # Errors
/// When Postgres does not answer.
pub async fn alternatives(
    tx: &mut TenantTx,
    missed: &Agendamento,
    now: Timestamp,
) -> Result<Vec<DateTime>, Problem> {
    let medico = match medicos::get(tx, missed.medico_id).await {
        Err(Problem::NotFound) => return Ok(Vec::new()),
        medico => medico?,
    };
    let visit = match Visit::of(tx, &medico, missed.servico_id, missed.convenio_id, None).await {
        Err(Problem::NotFound) => return Ok(Vec::new()),
        visit => visit?,
    };
    let wish = Wish { convenio_id: missed.convenio_id, ..Wish::new(medico.id, visit, Audience::Patient) };
    let hour = tx.time_zone().to_datetime(missed.inicio_em).time();
    let mut first: Date = tx.time_zone().to_datetime(now).date();
    let end = first.saturating_add(LOOK_AHEAD_DAYS.days());
    let mut found = Vec::new();
    while first <= end && found.len() < MOST {
        let last = first.saturating_add((STRIDE_DAYS - 1).days());
        for day in days(tx, &wish, (first, last), now).await? {
            let near = day.times.iter().min_by_key(|time| time.duration_since(hour).abs());
            found.extend(near.map(|time| day.date.to_datetime(*time)));
        }
        first = last.saturating_add(1.day());
    }
    found.truncate(MOST);
    Ok(found)
}
