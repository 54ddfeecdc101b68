//! `hi` as somebody types it.
