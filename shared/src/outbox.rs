//! Sending what the outbox holds: claim, send, write down how it ended, each in its own short transaction.
//!
//! `assistant` calls it at the end of a batch, `reminders` every minute for whatever is left. Nothing here runs inside another
//! transaction, and messages leave through the clinic's own account only. Where it is one at Meta, what may leave is judged at that moment: a
//! free text while the patient's day is open, else the template that says the same, else nothing until the patient answers.
//!
//! Sending takes as long as WhatsApp lets it, up to the provider's time-out for each message, and a function has a minute for all it does.
//! So clinics take turns until a time is over: neither a long queue nor an instance that hangs makes the others wait. How fast a number may
//! write to people who did not write to it is [`saida::claim`]'s to say; a sweep waits for that, a batch does not.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::db::Db;
use crate::db::saida::{self, Claim, Claimed, Outcome, window};
use crate::problem::Problem;
use crate::queue::Queue;
use crate::step::{Step, reached};
use crate::telemetry::{Ignored, on_behalf_of};
use crate::tenant::Tenant;
use crate::whatsapp::{Channel, Gateway, Modelo, SendError, SentMessage};

/// How long a worker may hold a message before it is in doubt whether it left; above the client's own time-out.
const LEASE: Duration = Duration::from_mins(1);
/// Messages of a clinic that leave before it is the next one's turn.
const MOST_PER_TURN: usize = 3;
/// Messages of a clinic a sweep sends at most: WhatsApp takes a number that sends more in a minute for a machine.
const MOST_PER_SWEEP: usize = 50;
/// Messages of a clinic a batch of the queue sends at most: what its conversations left, and little of what waited before. The batch holds one of the few
/// executions all clinics share.
const MOST_PER_BATCH: usize = 12;
/// How long what can't leave, because there is no account to leave through, waits until it is looked at again.
const NO_WAY_OUT: SignedDuration = SignedDuration::from_mins(15);
/// After this many attempts, about two days, a message is given up.
const MOST_ATTEMPTS: i32 = 200;

/// The outbox of all clinics, reached one clinic at a time.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    gateway: Gateway,
    clock: SharedClock,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outbox")
    }
}

impl Outbox {
    /// An outbox that sends through `gateway`.
    pub fn new(db: Db, gateway: Gateway, clock: SharedClock) -> Self {
        Self { db, gateway, clock }
    }

    /// Sends what may leave now at these clinics, answers first, a few messages of each in turn, until everything left, a dozen of a clinic did or `most` is
    /// over; how many left. A message on its way is waited for even then; what is left is the next sweep's. A clinic that fails does not stop the
    /// others, and one without an account keeps its messages.
    pub async fn deliver(&self, tenants: Vec<Tenant>, most: SignedDuration) -> usize {
        self.work_off(tenants, most, false).await
    }

    /// The same by whoever has the time for more of each, and to wait for messages that may only leave one by one, with pauses.
    pub async fn deliver_patiently(&self, tenants: Vec<Tenant>, most: SignedDuration) -> usize {
        self.work_off(tenants, most, true).await
    }

    async fn work_off(&self, tenants: Vec<Tenant>, most: SignedDuration, patient: bool) -> usize {
        let now = self.clock.now();
        let line = Line { until: now + most, patient, clinics: Mutex::new(VecDeque::new()) };
        line.clinics().extend(tenants.into_iter().map(|tenant| Place { tenant, before: 0, from: now }));
        // Four abreast: most of the time is waiting for WhatsApp, and an instance that hangs holds up one place.
        let place = || Box::pin(self.serve(&line));
        let (a, b, c, d) = tokio::join!(place(), place(), place(), place());
        a + b + c + d
    }

