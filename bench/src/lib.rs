//! What the budgets of the design are measured with: `make bench`.
//!
//! | module | what |
//! |---|---|
//! | [`agenda`] | what the slot engine is asked |
//! | [`lambda`] | the Lambda service as a function sees it: one environment is one process that handles one event at a time |
//! | [`event`] | what the gateway and the queue send |
//! | [`wire`] | what a function sent to a store, recorded on its way, and sent again without the function: the floor of a ratio |
//! | [`pg`] | a few statements to Postgres, without a driver |
//! | [`outside`] | stand-ins for SQS and for WhatsApp, as fast as they can be |
//! | [`measure`] | medians, and how far they differ from one part of a run to another |
//! | [`sampled`] | when `make profile` samples |
//! | [`report`] | the rows, printed, and as pictures |
//!
//! Everything is on loopback, with the functions as they are deployed: the release build, started by the harness.

pub mod agenda;
pub mod event;
pub mod lambda;
pub mod measure;
pub mod outside;
pub mod pg;
pub mod report;
pub mod sampled;
pub mod wire;
