//! What happened on WhatsApp, in our own words: small, versioned, and all that travels through the queue.
//!
//! Made by [`parse`](super::parse()) in the webhook, read by the assistant. `Debug` shows kinds and ids, never a text, a name
//! or a number.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::content::Content;
use crate::domain::telefone::Telefone;
use crate::queue::fit;

/// One event of one instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inbound {
    /// The shape of this struct: [`Inbound::VERSION`].
    pub version: u8,
    /// The instance whose secret was proven.
    pub instance: String,
    /// When it happened by WhatsApp's own clock; [`received_at`](Self::received_at) when the event carries no time.
    pub sent_at: Timestamp,
    /// When the webhook received it.
    pub received_at: Timestamp,
    /// What happened.
    pub event: Event,
}

impl Inbound {
    /// The shape written today; a reader that finds a higher one must not guess.
    pub const VERSION: u8 = 1;

    /// The same for every repetition of this event, and for nothing else: at most 128 characters that SQS accepts. Whoever writes chooses the id, so what
    /// somebody sends repeats only what came from that side of that conversation.
    pub fn dedupe_id(&self) -> String {
        let (instance, kind) = (&self.instance, self.kind());
        // Hashed with the id, which nobody guesses: the name stands outside the database too, where a phone is nothing.
        let one = |id: &str, from_me: bool, more: &str| {
            let contact = self.contact().map_or_else(|| "-".to_owned(), Contact::key);
            let whose = if from_me { "own" } else { "in" };
            let mut digest = hex::encode(Sha256::digest(format!("{whose}/{contact}/{more}/{id}").as_bytes()));
            digest.truncate(40);
            format!("{instance}/{kind}/{digest}")
        };
        fit(match &self.event {
            Event::Message(Message { id, from_me, .. }) | Event::Deletion(Deletion { id, from_me, .. }) => {
                one(id, *from_me, "")
            }
            Event::Edit(Edit { id, revision, from_me, .. }) => one(id, *from_me, revision),
            Event::Delivery(Delivery { id, status, .. }) => format!("{instance}/{kind}/{id}/{status:?}"),
            Event::Connection(Connection { state, revision, .. }) => {
                format!("{instance}/{kind}/{state:?}/{revision}")
            }
            Event::Code(Code { qr, .. }) => {
                format!("{instance}/{kind}/{}", hex::encode(Sha256::digest(qr.as_bytes())))
            }
        })
    }

    /// What must be handled in order and one at a time: the conversation, or the instance when there is none.
    pub fn group(&self) -> String {
        let contact = self.contact().map_or_else(|| "-".to_owned(), Contact::key);
        fit(format!("{}#{contact}", self.instance))
    }

    /// The other side of the conversation, when the event tells it.
    pub fn contact(&self) -> Option<&Contact> {
        match &self.event {
            Event::Message(message) => Some(&message.contact),
            Event::Edit(Edit { contact, .. })
            | Event::Deletion(Deletion { contact, .. })
            | Event::Delivery(Delivery { contact, .. }) => contact.as_ref(),
            Event::Connection(_) | Event::Code(_) => None,
        }
    }

    /// The event's name, for the inbox and the log.
    pub fn kind(&self) -> &'static str {
        match self.event {
            Event::Message(_) => "message",
            Event::Edit(_) => "edit",
            Event::Deletion(_) => "deletion",
            Event::Delivery(_) => "delivery",
            Event::Connection(_) => "connection",
            Event::Code(_) => "code",
        }
    }
}

/// Who is on the other side.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The telephone, when WhatsApp told it.
    pub telefone: Option<Telefone>,
    /// WhatsApp's private number for the account (digits), when told; it is not a telephone.
    pub lid: Option<String>,
    /// The address to answer to, as WhatsApp wrote it, without a device.
    pub jid: String,
}

