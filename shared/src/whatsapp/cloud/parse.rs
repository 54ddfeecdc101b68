//! From one post of Meta to what happened in it.
//!
//! A post holds entries (accounts), each with changes (of one number), each with messages, deliveries and echoes. Meta repeats a post that was
//! not answered with 200 for days, so whatever is not understood is ignored, with its reason, and never an error; only bytes that are not
//! JSON are.

mod body;
mod people;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use self::body::{Found, find};
use self::people::People;
use super::answer::WINDOW_CLOSED;
use crate::whatsapp::channel::{Channel, is_phone_number_id};
use crate::whatsapp::event::{Deletion, Delivery, DeliveryStatus, Edit, Event, Inbound, Message};
use crate::whatsapp::evolution::ParseError;
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::{LONGEST_ID, bounded, text, unix_seconds};

/// What one post holds.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct CloudPost {
    /// What the assistant must know, in the order Meta tells it.
    pub inbound: Vec<Inbound>,
    /// Why each other thing in it is of no use.
    pub ignored: Vec<Ignored>,
}

/// Reads one post of Meta, received at `received_at`.
///
/// # Errors
/// [`ParseError`] when the body is not JSON.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<CloudPost, ParseError> {
    let envelope: Value = serde_json::from_slice(body)
        .map_err(|error| ParseError { line: error.line(), column: error.column() })?;
    let mut post = CloudPost::default();
    if text(&envelope, "object") != Some("whatsapp_business_account") {
        post.ignored.push(Ignored::Event);
        return Ok(post);
    }
    for change in list(&envelope, "entry").iter().flat_map(|entry| list(entry, "changes")) {
        read_change(change, received_at, &mut post);
    }
    Ok(post)
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

type Read = Result<Event, Ignored>;

fn read_change(change: &Value, received_at: Timestamp, post: &mut CloudPost) {
    let Some(value) = change.get("value") else {
        post.ignored.push(Ignored::Shape);
        return;
    };
    let number = value.get("metadata").and_then(|metadata| text(metadata, "phone_number_id"));
    let known = matches!(text(change, "field"), Some("messages" | "smb_message_echoes"));
    let Some(number) = number.filter(|number| known && is_phone_number_id(number)) else {
        post.ignored.push(if known { Ignored::Shape } else { Ignored::Event });
        return;
    };
    let instance = Channel::Cloud { phone_number_id: number.to_owned() }.to_string();
    let people = People::of(value);
    let messages = list(value, "messages").iter().map(|raw| (raw, message(raw, &people, false)));
    let echoes = list(value, "message_echoes").iter().map(|raw| (raw, message(raw, &people, true)));
    let statuses = list(value, "statuses").iter().map(|raw| (raw, delivery(raw)));
    for (raw, read) in messages.chain(echoes).chain(statuses) {
        match read {
            Ok(event) => post.inbound.push(Inbound {
                version: Inbound::VERSION,
                instance: instance.clone(),
                sent_at: sent_at(raw, received_at),
                received_at,
                event,
            }),
            Err(reason) => post.ignored.push(reason),
        }
    }
    // An error of the account, with nobody's message in it.
    post.ignored.extend(list(value, "errors").iter().map(|_| Ignored::Event));
}

/// A clock that is a day ahead is wrong.
fn sent_at(raw: &Value, received_at: Timestamp) -> Timestamp {
    let told = raw.get("timestamp").and_then(unix_seconds);
    told.filter(|at| *at <= received_at + SignedDuration::from_hours(24)).unwrap_or(received_at)
}

/// A message of a patient, or (`echo`) of staff in the clinic's own app.
fn message(raw: &Value, people: &People<'_>, echo: bool) -> Read {
    if text(raw, "group_id").is_some() {
        return Err(Ignored::Group);
    }
    let id = text(raw, "id").and_then(|id| bounded(id, LONGEST_ID)).ok_or(Ignored::Shape)?;
    let contact = if echo { people.recipient(raw) } else { people.author(raw) }.ok_or(Ignored::Shape)?;
    Ok(match find(raw)? {
        Found::Content(content) => Event::Message(Message {
            id,
            profile_name: if echo { None } else { people.name(raw) },
            contact,
            from_me: echo,
            content,
            quoted_id: raw.get("context").and_then(|context| bounded(text(context, "id")?, LONGEST_ID)),
        }),
        // The change has an id of its own, so it tells one change from the next.
        Found::Edit { original, text } => {
            Event::Edit(Edit { id: original, contact: Some(contact), from_me: echo, text, revision: id })
        }
        Found::Revoke { original } => {
            Event::Deletion(Deletion { id: original, contact: Some(contact), from_me: echo })
        }
    })
}

fn delivery(raw: &Value) -> Read {
    let status = match text(raw, "status") {
        Some("sent") => DeliveryStatus::Sent,
        Some("delivered") => DeliveryStatus::Delivered,
        Some("read") => DeliveryStatus::Read,
        Some("played") => DeliveryStatus::Played,
        Some("failed") => DeliveryStatus::Failed,
        _ => return Err(Ignored::Event),
    };
    let id = text(raw, "id").and_then(|id| bounded(id, LONGEST_ID)).ok_or(Ignored::Shape)?;
    let code = |error: &Value| error.get("code").and_then(Value::as_u64);
    let window_closed = list(raw, "errors").iter().any(|error| code(error) == Some(WINDOW_CLOSED));
    let contact = people::told_in(raw, "recipient_id", "recipient_user_id");
    Ok(Event::Delivery(Delivery { id, contact, status, window_closed }))
}
