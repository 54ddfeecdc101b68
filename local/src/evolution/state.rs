//! What the server knows: instances, and per instance the chats of the people who write to it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) faults: Vec<Fault>,
}

/// A connection to WhatsApp.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) number: Option<String>,
    /// `close`, `connecting`, `open`.
    pub(crate) state: String,
    pub(crate) qr_count: u32,
    /// What can be typed instead of scanning, when it was asked for.
    #[serde(skip)]
    pub(crate) pairing: Option<String>,
    pub(crate) webhook: Option<Webhook>,
    /// The seven switches, as they were set.
    #[serde(default)]
    pub(crate) settings: Value,
    /// What it has to say is lost: messages are kept and told to nobody.
    #[serde(skip)]
    pub(crate) mute: bool,
    #[serde(skip)]
    pub(crate) chats: BTreeMap<String, Chat>,
}

/// Where an instance posts its events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    pub(crate) headers: Value,
    pub(crate) enabled: bool,
    /// Appends the event's name to the URL.
    #[serde(default)]
    pub(crate) by_events: bool,
    /// The names in the configuration's spelling; none means all.
    pub(crate) events: Vec<String>,
}

/// The chat with one person, by the digits of their WhatsApp id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chat {
    pub(crate) messages: Vec<Message>,
    pub(crate) typing_until: i64,
}

/// A message, either way.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    /// Written by the clinic.
    pub(crate) from_me: bool,
    pub(crate) text: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Unix seconds.
    pub(crate) at: i64,
    /// `PENDING`, `SERVER_ACK`, `DELIVERY_ACK`, `READ`.
    pub(crate) status: String,
    /// What a poll offers, and what the patient chose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) options: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) chosen: Vec<String>,
    /// Changed or taken back by whoever wrote it.
    pub(crate) edited: bool,
    pub(crate) deleted: bool,
}

impl Message {
    /// One that has just been written.
    pub(crate) fn new(id: &str, from_me: bool, kind: &str, text: &str, at: i64) -> Self {
        let status = if from_me { "PENDING" } else { "DELIVERY_ACK" };
        Self {
            id: id.to_owned(),
            from_me,
            text: text.to_owned(),
            kind: kind.to_owned(),
            at,
            status: status.to_owned(),
            options: Vec::new(),
            chosen: Vec::new(),
            edited: false,
            deleted: false,
        }
    }
}

/// Something that goes wrong on purpose at the next sends.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Fault {
    pub(crate) instance: Option<String>,
    /// `slow`, `down`, `lie`, `timeout_after_send`.
    pub(crate) mode: String,
    pub(crate) count: u32,
}

impl State {
    /// What the file remembers.
    pub(crate) fn load(file: Option<&Path>) -> Self {
        let text = file.and_then(|file| std::fs::read_to_string(file).ok());
        let instances = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { instances, faults: Vec::new() }
    }

    /// Remembers the instances.
    pub(crate) fn save(&self, file: &Path) {
        let written = serde_json::to_string_pretty(&self.instances).map(|text| std::fs::write(file, text));
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!("instances could not be written to {}", file.display());
        }
    }

    /// Takes the fault of the next send, if one was ordered.
    pub(crate) fn take_fault(&mut self, instance: &str) -> Option<String> {
        let meant = |fault: &&mut Fault| {
            fault.count > 0 && fault.instance.as_deref().is_none_or(|name| name == instance)
        };
        let fault = self.faults.iter_mut().find(meant)?;
        fault.count -= 1;
        Some(fault.mode.clone())
    }
}

impl Instance {
    /// A new one, not connected.
    pub(crate) fn new(name: &str, number: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            id: Uuid::new_v4().to_string(),
            token: Uuid::new_v4().to_string().to_uppercase(),
            number: number.map(str::to_owned),
            state: "close".to_owned(),
            qr_count: 0,
            pairing: None,
            webhook: None,
            settings: json!({ "rejectCall": false, "msgCall": "", "groupsIgnore": false, "alwaysOnline": false,
                "readMessages": false, "readStatus": false, "syncFullHistory": false, "wavoipToken": "" }),
            mute: false,
            chats: BTreeMap::new(),
        }
    }

    /// Its own JID, once it has a number.
    pub(crate) fn wuid(&self) -> Option<String> {
        self.number.as_ref().map(|number| format!("{}@s.whatsapp.net", super::numbers::whatsapp_id(number)))
    }
}
