//! Meta's WhatsApp Cloud API: a number of the clinic's own, held by Meta, reached with the platform's token.
//!
//! [`parse`](parse()) turns one post of Meta, which may tell of many things at many numbers, into [`Inbound`](super::Inbound)s.
//! [`CloudProof`] answers the handshake and proves that Meta posted. [`Cloud`] sends. All clinics share one app at Meta, so one secret
//! proves every post; which clinic one is for, Meta says in it.

mod answer;
mod client;
mod parse;
mod proof;

pub use client::{Cloud, GRAPH};
pub use parse::{CloudPost, parse};
pub use proof::{CloudProof, SIGNATURE_HEADER};
