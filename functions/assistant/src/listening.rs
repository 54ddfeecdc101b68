//! People write in short messages: "oi", "queria marcar", "com a dra tania". Answering each would answer a question nobody finished asking, so
//! what is written in one go is one turn.
//!
//! The queue hands over a person's messages one after the other, so the worker that has the first can't see the next. The webhook notes in
//! the ledger which message of a person is the last; the worker waits a moment, asks, and when more is on its way it keeps the message in the
//! memory of the conversation. The last one answers for all. Should it never come, a note in the same queue, behind everything that was on its way,
//! brings the answer: nothing that was put off is forgotten.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::whatsapp::{Contact, Content, Event, Inbound, Message};

use crate::dialogue;
use crate::reading;

/// Messages written no further apart than this are one turn when they are there together, as after an outage.
const ONE_BREATH: SignedDuration = SignedDuration::from_secs(10);
/// Messages that are put off at most; who writes more is answered in between.
pub(crate) const MOST: usize = 20;

/// Characters that are put off at most: one message of WhatsApp's may have as many.
const MOST_CHARS: usize = 4096;

/// Whether one more message may be put off, to be answered with those before it.
pub(crate) fn may_wait(before: &[Heard], new: &Heard) -> bool {
    let chars = |one: &Heard| dialogue::heard(&one.content).map_or(0, |text| text.chars().count());
    let all: usize = before.iter().chain([new]).map(chars).sum();
    before.len() < MOST && (before.is_empty() || all <= MOST_CHARS)
}

/// How long the assistant waits for more before it answers.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// After a message that says something.
    pub quiet: Duration,
    /// After one that only opens: "oi, tudo bem?", "queria marcar com".
    pub opening: Duration,
}

impl Default for Listening {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(1200), opening: Duration::from_secs(3) }
    }
}

impl Listening {
    /// Answers at once.
    pub const AT_ONCE: Self = Self { quiet: Duration::ZERO, opening: Duration::ZERO };

    /// When nothing more is expected after this message.
    pub(crate) fn until(&self, inbound: &Inbound) -> Timestamp {
        let wait = match written(inbound) {
            Some(message) if !is_urgent(message, inbound.received_at) => self.after(&message.content),
            _ => Duration::ZERO,
        };
        inbound.received_at + wait
    }

    fn after(&self, content: &Content) -> Duration {
        match content {
            Content::Text(text) if reading::is_unfinished(text) => self.opening,
            _ => self.quiet,
        }
    }
}

/// A message that waits for the rest of what is being said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// WhatsApp's id.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub content: Content,
}

/// The message of a patient in an event, if it is one.
pub(crate) fn written(inbound: &Inbound) -> Option<&Message> {
    match &inbound.event {
        Event::Message(message) if !message.from_me => Some(message),
        _ => None,
    }
}

/// Whether `later` goes on where `first` left off.
pub(crate) fn goes_on(first: &Inbound, later: &Inbound) -> bool {
    let both = written(first).is_some() && written(later).is_some();
    // The same message delivered twice is no second one.
    both && first.dedupe_id() != later.dedupe_id()
        && later.sent_at.duration_since(first.sent_at).abs() <= ONE_BREATH
}

/// Whether the person has written more since, and it is on its way. A ledger that does not answer means no: the message is answered by itself.
pub(crate) async fn is_followed(parts: &WorkerParts, inbound: &Inbound) -> bool {
    match parts.ledger.last(&inbound.group()).await {
        Ok(Some((id, at))) => {
            id != inbound.dedupe_id() && at.as_millisecond() >= inbound.received_at.as_millisecond()
        }
        _ => false,
    }
}

/// Whether a message tells of an emergency; words do not depend on the clinic's zone.
pub(crate) fn is_urgent(message: &Message, now: Timestamp) -> bool {
    dialogue::is_urgent(&message.content, now.to_zoned(jiff::tz::TimeZone::UTC).datetime())
}

/// What was written in one go as one message, in the order it was written: the words, if there are any, and whether there was a voice among them.
pub(crate) fn as_one(mut heard: Vec<Heard>) -> (Option<Content>, bool) {
    heard.sort_by_key(|heard| heard.at);
    if heard.len() < 2 {
        return (heard.pop().map(|heard| heard.content), false);
    }
    let unheard = |heard: &Heard| matches!(heard.content, Content::Audio { transcript: None, .. });
    let voice = heard.iter().any(unheard);
    let words: Vec<_> = heard.iter().filter_map(|heard| dialogue::heard(&heard.content)).collect();
    if words.is_empty() {
        // The kind answer to a picture says nothing else than that to three.
        let silent = |heard: &Heard| matches!(heard.content, Content::Sticker | Content::Reaction { .. });
        return (heard.into_iter().rfind(|heard| !silent(heard)).map(|heard| heard.content), false);
    }
    (Some(Content::Text(words.join("\n"))), voice)
}

/// A note in the queue: whatever this person's conversation still owes an answer to is answered when it is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Owed {
    /// The clinic's instance.
    pub(crate) instance: String,
    /// Who waits for the answer.
    pub(crate) responder: Contact,
    /// When what is owed an answer came; notes of before this was written say nothing.
    #[serde(default)]
    pub(crate) received_at: Option<Timestamp>,
}

impl Owed {
    /// Puts the note behind everything of this person that is in the queue.
    ///
    /// # Errors
    /// When the queue does not take it; then the message must not be put off.
    pub(crate) async fn note(
        parts: &WorkerParts,
        inbound: &Inbound,
        message: &Message,
    ) -> Result<(), Problem> {
        let owed = Self {
            instance: inbound.instance.clone(),
            responder: message.contact.clone(),
            received_at: Some(inbound.received_at),
        };
        let body = serde_json::to_string(&owed).map_err(|_| Problem::Internal)?;
        // Named after the message, so that a message that comes back leaves one note.
        let name = shared::queue::fit(format!("owed/{}", inbound.dedupe_id()));
        parts.queue.send(&inbound.group(), &name, body).await
    }
}
