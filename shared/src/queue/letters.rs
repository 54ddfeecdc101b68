//! What lies in a dead-letter queue, for people: whose, of what kind and since when. Never what it says nor who wrote it; a body is read here and
//! goes no further.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName};
use jiff::Timestamp;
use serde::Deserialize;

use super::redrive::{DeadLetters, RedriveError};
use crate::whatsapp::Inbound;

/// Messages SQS hands over at once.
const AT_ONCE: usize = 10;
/// How long one that is looked at is hidden, seconds, should it not be given back: whoever looks has seen the rest by then.
const HIDDEN: i32 = 20;

/// A message nobody could handle, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// SQS's own name of it.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The account it came through, `clientes.whatsapp_instance` or `cloud:{id}`.
    pub account: Option<String>,
    /// When the webhook received it; of what we wrote ourselves nobody says.
    pub received_at: Option<Timestamp>,
    /// When it was laid aside.
    pub laid_aside_at: Option<Timestamp>,
    /// How often it was handed to somebody, looks like this one included.
    pub received: u64,
}

/// What a message of the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What WhatsApp told, by its [`Inbound::kind`].
    Told(&'static str),
    /// A note that somebody is owed an answer.
    Owed,
    /// A nudge: something waits to be sent.
    Nudge,
    /// None of ours.
    Unknown,
}

/// What tells the kinds apart; everything else in a body is not read.
#[derive(Deserialize)]
struct Envelope {
    instance: Option<String>,
    received_at: Option<Timestamp>,
    responder: Option<serde::de::IgnoredAny>,
    entregar: Option<String>,
}

impl Letter {
    fn of(message: &Message) -> Self {
        let attribute =
            |name: MessageSystemAttributeName| message.attributes().and_then(|all| all.get(&name).cloned());
        let body = message.body().unwrap_or_default();
        let envelope: Option<Envelope> = serde_json::from_str(body).ok();
        let kind = match &envelope {
            Some(Envelope { entregar: Some(_), .. }) => Kind::Nudge,
            Some(Envelope { responder: Some(_), .. }) => Kind::Owed,
            _ => serde_json::from_str(body)
                .map_or(Kind::Unknown, |inbound: Inbound| Kind::Told(inbound.kind())),
        };
        let sent = attribute(MessageSystemAttributeName::SentTimestamp).and_then(|text| text.parse().ok());
        let received = attribute(MessageSystemAttributeName::ApproximateReceiveCount);
        Self {
            id: message.message_id().unwrap_or_default().to_owned(),
            kind,
            received_at: envelope.as_ref().and_then(|envelope| envelope.received_at),
            account: envelope.and_then(|envelope| envelope.entregar.or(envelope.instance)),
            laid_aside_at: sent.and_then(|at| Timestamp::from_millisecond(at).ok()),
            received: received.and_then(|text| text.parse().ok()).unwrap_or_default(),
        }
    }
}

impl DeadLetters {
    /// What lies here, the oldest first: `most` at most, and of one conversation ten, because SQS hands over no more of it before those are
    /// gone. Everything is given back; whoever takes messages back meanwhile finds the rest.
    ///
    /// # Errors
    /// When SQS does not answer; what was hidden comes back by itself.
    pub async fn look(&self, most: usize) -> Result<Vec<Letter>, RedriveError> {
        let mut seen: BTreeMap<String, Letter> = BTreeMap::new();
        let looked = self.look_into(most, &mut seen).await;
        for handles in seen.keys().collect::<Vec<_>>().chunks(AT_ONCE) {
            self.give_back(handles).await?;
        }
        looked?;
        let mut letters: Vec<Letter> = seen.into_values().collect();
        letters.sort_by(|a, b| (a.laid_aside_at, &a.id).cmp(&(b.laid_aside_at, &b.id)));
        Ok(letters)
    }

    /// What is seen, by the handle it is given back with.
    async fn look_into(&self, most: usize, seen: &mut BTreeMap<String, Letter>) -> Result<(), RedriveError> {
        while seen.len() < most {
            let batch = i32::try_from((most - seen.len()).min(AT_ONCE)).unwrap_or(1);
            let receive = self.client.receive_message().queue_url(&self.dead).max_number_of_messages(batch);
            let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
            let messages = receive.visibility_timeout(HIDDEN).send().await.map_err(RedriveError::sqs)?;
            let messages = messages.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            let named =
                messages.iter().filter_map(|one| Some((one.receipt_handle()?.to_owned(), Letter::of(one))));
            seen.extend(named);
        }
        Ok(())
    }

    async fn give_back(&self, handles: &[&String]) -> Result<(), RedriveError> {
        let mut change = self.client.change_message_visibility_batch().queue_url(&self.dead);
        for (at, handle) in handles.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(at.to_string());
            let entry = entry.receipt_handle(*handle).visibility_timeout(0).build();
            change = change.entries(entry.map_err(RedriveError::sqs)?);
        }
        change.send().await.map(|_| ()).map_err(RedriveError::sqs)
    }
}
