//! One turn of a patient's conversation: understand, act, answer.
//!
//! SQS hands over batches; [`worker`] walks them in order, [`turn`] does one message in one transaction, [`dialogue`] decides
//! what to say with what [`reading`] read and what the agenda allows. Commit first, send after: nobody ever reads
//! "confirmado" for what was not saved.

mod connection;
pub mod context;
pub mod dialogue;
pub mod reading;
pub mod turn;
pub mod worker;

pub use worker::handle;
