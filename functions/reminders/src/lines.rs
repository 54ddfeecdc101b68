//! Instances that clinics left, because they were renamed or closed, are ended at Evolution: the phone is logged out and the instance deleted. What each is
//! stands in Postgres, so one that Evolution did not end is tried again, later each time, until it is gone; nobody gets its name before.

use std::time::Duration;

use shared::db::linhas;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored as _;

/// How long a sweep does this, so that nothing that is to be sent waits for it; what Evolution was asked for it goes on doing.
const MOST: Duration = Duration::from_secs(10);

/// Ends some of those whose turn it is.
pub(crate) async fn end_left(parts: &WorkerParts) {
    let worked = tokio::time::timeout(MOST, Box::pin(some(parts))).await;
    match worked {
        Ok(done) => done.ignored("ending instances that were left"),
        Err(_) => {
            tracing::error!("evolution takes too long to end instances that were left; they are tried again");
        }
    }
}

async fn some(parts: &WorkerParts) -> Result<(), Problem> {
    for instance in linhas::to_end(&parts.db, parts.clock.now()).await? {
        match parts.evolution.end(&instance).await {
            Ok(true) => linhas::ended(&parts.db, &instance, parts.clock.now()).await?,
            Ok(false) => tracing::info!(instance, "an instance that was left is being deleted"),
            Err(error) => tracing::error!(instance, %error, "an instance that was left is still linked"),
        }
    }
    Ok(())
}
