//! Forgetting what is old, part by part, with what is left of the sweep's time: whatever leaves goes first.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use shared::db::retencao;
use shared::id::ClienteId;
use shared::parts::WorkerParts;
use shared::problem::Problem;

/// How long after its beginning a sweep still begins a part; a part may take as long as a statement, and the function's minute is not over then.
const FORGETTING_ENDS: SignedDuration = SignedDuration::from_secs(45);

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
                tracing::error!(cliente.id = %clinic, codigo = problem.slug(), "forgetting what is old failed");
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
    retencao::forget_part(&parts.db, clinic, now).await
}
