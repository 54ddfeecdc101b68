//! A batch from the queue: messages of one conversation in order, of several side by side. What fails, and what follows it in the same
//! conversation, goes back to the queue; the rest is done. What a conversation left in the clinic's outbox is sent as soon as it is handled, and all
//! of it within [`Minute`].

mod minute;
mod record;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use shared::ledger::pulse::Pulse;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::step::{Step, reached};
use shared::telemetry::emf::{self, Metric};
use shared::telemetry::{Ignored, on_behalf_of};
use shared::tenant::Tenant;
use shared::whatsapp::Inbound;
use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

pub(crate) use self::minute::Minute;
use self::record::{Group, Record, Work};
use crate::engine::{Engine, Thinking};
use crate::listening::{self, Listening, Owed};
use crate::turn::{self, Moment};
use crate::voice;

/// However wrong a clock is, a message waits no longer for the next.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
/// How long what one conversation left is sent. A clinic whose WhatsApp is slow holds no execution for longer: there are few, for all.
const SENDING: SignedDuration = SignedDuration::from_secs(10);
/// A nudge that waited longer has been overtaken by a sweep.
const NUDGE_STANDS: SignedDuration = SignedDuration::from_mins(1);

/// Handles the batch, with a language model for what words alone do not tell; the answer names what must be delivered again.
pub async fn handle(
    parts: &WorkerParts,
    engine: &Engine,
    listening: Listening,
    event: SqsEvent,
) -> SqsBatchResponse {
    let minute = Minute::begin();
    let (started, oldest) = (parts.clock.now(), record::oldest(&event.records));
    let groups = Mutex::new(VecDeque::from(Group::all(event.records, &listening)));
    let (handled, to_send) = mpsc::unbounded_channel();
    let thinking = engine.batch(minute.understanding());
    let waits = Mutex::default();
    let batch = Batch { parts, thinking, listening, minute, groups, waits, to_send: to_send.into() };
    // Four abreast: most of the time is waiting for somebody else's server. And whoever waits for WhatsApp holds up nobody's turn.
    let turns = async {
        let turns = |handled| Box::pin(batch.turns(handled));
        let (b, c, d) = (handled.clone(), handled.clone(), handled.clone());
        let (a, b, c, d) = tokio::join!(turns(handled), turns(b), turns(c), turns(d));
        [a, b, c, d]
    };
    let send = || Box::pin(batch.send());
    let (failed, (), (), (), ()) = tokio::join!(Box::pin(turns), send(), send(), send(), send());
    let failed = failed.into_iter().flatten().map(|id| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failure
    });
    emf::tell(None, &[Metric::each_millis("QueueWait", batch.waits())]);
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed.collect();
    // Everything is said; whoever is frozen after this keeps nothing uncounted.
    let well = response.batch_item_failures.is_empty();
    reached(Step::Done).await;
    tokio::join!(parts.meter.flush_in_time(), Box::pin(beat(parts, (started, oldest), well)));
    reached(Step::Counted).await;
    response
}

/// Tells that a batch was worked off, and how long the oldest of it had waited.
async fn beat(parts: &WorkerParts, (started, oldest): (Timestamp, Option<Timestamp>), well: bool) {
    let at = parts.clock.now();
    let until =
        |from: Timestamp, to: Timestamp| Duration::try_from(to.duration_since(from)).unwrap_or_default();
    let waited = oldest.map(|sent| until(sent, started));
    let pulse = Pulse { at, took: until(started, at), well, waited };
    parts.ledger.beat("assistant", &pulse).await.ignored("the pulse of a batch");
}

/// A batch in work.
struct Batch<'a> {
    parts: &'a WorkerParts,
    thinking: Thinking<'a>,
    listening: Listening,
    minute: Minute,
    groups: Mutex<VecDeque<Group>>,
    /// How long what is handled took from the queue until then, each by itself: what a patient waits for, in milliseconds.
    waits: Mutex<Vec<u64>>,
    /// The clinics whose outbox may hold something.
    to_send: AsyncMutex<UnboundedReceiver<Tenant>>,
}

