//! One turn of a patient's conversation: understand, act, answer.
//!
//! SQS hands over batches; [`worker`] walks them in order, [`listening`] knows when a person has finished writing, [`turn`] does one turn in one
//! transaction, [`engine`] may ask a language model before it, [`dialogue`] decides what to say with what [`reading`] read and what the agenda allows. Commit first, send after: nobody ever reads
//! "confirmado" for what was not saved.

pub mod context;
pub mod dialogue;
pub mod engine;
pub mod listening;
pub mod reading;
pub mod turn;
pub mod worker;

pub use engine::Engine;
pub use listening::Listening;
pub use worker::{handle, handle_thinking};
