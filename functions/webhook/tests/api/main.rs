//! The webhook from event to stores: captures of what a function URL really sends, and what strangers might.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

mod captures;
mod cloud;
mod helpers;
mod refusals;
mod repeats;
