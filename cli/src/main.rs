//! `hi`: the operator's command.
//!
//! Every subcommand does one thing, prints what a person or a script needs on standard output, and exits non-zero with one
//! sentence on standard error when it can't.

mod keys;
mod onboard;
mod webhook_url;

use anyhow::Context;
use clap::{Parser, Subcommand};
use shared::db::migrate::{RolePasswords, load_demo, migrate};
use shared::secrecy::SecretString;

#[derive(Parser)]
#[command(name = "hi", version, about = "Horário Inteligente: the operator's command")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the database's schema up to date; safe to run twice.
    Migrate {
        /// Where to connect, as the owner of the schema.
        #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
        database_url: String,
        /// A password for the role `hi_app`.
        #[arg(long, env = "HI_APP_PASSWORD", hide_env_values = true)]
        app_password: Option<String>,
        /// A password for the role `hi_operador`.
        #[arg(long, env = "HI_OPERADOR_PASSWORD", hide_env_values = true)]
        operador_password: Option<String>,
        /// A password for the role `hi_admin`.
        #[arg(long, env = "HI_ADMIN_PASSWORD", hide_env_values = true)]
        admin_password: Option<String>,
    },
    /// Fills the database with the demonstration's clinics.
    Demo {
        /// Where to connect, as the owner of the schema.
        #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
        database_url: String,
    },
    /// Makes a clinic whole in one step: entry, first services and holidays, invitation of its gestor, line to WhatsApp; run twice, it goes on.
    Onboard(Box<onboard::Onboard>),
    /// Prints a new pair of signing keys as JSON.
    Keys,
    /// Prints, as JSON, where and with which headers an instance's events are posted.
    WebhookUrl {
        /// The instance, as in `clientes.whatsapp_instance`.
        instancia: String,
        /// The keys the secrets of instances are made with; the first is the current one.
        #[arg(long, env = "WEBHOOK_KEY", hide_env_values = true)]
        webhook_key: String,
        /// Where the webhook function is reached.
        #[arg(long, env = "GATEWAY_URL", default_value = "http://127.0.0.1:8000")]
        gateway_url: String,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Migrate { database_url, app_password, operador_password, admin_password } => {
            let passwords = RolePasswords {
                app: app_password.map(SecretString::from),
                operador: operador_password.map(SecretString::from),
                admin: admin_password.map(SecretString::from),
            };
            let count = migrate(&SecretString::from(database_url), &passwords).await.context("hi migrate")?;
            say(&format!("schema up to date: {count} migrations"))
        }
        Command::Demo { database_url } => {
            load_demo(&SecretString::from(database_url)).await.context("hi demo")?;
            say("demonstration data loaded")
        }
        Command::Onboard(asked) => say(&onboard::run(*asked).await.context("hi onboard")?),
        Command::Keys => say(&keys::generate()?),
        Command::WebhookUrl { instancia, webhook_key, gateway_url } => {
            say(&webhook_url::describe(&instancia, &webhook_key, &gateway_url)?)
        }
    }
}

/// Prints a line; a reader that went away is no error.
fn say(line: &str) -> anyhow::Result<()> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
