//! What a batch brings: records, in groups whose order counts.

use aws_lambda_events::sqs::SqsMessage;
use jiff::{SignedDuration, Timestamp};
use shared::outbox::Nudged;
use shared::queue::CORRELATION;
use shared::telemetry::is_correlation;
use shared::whatsapp::Inbound;

use crate::listening::{self, Listening, Owed};
use crate::turn::Moment;

/// A record of the queue.
pub(super) struct Record {
    pub(super) id: String,
    /// Under which correlation id it was put into the queue; one without is known by its own name, which stays the same however often it comes.
    pub(super) correlation: String,
    /// When it was put there.
    pub(super) sent: Option<Timestamp>,
    /// `None` when it is none of ours.
    pub(super) work: Option<Work>,
}

/// What a record asks for.
pub(super) enum Work {
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
            // Where it is wrong and not how: what serde says of a value of another type quotes it, and it may be a patient's.
            .inspect_err(|error| {
                let (line, column) = (error.line(), error.column());
                tracing::error!(line, column, "a queued message is not one of ours");
            })
            .ok()
    }
}

impl Record {
    fn read(message: &SqsMessage) -> Self {
        let id = message.message_id.clone().unwrap_or_default();
        let told = message.message_attributes.get(CORRELATION).and_then(|told| told.string_value.clone());
        Self {
            correlation: told.filter(|told| is_correlation(told)).unwrap_or_else(|| id.clone()),
            sent: sent(message),
            work: Work::read(message.body.as_deref().unwrap_or_default()),
            id,
        }
    }

    /// How long it took from the queue until now, in milliseconds; clocks of two machines may differ.
    pub(super) fn waited(&self, now: Timestamp) -> Option<u64> {
        Some(u64::try_from(now.as_millisecond() - self.sent?.as_millisecond()).unwrap_or(0))
    }

    /// Whether it has been in the queue for longer.
    pub(super) fn is_older(&self, than: SignedDuration, now: Timestamp) -> bool {
        self.sent.is_some_and(|sent| now.duration_since(sent) > than)
    }

    fn inbound(&self) -> Option<&Inbound> {
        match &self.work {
            Some(Work::Hear(inbound)) => Some(inbound),
            _ => None,
        }
    }
}

/// When the first of these was put into the queue.
pub(super) fn oldest(records: &[SqsMessage]) -> Option<Timestamp> {
    records.iter().filter_map(sent).min()
}

fn sent(record: &SqsMessage) -> Option<Timestamp> {
    Timestamp::from_millisecond(record.attributes.get("SentTimestamp")?.parse().ok()?).ok()
}

/// What must be handled in order: a conversation.
pub(super) struct Group {
    id: String,
    records: Vec<Record>,
}

impl Group {
    /// The groups of a batch, those that may be answered first at the front: who has finished writing is not kept waiting for who has not, and an
    /// emergency for nobody.
    pub(super) fn all(records: Vec<SqsMessage>, listening: &Listening) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for record in records {
            let id = record.attributes.get("MessageGroupId").cloned().unwrap_or_default();
            let record = Record::read(&record);
            match groups.iter_mut().find(|group| group.id == id) {
                Some(group) => group.records.push(record),
                None => groups.push(Self { id, records: vec![record] }),
            }
        }
        groups.sort_by_key(|group| (!group.is_urgent(), group.ready(listening)));
        groups
    }

    /// When the last message that is here may be answered, if there is one.
    pub(super) fn ready(&self, listening: &Listening) -> Option<Timestamp> {
        self.records.iter().filter_map(Record::inbound).next_back().map(|inbound| listening.until(inbound))
    }

    fn is_urgent(&self) -> bool {
        self.records.iter().filter_map(Record::inbound).any(|inbound| {
            listening::written(inbound)
                .is_some_and(|message| listening::is_urgent(message, inbound.received_at))
        })
    }

    /// In order; a message that the next one goes on from waits for it.
    pub(super) fn records(&self) -> impl Iterator<Item = (&Record, Moment)> {
        self.records.iter().enumerate().map(|(at, record)| {
            let mut later = self.records.iter().skip(at + 1).filter_map(Record::inbound);
            let followed = record.inbound().is_some_and(|one| later.any(|two| listening::goes_on(one, two)));
            (record, if followed { Moment::Wait } else { Moment::Answer })
        })
    }
}
