//! From Evolution's envelope to an [`Inbound`], or to the reason why nobody needs it.
//!
//! Only the webhook calls this. Evolution's shapes change between versions, so whatever is not used stays opaque and an
//! unknown event, type or field is never an error; only bytes that are not JSON are. The envelope carries
//! the instance's `apikey` in clear: it is never read, so it cannot leave.

mod address;
mod body;
mod change;
pub(crate) mod connection;
pub(crate) mod stored;
mod surrogates;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use self::address::{Parties, parties};
use self::body::{Found, find};
use crate::whatsapp::event::{Event, Inbound, Message};
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::{LONGEST_ID, bounded, profile_name, text, unix_seconds};

pub use self::stored::{Stored, stored};

/// What a body turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// Something the assistant must know.
    Inbound(Box<Inbound>),
    /// Something nobody needs.
    Ignored {
        /// The instance the envelope names.
        instance: Option<String>,
        /// Why nobody needs it.
        reason: Ignored,
    },
}

impl Parsed {
    /// The instance the envelope names; the caller compares it with the one that proved itself.
    pub fn instance(&self) -> Option<&str> {
        match self {
            Self::Inbound(inbound) => Some(&inbound.instance),
            Self::Ignored { instance, .. } => instance.as_deref(),
        }
    }
}

/// The body is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed JSON at line {line}, column {column}")]
pub struct ParseError {
    /// Counted from one.
    pub line: usize,
    /// Counted from one.
    pub column: usize,
}

/// Reads one post of Evolution, received at `received_at`.
///
/// # Errors
/// [`ParseError`] when the body is not JSON.
pub fn parse(body: &[u8], received_at: Timestamp) -> Result<Parsed, ParseError> {
    let envelope: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => surrogates::mend(body)
            .and_then(|mended| serde_json::from_slice(&mended).ok())
            .ok_or(ParseError { line: error.line(), column: error.column() })?,
    };
    let instance = text(&envelope, "instance").filter(|name| !name.is_empty()).map(str::to_owned);
    let Some(name) = instance.clone() else {
        return Ok(Parsed::Ignored { instance, reason: Ignored::Shape });
    };
    Ok(match read(&envelope, received_at) {
        Ok((event, sent_at)) => Parsed::Inbound(Box::new(Inbound {
            version: Inbound::VERSION,
            instance: name,
            sent_at: sent_at
                .filter(|at| *at <= received_at + SignedDuration::from_hours(24))
                .unwrap_or(received_at),
            received_at,
            event,
        })),
        Err(reason) => Parsed::Ignored { instance, reason },
    })
}

type Read = Result<(Event, Option<Timestamp>), Ignored>;

fn read(envelope: &Value, received_at: Timestamp) -> Read {
    // `messages.upsert` in the body; `MESSAGES_UPSERT` and `messages-upsert` are the same name in the configuration.
    let name = text(envelope, "event").unwrap_or_default().to_ascii_lowercase().replace(['_', '-'], ".");
    let own = text(envelope, "sender").unwrap_or_default();
    let data = match envelope.get("data") {
        Some(Value::Array(list)) => list.first().filter(|_| list.len() == 1),
        data => data,
    };
    let data = data.ok_or(Ignored::Event)?;
    let stamp = || connection::Stamp::of(envelope, received_at);
    match name.as_str() {
        "messages.upsert" => message(data, own),
        "messages.edited" => change::bare(data, own),
        "messages.delete" => change::deletion(data, own),
        "messages.update" => change::delivery(data, own),
        "connection.update" => connection::update(data, stamp()),
        "status.instance" => connection::status(data, stamp()),
        "logout.instance" => Ok(connection::ended(connection::LOGGED_OUT, stamp())),
        "remove.instance" => Ok(connection::ended(connection::REMOVED, stamp())),
        "qrcode.updated" => connection::code(data, &stamp()),
        _ => Err(Ignored::Event),
    }
}

fn message(data: &Value, own: &str) -> Read {
    let key = data.get("key").ok_or(Ignored::Shape)?;
    let Parties { contact, from_me } = parties(key, own)?;
    let contact = contact.ok_or(Ignored::OwnChat)?;
    let sent_at = data.get("messageTimestamp").and_then(unix_seconds);
    let content = match find(data)? {
        Found::Content(content) => content,
        Found::Protocol(protocol) => return change::wrapped(protocol, own, (contact, from_me), sent_at),
    };
    let event = Event::Message(Message {
        id: message_id(key).ok_or(Ignored::Shape)?,
        contact,
        profile_name: text(data, "pushName").filter(|_| !from_me).and_then(profile_name),
        from_me,
        content,
        quoted_id: body::quoted(data),
    });
    Ok((event, sent_at))
}

/// WhatsApp's id of the message a key names.
fn message_id(key: &Value) -> Option<String> {
    bounded(text(key, "id")?, LONGEST_ID)
}