impl Contact {
    /// One person of one instance, whatever the spelling: `5511999999999`, else `lid:184467440737095`, else the address.
    pub fn key(&self) -> String {
        match (&self.telefone, &self.lid) {
            (Some(telefone), _) => telefone.digits().to_owned(),
            (None, Some(lid)) => format!("lid:{lid}"),
            (None, None) => self.jid.clone(),
        }
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("telefone", &self.telefone.is_some())
            .field("lid", &self.lid.is_some())
            .finish_non_exhaustive()
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// Somebody wrote.
    Message(Message),
    /// A text was changed after it was sent.
    Edit(Edit),
    /// A message was taken back.
    Deletion(Deletion),
    /// One of our messages got further.
    Delivery(Delivery),
    /// The instance's connection changed.
    Connection(Connection),
    /// A code to connect with.
    Code(Code),
}

/// A message of the patient, or of staff on the clinic's own phone.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// WhatsApp's id, which the sender's client chose: unique within a side of a conversation, if at all.
    pub id: String,
    /// The other side, also when staff wrote.
    pub contact: Contact,
    /// The name in the patient's WhatsApp profile; absent when staff wrote.
    pub profile_name: Option<String>,
    /// Staff wrote on the clinic's own phone.
    pub from_me: bool,
    /// What was written.
    pub content: Content,
    /// The message it answers.
    pub quoted_id: Option<String>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("from_me", &self.from_me)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

/// A changed text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The message that was changed.
    pub id: String,
    /// The other side: only messages of this conversation are changed. Absent when the phone wrote the address from its own point of view;
    /// then the id alone finds the message, and only one of a patient.
    pub contact: Option<Contact>,
    /// Staff changed it on the clinic's own phone: only messages of this side are changed.
    pub from_me: bool,
    /// The text as it is now.
    pub text: String,
    /// Tells one change of a message from the next.
    pub revision: String,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edit").field("id", &self.id).field("from_me", &self.from_me).finish_non_exhaustive()
    }
}

/// A message taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The message that is gone.
    pub id: String,
    /// As in [`Edit::contact`].
    pub contact: Option<Contact>,
    /// It had been written by staff, or by us; as in [`Edit::from_me`].
    pub from_me: bool,
}

/// How far one of our messages got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The message; the address may be spelled in another way than when it was sent, so only the id finds it.
    pub id: String,
    /// The recipient.
    pub contact: Option<Contact>,
    /// How far.
    pub status: DeliveryStatus,
    /// It failed because the patient had not written for a day: as a template it may leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub window_closed: bool,
}

/// How far a message got, in rising order after the failure. Reports repeat and overtake one another: never move back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// WhatsApp refused it.
    Failed,
    /// Handed over.
    Pending,
    /// WhatsApp has it.
    Sent,
    /// The phone has it.
    Delivered,
    /// It was read.
    Read,
    /// The voice message was heard.
    Played,
}

impl DeliveryStatus {
    /// `mensagens.estado` for it.
    pub fn estado(self) -> &'static str {
        match self {
            Self::Failed => "falhou",
            Self::Pending => "pendente",
            Self::Sent => "enviada",
            Self::Delivered => "entregue",
            Self::Read | Self::Played => "lida",
        }
    }
}

/// The instance's connection to WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The state it entered.
    pub state: ConnectionState,
    /// WhatsApp's code: 401 logged out on the phone, 403 banned, 428 nobody read the QR code.
    pub reason: Option<u16>,
    /// Tells one change from the next.
    pub revision: String,
    /// When it happened by the server's own clock, whose zone is not known: to be compared with nothing but another of these.
    #[serde(default)]
    pub stamp: Option<Timestamp>,
    /// Whose WhatsApp it is, once it is connected.
    #[serde(default)]
    pub account: Option<Account>,
}

/// The WhatsApp account an instance speaks for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number, digits with the country.
    pub number: String,
    /// What its profile is called.
    pub profile: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}

/// What a phone scans, or types, to become the instance's. Whoever sees it can link their phone: it is shown to people of the clinic,
/// for less than a minute, and never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The text of the QR code.
    pub qr: String,
    /// The eight characters to type instead, when they were asked for.
    pub pairing: Option<String>,
    /// As [`Connection::stamp`].
    #[serde(default)]
    pub stamp: Option<Timestamp>,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

/// The states Evolution reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Messages flow.
    Open,
    /// Trying; the only sign of a connection that was lost and will be retried.
    Connecting,
    /// Ended: somebody must read a QR code.
    Closed,
    /// The QR codes ran out unread.
    Refused,
}
