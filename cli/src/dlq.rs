//! `hi dlq`: messages nobody could handle.

use clap::Subcommand;
use serde_json::json;
use shared::queue::redrive::{DeadLetters, RedriveError};

use crate::answer::{Answer, progress, refused};

/// What is done.
#[derive(Subcommand)]
pub(crate) enum Act {
    /// Conta as mensagens: esperando, em trabalho, paradas.
    Status,
    /// Devolve à fila as mensagens paradas, na ordem de cada conversa. Interrompido, nada se perde: rode de novo.
    Redrive {
        /// No máximo tantas.
        #[arg(long, default_value_t = 1000)]
        max: u64,
    },
}

/// The dead-letter queue.
#[derive(clap::Args)]
#[command(after_help = "Exemplos:\n  hi dlq status\n  hi dlq redrive --max 100")]
pub(crate) struct Dlq {
    #[command(subcommand)]
    act: Act,
    /// A fila de entrada; a das paradas é a que ela mesma diz.
    #[arg(long, env = "QUEUE_URL")]
    queue_url: String,
}

fn told(error: RedriveError) -> anyhow::Error {
    match error {
        RedriveError::NoDeadLetters => refused(error.to_string()),
        RedriveError::Sqs(_) => anyhow::Error::new(error),
    }
}

/// Does it.
pub(crate) async fn run(asked: Dlq) -> anyhow::Result<Answer> {
    let letters = DeadLetters::connect(asked.queue_url).await.map_err(told)?;
    let before = letters.depth().await.map_err(told)?;
    match asked.act {
        Act::Status => {
            let words = format!(
                "{} esperando, {} em trabalho, {} paradas",
                before.esperando, before.em_trabalho, before.paradas
            );
            Answer::new(words, before)
        }
        Act::Redrive { max } => {
            let done =
                letters.redrive(max, &|done| progress(&format!("{done} devolvidas"))).await.map_err(told)?;
            let after = letters.depth().await.map_err(told)?;
            let words = format!("{done} mensagens devolvidas à fila; {} ainda paradas.", after.paradas);
            Answer::new(words, json!({ "devolvidas": done, "antes": before, "depois": after }))
        }
    }
}
