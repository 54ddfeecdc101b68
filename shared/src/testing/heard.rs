//! What WhatsApp tells, as the webhook understands it and as the queue hands it over.

use serde_json::{Value, json};

use super::{Clinic, TestApp};
use crate::domain::telefone::Telefone;
use crate::whatsapp::{Contact, Content, Event, Inbound, Message};

impl TestApp {
    /// What happened at a clinic's number just now.
    pub fn heard(&self, clinic: &Clinic, event: Event) -> Inbound {
        let now = self.now();
        Inbound {
            version: Inbound::VERSION,
            instance: clinic.instance.clone(),
            sent_at: now,
            received_at: now,
            event,
        }
    }
}

/// Somebody wrote.
pub fn wrote(id: &str, contact: Contact, profile_name: Option<&str>, content: Content) -> Event {
    Event::Message(Message {
        id: id.to_owned(),
        contact,
        profile_name: profile_name.map(str::to_owned),
        from_me: false,
        content,
        quoted_id: None,
    })
}

/// Who writes from a phone: its digits, with the country's.
pub fn contact(phone: &str) -> Contact {
    Contact {
        telefone: Some(Telefone::parse(phone).expect("a phone")),
        lid: None,
        jid: format!("{phone}@s.whatsapp.net"),
    }
}

/// The event Lambda's mapping of the queue makes of these.
pub fn queued(inbound: &[Inbound]) -> Value {
    let records: Vec<Value> = inbound
        .iter()
        .enumerate()
        .map(|(at, inbound)| {
            json!({
                "messageId": format!("record-{at}"), "receiptHandle": "h", "eventSource": "aws:sqs", "awsRegion": "sa-east-1",
                "eventSourceARN": "arn:aws:sqs:sa-east-1:123456789012:entrada.fifo", "messageAttributes": {},
                "attributes": { "MessageGroupId": inbound.group() },
                "body": serde_json::to_string(inbound).expect("JSON"),
            })
        })
        .collect();
    json!({ "Records": records })
}
