//! The walls between clinics, read from the catalogue, the manifests and the route tables instead of from a list somebody keeps.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod absences;
mod acessos;
mod availability;
mod bodies;
mod booking;
mod constraints;
mod copies;
mod correlation;
mod cost;
mod crowd;
mod documents;
mod doors;
mod events;
mod inventory;
mod isolation;
mod ledger;
mod manifests;
mod matrix;
mod metering;
mod mutants;
mod openapi;
mod operators;
mod privileges;

mod queues;
mod roles;
mod router;
mod runbook;
mod secrets;
mod security;
mod strangers;
mod strays;
mod supply;
mod template;
mod understanding;
mod users;
