//! The laptop: everything that stands around the functions when there is no AWS, brought up and down in one word.
//!
//! `up` starts what is missing and says where it is, `down` stops what `up` started, `daemon` is the one process that plays DynamoDB,
//! the queue's consumer, the schedule and WhatsApp, `stores -- command` runs a command against stores that vanish afterwards.

mod aws;
mod daemon;
mod evolution;
mod feeder;
mod home;
mod postgres;
mod process;
mod smtp;
mod stores;
mod summary;
mod tools;
mod up;
mod zips;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "local", about = "Horário Inteligente on a laptop")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings everything up and prints where it is.
    Up,
    /// Stops what `up` started.
    Down,
    /// Says what runs.
    Status,
    /// `DynamoDB`, the queue's consumer, the schedule and WhatsApp in one process; `up` starts it.
    Daemon,
    /// Builds what is deployed and says what it weighs.
    Zips,
    /// Runs a command against throw-away stores.
    Stores {
        /// The command and its arguments.
        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<String>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Up => up::up().await,
        Command::Down => up::down(),
        Command::Status => up::status(),
        Command::Daemon => daemon::run().await,
        Command::Zips => std::process::exit(zips::zips()?),
        Command::Stores { command } => {
            let code = stores::with_stores(&command).await?;
            std::process::exit(code);
        }
    }
}
