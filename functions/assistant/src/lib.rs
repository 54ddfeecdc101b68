//! One turn of a patient's conversation: understand, act, answer.
//!
//! SQS hands over batches; [`worker`] walks them, a conversation in order, and each message through the rooms: `voice` turns recordings into text,
//! [`listening`] knows when a person has finished writing, [`engine`] may ask a language model, [`turn`] does one turn in one transaction,
//! [`dialogue`] decides what to say with what [`reading`] read and what the agenda allows. Commit first, send after: nobody ever reads
//! "confirmado" for what was not saved.

mod connection;
pub mod context;
pub mod dialogue;
pub mod engine;
pub mod listening;
pub mod reading;
pub mod turn;
mod voice;
pub mod worker;

use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::parts::WorkerParts;
use shared::transcriber::Transcriber;

pub use engine::Engine;
pub use listening::Listening;
pub use worker::handle;

/// Reads what [`WorkerParts::load`] does, and the language models and the transcriber that are there.
///
/// # Errors
/// Everything that is missing or malformed, at once.
pub async fn load(mut env: Env, clock: SharedClock) -> Result<(WorkerParts, Engine), ConfigError> {
    let engine = Engine::load(&mut env).await;
    let transcriber = Transcriber::load(&mut env).await;
    Ok((WorkerParts::load(env, clock).await?.with_transcriber(transcriber), engine))
}
