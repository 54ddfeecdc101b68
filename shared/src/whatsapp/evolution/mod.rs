//! Evolution: a WhatsApp account of the clinic's own, paired by a QR code.
//!
//! [`parse`](parse()) turns what Evolution posts, in any of its versions' shapes, into one compact
//! [`Inbound`](super::Inbound) or the reason to drop it. [`WebhookKeys`] proves that a post comes from the instance it names.
//! [`Evolution`] sends.

pub mod client;
mod parse;
mod secret;

pub use client::history::Page;
pub use client::instance::{Connecting, Hook, InstanceError};
pub use client::{Evolution, Presence};
pub use parse::{ParseError, Parsed, Stored, parse, stored};
pub use secret::{KeysError, WEBHOOK_HEADER, WebhookKeys};
