//! Forgetting what is old, part by part, with what is left of the sweep's time: whatever leaves goes first.

use jiff::{SignedDuration, Timestamp};
use shared::db::retencao;
use shared::parts::WorkerParts;
use shared::problem::Problem;

/// How long after its beginning a sweep still begins a part; a part may take as long as a statement, and the function's minute is not over then.
const FORGETTING_ENDS: SignedDuration = SignedDuration::from_secs(45);

/// Forgets what is due. A clinic that fails does not stop the others.
///
/// # Errors
/// When the clinics can't be listed.
pub(crate) async fn forget(parts: &WorkerParts, started: Timestamp) -> Result<(), Problem> {
    let over = || parts.clock.now().duration_since(started) >= FORGETTING_ENDS;
    for clinic in retencao::due(&parts.db, started).await? {
        loop {
            if over() {
                return Ok(());
            }
            match retencao::forget_part(&parts.db, clinic, started).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(problem) => {
                    tracing::error!(cliente.id = %clinic, codigo = problem.slug(), "forgetting what is old failed");
                    break;
                }
            }
        }
    }
    Ok(())
}
