//! The visits of a month a clinic's plan allows. Somebody of the clinic is told which limit it is and what to do; a patient, whom plans do not
//! concern, is told to speak with the clinic. Who is who says the author: a patient may book by rules of the staff, what was kept for them.

use jiff::Timestamp;

use crate::db::agendamentos::Author;
use crate::db::{TenantTx, limites};
use crate::problem::Problem;

/// What a patient is told.
pub const FULL: &str = "A agenda por aqui está completa neste mês. Para marcar, fale com a clínica.";

/// Refuses one more visit in the month of `start` when the plan has no more; asked after every other lock.
///
/// # Errors
/// [`Problem::PlanLimit`], to a patient [`Problem::SlotRefused`] without alternatives.
pub async fn ensure_room(tx: &mut TenantTx, author: Author, start: Timestamp) -> Result<(), Problem> {
    match full(tx, start, 0).await? {
        Some(most) => Err(refusal(author, most)),
        None => Ok(()),
    }
}

/// The same for a visit that was moved and is counted where it is now: from another month it needs room, within its own it has it.
pub(super) async fn ensure_moved(
    tx: &mut TenantTx,
    author: Author,
    (from, to): (Timestamp, Timestamp),
) -> Result<(), Problem> {
    let month = |at| tx.time_zone().to_datetime(at).date().first_of_month();
    if month(from) == month(to) {
        return Ok(());
    }
    match full(tx, to, 1).await? {
        Some(most) => Err(refusal(author, most)),
        None => Ok(()),
    }
}

/// How many the plan allows in the month of `start`, when besides `own` so many are there.
async fn full(tx: &mut TenantTx, start: Timestamp, own: i64) -> Result<Option<i64>, Problem> {
    let day = tx.time_zone().to_datetime(start).date();
    let month = limites::month(tx, day)?;
    let usage = limites::visits_for_one_more(tx, month).await?;
    Ok(usage.filter(|usage| usage.refuses(own)).map(|usage| usage.most))
}

fn refusal(author: Author, most: i64) -> Problem {
    if author.user.is_some() {
        return Problem::PlanLimit { limit: "agendamentos", most };
    }
    Problem::SlotRefused { reason: FULL.to_owned(), alternatives: Vec::new() }
}
