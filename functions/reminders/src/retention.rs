//! Forgetting what is old and whom a closed clinic knew, part by part, with what is left of the sweep's time: whatever leaves goes first.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use shared::db::pacientes::closing;
use shared::db::retencao;
use shared::id::ClienteId;
use shared::parts::WorkerParts;
use shared::problem::Problem;

use crate::forget;

/// How long after its beginning a sweep still begins a part; a part may take as long as a statement, and the function's minute is not over then.
const FORGETTING_ENDS: SignedDuration = SignedDuration::from_secs(45);

/// People of a closed clinic that one transaction erases: some twenty statements each, well within what the function has left when the last part begins.
const MOST_PEOPLE: i64 = 10;

/// Forgets what is due, a part of each clinic in turn, so that one with very much to forget keeps nobody waiting. A clinic that fails does not stop the
/// others, and is not the first one of the next minute.
///
/// # Errors
/// When the clinics can't be listed.
pub(crate) async fn forget(parts: &WorkerParts, started: Timestamp) -> Result<(), Problem> {
    let over = || parts.clock.now().duration_since(started) >= FORGETTING_ENDS;
    let mut waiting = VecDeque::new();
    for clinic in retencao::due(&parts.db, started).await? {
        waiting.push_back((clinic, false));
    }
    while let Some((clinic, begun)) = waiting.pop_front() {
        if over() {
            return Ok(());
        }
        match part(parts, (clinic, begun), started).await {
            Ok(true) => waiting.push_back((clinic, true)),
            Ok(false) => {}
            Err(problem) => {
                tracing::error!(cliente.id = %clinic, codigo = problem.codigo(), "forgetting what is old failed");
            }
        }
    }
    Ok(())
}

/// One part of a clinic; whether there may be more. Its turn is written down before: a part that never ends tells nobody.
async fn part(
    parts: &WorkerParts,
    (clinic, begun): (ClienteId, bool),
    now: Timestamp,
) -> Result<bool, Problem> {
    if !begun && !retencao::begin(&parts.db, clinic, now).await? {
        return Ok(false);
    }
    let more = retencao::forget_part(&parts.db, clinic, now).await?;
    people(parts, clinic, now).await?;
    Ok(more)
}

/// Erases some of the people of a clinic that was closed long ago, and what an open clinic's sweep forgets every minute. What Redis knew of them
/// lived a day.
async fn people(parts: &WorkerParts, clinic: ClienteId, now: Timestamp) -> Result<(), Problem> {
    let Some(closed) = parts.tenants.with_people_to_erase(clinic, now).await? else { return Ok(()) };
    forget::step(parts, &closed).await?;
    parts.db.in_tenant(&closed, async |tx| closing::erase_part(tx, MOST_PEOPLE, now).await).await
}