impl Batch<'_> {
    fn next(&self) -> Option<Group> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn waited(&self, record: &Record) {
        let waited = record.waited(self.parts.clock.now());
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).extend(waited);
    }

    fn waits(&self) -> Vec<u64> {
        std::mem::take(&mut *self.waits.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Handles one group after the other; the records that must come again.
    async fn turns(&self, handled: UnboundedSender<Tenant>) -> Vec<String> {
        let mut failed = Vec::new();
        while let Some(group) = self.next() {
            self.wait_for(&group).await;
            let mut clinic = None;
            let mut stuck = false;
            for (record, moment) in group.records() {
                // What follows a message that failed must not overtake it.
                stuck = stuck || self.minute.is_over();
                if !stuck {
                    match on_behalf_of(Some(&record.correlation), self.one(record, moment)).await {
                        Ok(done) => {
                            clinic = done.or(clinic);
                            self.waited(record);
                        }
                        Err(problem) => {
                            stuck = true;
                            // Should it never be handled, people see why.
                            let noted = self.parts.ledger.note_failure(&record.id, &problem.codigo()).await;
                            noted.ignored("why a message failed");
                        }
                    }
                }
                if stuck {
                    failed.push(record.id.clone());
                }
            }
            if let Some(clinic) = clinic {
                handled.send(clinic).ignored("who sends is there as long as who handles");
            }
        }
        failed
    }

    /// Sends what the conversations left, as soon as each is handled. What is committed leaves now or with the next sweep; failing here would only
    /// repeat the inbox checks.
    async fn send(&self) {
        loop {
            let next = self.to_send.lock().await.recv().await;
            let Some(clinic) = next else { return };
            self.parts.outbox.deliver(vec![clinic], self.minute.left().min(SENDING)).await;
        }
    }

    /// Waits until nothing more is expected of who writes.
    async fn wait_for(&self, group: &Group) {
        let wait = group.ready(&self.listening).map(|at| at.duration_since(self.parts.clock.now()));
        if let Some(Ok(wait)) = wait.map(Duration::try_from)
            && !wait.is_zero()
        {
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
    }

    /// Handles one record; the clinic whose outbox may hold something now.
    async fn one(&self, record: &Record, moment: Moment) -> Result<Option<Tenant>, Problem> {
        let parts = self.parts;
        let done = match record.work.as_ref().ok_or(Problem::Internal)? {
            Work::Deliver(_) if record.is_older(NUDGE_STANDS, parts.clock.now()) => return Ok(None),
            // A nudge that finds no clinic is forgotten; the next sweep delivers.
            Work::Deliver(nudged) => return Ok(parts.tenants.by_instance(&nudged.entregar).await.ok()),
            Work::Settle(owed) => turn::settle(parts, owed).await,
            Work::Hear(inbound) => Box::pin(self.hear(inbound, moment)).await,
        };
        if let Err(problem) = &done {
            tracing::error!(codigo = problem.codigo(), "a message goes back to the queue");
        }
        done
    }

    /// What is said is heard before anything is decided about it: whether it waits, what a model thinks of it, what is answered.
    async fn hear(&self, inbound: &Inbound, moment: Moment) -> Result<Option<Tenant>, Problem> {
        let parts = self.parts;
        let Some(tenant) = turn::clinic(parts, &inbound.instance).await? else { return Ok(None) };
        if tenant.came_for_another(inbound.received_at) {
            let (cliente, kind) = (tenant.cliente_id(), inbound.kind());
            tracing::warn!(cliente.id = %cliente, instance = inbound.instance, kind, "an event for the clinic that had this instance before was dropped");
            return Ok(None);
        }
        let inbound = &*voice::heard(parts, &tenant, inbound, self.minute).await;
        let moment = put_off(parts, inbound, moment).await;
        // Before the turn: nothing is locked while a model thinks.
        let thought = match moment {
            Moment::Answer => self.thinking.about(parts, &tenant, inbound).await,
            Moment::Wait => None,
        };
        Box::pin(turn::run(parts, &tenant, inbound, (moment, thought.as_ref()), self.minute)).await?;
        Ok(Some(tenant))
    }
}

/// Whether a message waits for what follows it: here, or on its way. It waits only when a note behind everything that is on its way sees to it
/// that it is answered in any case.
async fn put_off(parts: &WorkerParts, inbound: &Inbound, moment: Moment) -> Moment {
    let Some(message) = listening::written(inbound) else { return Moment::Answer };
    let goes_on = moment == Moment::Wait || listening::is_followed(parts, inbound).await;
    // An emergency is answered before anything else is heard.
    if !goes_on || listening::is_urgent(message, inbound.received_at) {
        return Moment::Answer;
    }
    match Owed::note(parts, inbound, message).await {
        Ok(()) => Moment::Wait,
        Err(_) => Moment::Answer,
    }
}
