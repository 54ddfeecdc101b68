//! WhatsApp: events in, messages out, through whichever provider a clinic has chosen.
//!
//! [`evolution`] is an account paired by a QR code, [`cloud`] Meta's WhatsApp Cloud API. Each turns what it is posted into the same
//! [`Inbound`], proves who posted it, and sends; [`Gateway`] is the one door in front of both, and a [`Channel`] says which of the clinic's
//! accounts is meant. Nothing here knows a clinic, a store or the agenda, and nothing here logs a text, a name or a number.

mod channel;
pub mod cloud;
mod content;
mod detalhes;
pub mod event;
pub mod evolution;
mod gateway;
mod http;
mod ignored;
mod line;
pub mod modelo;
pub mod qr;
pub mod screen;
mod send;
mod value;

pub use channel::{Channel, Provedor};
pub use cloud::Cloud;
pub use content::Content;
pub use detalhes::Detalhes;
pub use event::{
    Account, Code, Connection, ConnectionState, Contact, Deletion, Delivery, DeliveryStatus, Edit, Event,
    Inbound, Message,
};
pub use evolution::{
    Connecting, Evolution, Hook, InstanceError, KeysError, Page, ParseError, Parsed, Presence, Stored,
    WEBHOOK_HEADER, WebhookKeys, client, parse, stored,
};
pub use gateway::Gateway;
pub use ignored::Ignored;
pub use line::Line;
pub use modelo::Modelo;
pub use send::{ClientError, Media, SendError, SentMessage};
