//! Sending what the outbox holds: claim, send, write down how it ended, each in its own short transaction.
//!
//! `assistant` calls it right after its commit, `reminders` every minute for whatever is left. Nothing here runs inside another
//! transaction, and messages leave through the clinic's own instance only.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::db::Db;
use crate::db::saida::{self, Claimed, Outcome};
use crate::problem::Problem;
use crate::queue::Queue;
use crate::telemetry::Ignored;
use crate::tenant::Tenant;
use crate::whatsapp::{Evolution, SendError};

/// How long a worker may hold a message before another takes it; above the client's own time-out.
const LEASE: Duration = Duration::from_mins(1);
/// Messages one call sends at most, so that one clinic's backlog does not starve the others.
const MOST_PER_CALL: usize = 50;
/// After this many attempts, about two days, a message is given up.
const MOST_ATTEMPTS: i32 = 200;

/// The outbox of all clinics, reached one clinic at a time.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    evolution: Evolution,
    clock: SharedClock,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outbox")
    }
}

impl Outbox {
    /// An outbox that sends through `evolution`.
    pub fn new(db: Db, evolution: Evolution, clock: SharedClock) -> Self {
        Self { db, evolution, clock }
    }

    /// Sends what is due at a clinic, oldest first; how many left. A clinic without an instance keeps its messages.
    ///
    /// # Errors
    /// When Postgres does not answer; what was claimed is taken up again after the lease.
    pub async fn deliver(&self, tenant: &Tenant) -> Result<usize, Problem> {
        let Some(instance) = tenant.whatsapp_instance() else {
            return Ok(0);
        };
        let now = self.clock.now();
        self.db.in_tenant(tenant, async |tx| saida::expire_claims(tx, now).await).await?;
        let mut sent = 0;
        for _ in 0..MOST_PER_CALL {
            let now = self.clock.now();
            let claimed = self.db.in_tenant(tenant, async |tx| saida::claim(tx, now, LEASE).await).await?;
            let Some(claimed) = claimed else { break };
            let outcome = self.send(instance, &claimed).await;
            self.db.in_tenant(tenant, async |tx| saida::finish(tx, &claimed, &outcome).await).await?;
            match outcome {
                Outcome::Sent { .. } => sent += 1,
                // Evolution is not well: the rest waits for the next sweep instead of failing one by one.
                Outcome::Later(_) | Outcome::Uncertain => break,
                Outcome::Failed { .. } => {}
            }
        }
        Ok(sent)
    }

    async fn send(&self, instance: &str, claimed: &Claimed) -> Outcome {
        let answer = self.evolution.send_text(instance, &claimed.destino, &claimed.texto).await;
        let outcome = match answer {
            Ok(sent) => Outcome::Sent { whatsapp_id: sent.whatsapp_id },
            Err(SendError::Uncertain { .. }) => Outcome::Uncertain,
            Err(SendError::Refused { detail }) => Outcome::Failed { reason: detail },
            Err(_) if claimed.tentativas >= MOST_ATTEMPTS => {
                Outcome::Failed { reason: "sem resposta".to_owned() }
            }
            Err(_) => Outcome::Later(next_attempt(self.clock.now(), claimed.tentativas)),
        };
        if !matches!(outcome, Outcome::Sent { .. }) {
            tracing::warn!(saida.id = %claimed.id, tentativas = claimed.tentativas, ?outcome, "message not sent");
        }
        outcome
    }
}

/// Says that a clinic's outbox has something, so that it leaves now and not with the next sweep. Nothing is lost when it is not heard.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Option<Queue>);

/// What a nudge looks like in the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nudged {
    /// The instance whose outbox has something.
    pub entregar: String,
}

impl Nudge {
    /// Nudges through the queue of the assistant.
    pub fn through(queue: Queue) -> Self {
        Self(Some(queue))
    }

    /// Nudges for a clinic.
    pub async fn send(&self, tenant: &Tenant) {
        let (Some(queue), Some(instance)) = (&self.0, tenant.whatsapp_instance()) else {
            return;
        };
        let nudged = Nudged { entregar: instance.to_owned() };
        let Ok(body) = serde_json::to_string(&nudged) else { return };
        let sent = queue.send(&format!("{instance}#saida"), &Uuid::now_v7().to_string(), body).await;
        sent.ignored("a nudge; the next sweep delivers");
    }
}

/// 5 s, 10 s, 20 s … up to a quarter of an hour.
fn next_attempt(now: Timestamp, attempts: i32) -> Timestamp {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(8);
    now + SignedDuration::from_secs((5_i64 << doublings).min(900))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_grow_apart_up_to_a_quarter_of_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let waits: Vec<_> = [1, 2, 3, 8, 9, 200].iter().map(|n| next_attempt(now, *n).as_second()).collect();
        assert_eq!(waits, [5, 10, 20, 640, 900, 900]);
    }
}
