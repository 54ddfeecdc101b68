//! What more than one program needs, and whatever speaks to a store or another server.
//!
//! A request crosses this crate in one direction: [`http`] receives the event and finds the route, [`tenant`] turns the
//! Host into a clinic, [`auth`] turns the token into a session, the function's handler decides with
//! [`agenda`] and [`domain`], and [`db`] runs SQL inside [`db::Db::in_tenant`], the only door to the database. A refusal anywhere is a
//! [`problem::Problem`]. Beside that road stand [`cache`] (Redis), [`ledger`] (DynamoDB), [`queue`] (SQS),
//! [`whatsapp`] (Evolution and Meta) and [`outbox`], which sends what was decided, [`transcriber`], [`email`] (SMTP), [`pagamentos`] (Pix and Asaas),
//! [`meter`] (what is counted of a clinic), [`parts`] (what a handler or worker is given of all these), [`config`], [`secrets`], [`clock`], [`step`]
//! and [`telemetry`]; and what all of them speak with, [`id`] and [`portuguese`].
//!
//! [`onboarding`] makes a clinic, [`console`] is what operators do to clinics and each other, `doctor` says how every dependency is.
//!
//! What must not be done: no SQL outside `db`, no environment outside `config`, no clock outside `clock`, and `domain`
//! stays pure. The words of the domain are in `docs/glossary.md`.

pub mod agenda;
pub mod auth;
mod aws;
pub mod cache;
pub mod clock;
pub mod config;
pub mod console;
pub mod db;
#[cfg(feature = "migrate")]
pub mod doctor;
pub mod domain;
pub mod email;
pub mod http;
pub mod id;
pub mod ledger;
pub mod meter;
pub mod onboarding;
pub mod outbox;
pub mod pagamentos;
pub mod parts;
pub mod portuguese;
pub mod problem;
pub mod queue;
pub mod secrets;
pub mod step;
pub mod telemetry;
pub mod tenant;
#[cfg(feature = "testing")]
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "tests stop where they fail"
)]
pub mod testing;
pub mod transcriber;
pub mod whatsapp;

pub use secrecy;
