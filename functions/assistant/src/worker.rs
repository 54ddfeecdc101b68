//! A batch from the queue: messages of one conversation in order; what fails, and what follows it in the same conversation, goes
//! back to the queue, the rest is done. What the batch left in the outboxes is sent when all of it is handled, once for each clinic and
//! within a time: a batch that takes longer than the function may would come back, and in the end be given up, with everybody's messages.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::{SignedDuration, Timestamp};
use shared::outbox::Nudged;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::Inbound;

use crate::engine::{Engine, Thinking};
use crate::listening::{self, Listening, Owed};
use crate::turn::{self, Moment};

/// How long a batch goes on sending; what has not left then is the next sweep's.
const SENDING: SignedDuration = SignedDuration::from_secs(10);
/// However wrong a clock is, a message waits no longer for the next.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Handles the batch; the answer names what must be delivered again.
pub async fn handle(parts: &WorkerParts, listening: Listening, event: SqsEvent) -> SqsBatchResponse {
    handle_thinking(parts, &Engine::none(), listening, event).await
}

/// The same, with a language model for what words alone do not tell.
pub async fn handle_thinking(
    parts: &WorkerParts,
    engine: &Engine,
    listening: Listening,
    event: SqsEvent,
) -> SqsBatchResponse {
    let thinking = engine.batch();
    let mut response = SqsBatchResponse::default();
    if let Some(transcriber) = &parts.transcriber {
        transcriber.begin_batch();
    }
    let mut done = Done { clinics: Vec::new(), sending_left: SENDING };
    let mut groups = by_group(event.records);
    // Who has finished writing is not kept waiting for who has not.
    groups.sort_by_key(|group| group.ready(&listening));
    for group in groups {
        let wait = group.ready(&listening).map(|at| at.duration_since(parts.clock.now()));
        if let Some(Ok(wait)) = wait.map(Duration::try_from)
            && !wait.is_zero()
        {
            done.deliver(parts).await;
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
        let mut stuck = false;
        for (record, moment) in group.records() {
            if !stuck {
                match one(parts, &thinking, record, moment).await {
                    Ok(clinic) => {
                        done.note(clinic);
                        continue;
                    }
                    Err(_) => stuck = true,
                }
            }
            let mut failure = BatchItemFailure::default();
            failure.item_identifier.clone_from(&record.id);
            response.batch_item_failures.push(failure);
        }
    }
    done.deliver(parts).await;
    response
}

/// The clinics whose outboxes hold something, and how long there is to send.
struct Done {
    clinics: Vec<Tenant>,
    sending_left: SignedDuration,
}

impl Done {
    fn note(&mut self, clinic: Option<Tenant>) {
        let known = |new: &Tenant| self.clinics.iter().any(|had| had.cliente_id() == new.cliente_id());
        self.clinics.extend(clinic.filter(|new| !known(new)));
    }

    /// What is committed will be sent: now, or by the next sweep. Failing here would only repeat the inbox checks.
    async fn deliver(&mut self, parts: &WorkerParts) {
        if self.clinics.is_empty() {
            return;
        }
        let began = parts.clock.now();
        parts.outbox.deliver(std::mem::take(&mut self.clinics), self.sending_left).await;
        self.sending_left -= parts.clock.now().duration_since(began);
    }
}

/// A record of the queue.
struct Record {
    id: String,
    work: Option<Work>,
}

/// What a record asks for.
enum Work {
    Deliver(Nudged),
    Settle(Owed),
    Hear(Box<Inbound>),
}

impl Work {
    fn read(body: &str) -> Option<Self> {
        if let Ok(nudged) = serde_json::from_str(body) {
            return Some(Self::Deliver(nudged));
        }
        if let Ok(owed) = serde_json::from_str(body) {
            return Some(Self::Settle(owed));
        }
        serde_json::from_str(body)
            .map(Self::Hear)
            .inspect_err(|error| tracing::error!(%error, "a queued message is not one of ours"))
            .ok()
    }
}

impl Record {
    fn inbound(&self) -> Option<&Inbound> {
        match &self.work {
            Some(Work::Hear(inbound)) => Some(inbound),
            _ => None,
        }
    }
}

/// What must be handled in order: a conversation.
struct Group {
    id: String,
    records: Vec<Record>,
}

impl Group {
    /// When the last message that is here may be answered, if there is one.
    fn ready(&self, listening: &Listening) -> Option<Timestamp> {
        self.records.iter().filter_map(Record::inbound).next_back().map(|inbound| listening.until(inbound))
    }

    /// In order; a message that the next one goes on from waits for it.
    fn records(&self) -> impl Iterator<Item = (&Record, Moment)> {
        self.records.iter().enumerate().map(|(at, record)| {
            let mut later = self.records.iter().skip(at + 1).filter_map(Record::inbound);
            let followed = record.inbound().is_some_and(|one| later.any(|two| listening::goes_on(one, two)));
            (record, if followed { Moment::Wait } else { Moment::Answer })
        })
    }
}

fn by_group(records: Vec<SqsMessage>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for record in records {
        let id = record.attributes.get("MessageGroupId").cloned().unwrap_or_default();
        let work = Work::read(record.body.as_deref().unwrap_or_default());
        let record = Record { id: record.message_id.unwrap_or_default(), work };
        match groups.iter_mut().find(|group| group.id == id) {
            Some(group) => group.records.push(record),
            None => groups.push(Group { id, records: vec![record] }),
        }
    }
    groups
}

/// Handles one record; the clinic whose outbox may hold something now.
async fn one(
    parts: &WorkerParts,
    thinking: &Thinking<'_>,
    record: &Record,
    moment: Moment,
) -> Result<Option<Tenant>, Problem> {
    let done = match record.work.as_ref().ok_or(Problem::Internal)? {
        // A nudge that finds no clinic is forgotten; the next sweep delivers.
        Work::Deliver(nudged) => return Ok(parts.tenants.by_instance(&nudged.entregar).await.ok()),
        Work::Settle(owed) => turn::settle(parts, owed).await,
        Work::Hear(inbound) => {
            let moment = put_off(parts, inbound, moment).await;
            // Before the turn: nothing is locked while a model thinks.
            let thought = match moment {
                Moment::Answer => thinking.about(parts, inbound).await,
                Moment::Wait => None,
            };
            turn::run(parts, inbound, moment, thought.as_ref()).await
        }
    };
    if let Err(problem) = &done {
        tracing::error!(codigo = problem.slug(), "a message goes back to the queue");
    }
    done
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
