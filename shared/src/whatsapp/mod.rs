//! Evolution: events in, messages out.
//!
//! [`parse`](parse()) turns what Evolution posts, in any of its versions' shapes, into one compact [`Inbound`] or the reason to
//! drop it; the webhook puts that on the queue and the assistant reads it. [`WebhookKeys`] proves that a post
//! comes from the instance it names. [`Evolution`] sends. Nothing here knows a clinic, a store or the agenda, and
//! nothing here logs a text, a name or a number.

pub mod client;
mod content;
pub mod event;
mod parse;
mod secret;

pub use client::history::Page;
pub use client::instance::{Connecting, Hook, InstanceError};
pub use client::{ClientError, Evolution, Presence, SendError, SentMessage};
pub use content::Content;
pub use event::{
    Account, Code, Connection, ConnectionState, Contact, Deletion, Delivery, DeliveryStatus, Edit, Event,
    Inbound, Message,
};
pub use parse::{Ignored, ParseError, Parsed, Stored, parse, stored};
pub use secret::{KeysError, WEBHOOK_HEADER, WebhookKeys};
