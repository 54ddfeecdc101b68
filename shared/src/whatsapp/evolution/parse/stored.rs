//! Messages as Evolution keeps them, which is what it answers when it is asked for what was missed: the data of `messages.upsert` without
//! its envelope, with the reports on it beside it.

use jiff::Timestamp;
use serde_json::Value;

use super::change::status;
use super::message;
use crate::whatsapp::event::{DeliveryStatus, Inbound};

/// A message Evolution has.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What would have come through the webhook, repeated under the same id.
    pub inbound: Inbound,
    /// How far it got, if anything is known of that.
    pub status: Option<DeliveryStatus>,
}

/// Reads a record of `chat/findMessages`; `own` is the account's own number, if it is known. `None` for what nobody needs.
pub fn stored(record: &Value, instance: &str, own: Option<&str>, now: Timestamp) -> Option<Stored> {
    let own = own.map(|number| format!("{number}@s.whatsapp.net")).unwrap_or_default();
    let (event, sent_at) = message(record, &own).ok()?;
    let inbound = Inbound {
        version: Inbound::VERSION,
        instance: instance.to_owned(),
        sent_at: sent_at.filter(|at| *at <= now)?,
        received_at: now,
        event,
    };
    let updates = record.get("MessageUpdate").and_then(Value::as_array).into_iter().flatten();
    let reports = updates.filter_map(|update| update.get("status")).chain(record.get("status"));
    Some(Stored { inbound, status: reports.filter_map(status).max() })
}

/// When a record was written, whatever else it is.
pub(crate) fn written_at(record: &Value) -> Option<Timestamp> {
    record.get("messageTimestamp").and_then(super::unix_seconds)
}
