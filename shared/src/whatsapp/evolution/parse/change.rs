//! What happens to a message after it was sent.

use jiff::Timestamp;
use serde_json::Value;

use super::address::{Parties, parties};
use super::{Read, body, message_id};
use crate::whatsapp::event::{Contact, Deletion, Delivery, DeliveryStatus, Edit, Event};
use crate::whatsapp::ignored::Ignored;
use crate::whatsapp::value::LONGEST_ID;
use crate::whatsapp::value::{bounded, fingerprint, text, unix_millis};

/// A protocol message, of whose many kinds two concern a conversation. Newer versions name the kind, older ones
/// number it.
fn protocol(data: &Value, own: &str) -> Read {
    let kind = data.get("type").ok_or(Ignored::Event)?;
    if kind == "MESSAGE_EDIT" || kind == 14 {
        edit(data, own)
    } else if kind == "REVOKE" || kind == 0 {
        deletion(data, own)
    } else {
        Err(Ignored::Event)
    }
}

/// A protocol message by itself, as `messages.edited` brings it. Its key was written by the phone of whoever changed something, so it says
/// what that phone wants, and a patient's may want to change what the clinic wrote: nothing in it makes the change ours. What staff changes
/// on the clinic's phone comes without an envelope too, and stays as it was said.
pub(super) fn bare(data: &Value, own: &str) -> Read {
    let (mut event, changed_at) = protocol(data, own)?;
    if let Event::Edit(Edit { contact, from_me, .. }) | Event::Deletion(Deletion { contact, from_me, .. }) =
        &mut event
        && std::mem::take(from_me)
    {
        // Or the patient's phone named the clinic by its private number: whose conversation it is, is not known.
        *contact = None;
    }
    Ok((event, changed_at))
}

/// A protocol message that came inside an ordinary one: who changes something, and in which conversation, is what WhatsApp wrote on the
/// envelope, not what their phone wrote inside.
pub(super) fn wrapped(
    data: &Value,
    own: &str,
    (contact, from_me): (Contact, bool),
    sent_at: Option<Timestamp>,
) -> Read {
    let (mut event, changed_at) = protocol(data, own)?;
    if let Event::Edit(Edit { contact: claimed, from_me: ours, .. })
    | Event::Deletion(Deletion { contact: claimed, from_me: ours, .. }) = &mut event
    {
        *claimed = Some(contact);
        *ours = from_me;
    }
    Ok((event, changed_at.or(sent_at)))
}

fn edit(data: &Value, own: &str) -> Read {
    let key = data.get("key").ok_or(Ignored::Shape)?;
    let Parties { contact, from_me } = parties(key, own)?;
    let id = message_id(key).ok_or(Ignored::Shape)?;
    let text = data.get("editedMessage").and_then(body::words).ok_or(Ignored::Empty)?;
    let changed_at = data.get("timestampMs").and_then(unix_millis);
    let revision = changed_at.map_or_else(|| fingerprint(&text), |at| at.as_millisecond().to_string());
    Ok((Event::Edit(Edit { id, contact, from_me, text, revision }), changed_at))
}

/// In two shapes: the key itself, or a stored message that holds it. As `messages.delete` brings it, Evolution has put the id that was taken
/// back into the key of the envelope.
pub(super) fn deletion(data: &Value, own: &str) -> Read {
    let key = data.get("key").unwrap_or(data);
    let Parties { contact, from_me } = parties(key, own)?;
    let id = message_id(key).ok_or(Ignored::Shape)?;
    Ok((Event::Deletion(Deletion { id, contact, from_me }), None))
}

/// Progress of a message of ours; what patients' messages do is of no interest.
pub(super) fn delivery(data: &Value, own: &str) -> Read {
    let key = data.get("key").unwrap_or(data);
    let from_me = key.get("fromMe").and_then(Value::as_bool).unwrap_or(false);
    let status = data.get("status").and_then(status).filter(|_| from_me).ok_or(Ignored::Event)?;
    let id = text(data, "keyId").and_then(|id| bounded(id, LONGEST_ID));
    let id = id.or_else(|| message_id(key)).ok_or(Ignored::Shape)?;
    let contact = parties(key, own)?.contact;
    Ok((Event::Delivery(Delivery { id, contact, status, window_closed: false }), None))
}

/// Names since 2.3.6, numbers before.
pub(super) fn status(status: &Value) -> Option<DeliveryStatus> {
    Some(match (status.as_str(), status.as_u64()) {
        (Some("ERROR"), _) | (_, Some(0)) => DeliveryStatus::Failed,
        (Some("PENDING"), _) | (_, Some(1)) => DeliveryStatus::Pending,
        (Some("SERVER_ACK"), _) | (_, Some(2)) => DeliveryStatus::Sent,
        (Some("DELIVERY_ACK"), _) | (_, Some(3)) => DeliveryStatus::Delivered,
        (Some("READ"), _) | (_, Some(4)) => DeliveryStatus::Read,
        (Some("PLAYED"), _) | (_, Some(5)) => DeliveryStatus::Played,
        _ => return None,
    })
}