    /// Serves whoever is first in the line until nobody is.
    async fn serve(&self, line: &Line) -> usize {
        let mut sent = 0;
        loop {
            let now = self.clock.now();
            let Place { tenant, before, .. } = match line.next(now) {
                Next::Clinic(place) => place,
                // Nothing is open meanwhile: no transaction, no claim.
                Next::From(from) if line.patient && from < line.until => {
                    let wait = from.duration_since(now).unsigned_abs();
                    self.clock.pause(wait).await;
                    continue;
                }
                Next::From(_) | Next::Nobody => return sent,
            };
            match self.turn(&tenant, line.until, before == 0).await {
                Ok(turn) => {
                    sent += turn.sent;
                    let before = before + turn.sent.max(1);
                    if let Some(from) = turn.again.filter(|_| before < line.most()) {
                        line.clinics().push_back(Place { tenant, before, from });
                    }
                }
                Err(problem) => {
                    tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.codigo(), "delivery failed");
                }
            }
        }
    }

    /// A few messages of one clinic. What is claimed when Postgres stops answering is in doubt after the lease.
    async fn turn(&self, tenant: &Tenant, until: Timestamp, first: bool) -> Result<Served, Problem> {
        let mut served = Served::default();
        let Some(channel) = tenant.channel().filter(|channel| self.gateway.serves(channel)) else {
            // Nothing can leave: the clinic must not be the first in line every minute for that.
            let later = self.clock.now() + NO_WAY_OUT;
            self.db.in_tenant(tenant, async |tx| saida::postpone(tx, later).await).await?;
            return Ok(served);
        };
        if first {
            let now = self.clock.now();
            self.db.in_tenant(tenant, async |tx| saida::expire_claims(tx, &channel, now).await).await?;
        }
        for _ in 0..MOST_PER_TURN {
            let now = self.clock.now();
            if now >= until {
                return Ok(served);
            }
            let claim = self
                .db
                .in_tenant(tenant, async |tx| saida::claim(tx, &channel.to_string(), now, LEASE).await)
                .await?;
            let claimed = match claim {
                Claim::Message(claimed) => claimed,
                Claim::Wait(from) => {
                    served.again = Some(from);
                    return Ok(served);
                }
                Claim::Nothing => return Ok(served),
            };
            reached(Step::Claimed).await;
            let passed = self.pass_on(tenant, &channel, &claimed);
            let Some(outcome) = on_behalf_of(claimed.correlacao.as_deref(), passed).await? else { continue };
            match outcome {
                Outcome::Sent { .. } => served.sent += 1,
                // WhatsApp is not well: the rest waits for the next sweep instead of failing one by one.
                Outcome::Later(_) | Outcome::Uncertain => return Ok(served),
                Outcome::Failed { .. } => {}
            }
        }
        served.again = Some(self.clock.now());
        Ok(served)
    }

    /// Sends, and writes down how it ended; `None` when it must wait until the patient writes.
    async fn pass_on(
        &self,
        tenant: &Tenant,
        channel: &Channel,
        claimed: &Claimed,
    ) -> Result<Option<Outcome>, Problem> {
        let Some(outcome) = self.send(channel, claimed).await else {
            let (clinica, now) = (tenant.nome(), self.clock.now());
            self.db.in_tenant(tenant, async |tx| window::wait(tx, claimed, clinica, now).await).await?;
            return Ok(None);
        };
        reached(Step::HandedOver).await;
        self.db.in_tenant(tenant, async |tx| saida::finish(tx, claimed, &outcome).await).await?;
        reached(Step::WrittenDown).await;
        if let Outcome::Sent { .. } = outcome {
            tracing::info!(
                cliente.id = %tenant.cliente_id(), saida.id = %claimed.id, tentativas = claimed.tentativas,
                "message sent"
            );
        }
        Ok(Some(outcome))
    }

    /// Tries to send; `None` when it must wait until the patient writes.
    async fn send(&self, channel: &Channel, claimed: &Claimed) -> Option<Outcome> {
        let outcome = match self.hand_over(channel, claimed).await {
            Ok(sent) => Outcome::Sent { whatsapp_id: sent.whatsapp_id },
            Err(SendError::WindowClosed { .. }) => return None,
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
        Some(outcome)
    }

    /// The text where it may leave, else the template that says the same, else [`SendError::WindowClosed`].
    async fn hand_over(&self, channel: &Channel, claimed: &Claimed) -> Result<SentMessage, SendError> {
        let asks = matches!(claimed.modelo.as_deref(), Some(Modelo::Retomada { .. }));
        let open = window::is_open(claimed.recebida_cloud_em, self.clock.now());
        let answer = if !channel.is_cloud() || (open && !asks) {
            self.gateway.send_text(channel, &claimed.destino, &claimed.texto).await
        } else {
            Err(SendError::WindowClosed { detail: "no message of the patient for a day".to_owned() })
        };
        match (answer, claimed.modelo.as_deref()) {
            (Err(SendError::WindowClosed { .. }), Some(modelo)) => {
                self.gateway.send_template(channel, &claimed.destino, modelo).await
            }
            (answer, _) => answer,
        }
    }
}

/// The clinics that wait for their turn, until when there are turns, and whether anybody waits for the time of one to come.
struct Line {
    until: Timestamp,
    patient: bool,
    clinics: Mutex<VecDeque<Place>>,
}

/// A clinic in the line.
struct Place {
    tenant: Tenant,
    /// How many of its messages have left.
    before: usize,
    /// Not before then.
    from: Timestamp,
}

/// Whose turn it is.
enum Next {
    Clinic(Place),
    /// Nobody's before then.
    From(Timestamp),
    Nobody,
}

impl Line {
    /// Messages of one clinic.
    fn most(&self) -> usize {
        if self.patient { MOST_PER_SWEEP } else { MOST_PER_BATCH }
    }

    fn clinics(&self) -> std::sync::MutexGuard<'_, VecDeque<Place>> {
        self.clinics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, now: Timestamp) -> Next {
        let mut clinics = self.clinics();
        let ready = clinics.iter().position(|place| place.from <= now);
        match ready.and_then(|at| clinics.remove(at)) {
            Some(place) => Next::Clinic(place),
            None => clinics.iter().map(|place| place.from).min().map_or(Next::Nobody, Next::From),
        }
    }
}

/// What a turn did.
#[derive(Debug, Default)]
struct Served {
    sent: usize,
    /// From when on there may be more to send.
    again: Option<Timestamp>,
}

/// Says that a clinic's outbox has something, so that it leaves now and not with the next sweep. Nothing is lost when it is not heard.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Option<Queue>);

/// What a nudge looks like in the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nudged {
    /// The account whose clinic has something in its outbox.
    pub entregar: String,
}

impl Nudge {
    /// Nudges through the queue of the assistant.
    pub fn through(queue: Queue) -> Self {
        Self(Some(queue))
    }

    /// Nudges for a clinic.
    pub async fn send(&self, tenant: &Tenant) {
        let (Some(queue), Some(channel)) = (&self.0, tenant.channel()) else {
            return;
        };
        let nudged = Nudged { entregar: channel.to_string() };
        let Ok(body) = serde_json::to_string(&nudged) else { return };
        let sent = queue.send(&format!("{channel}#saida"), &Uuid::now_v7().to_string(), body).await;
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
