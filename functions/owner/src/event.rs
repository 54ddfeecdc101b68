//! What the function is asked.

use serde::Deserialize;
use serde_json::Value;

/// All it is asked.
#[derive(Debug)]
pub enum Event {
    /// By a person.
    Pedido(Pedido),
    /// By Secrets Manager.
    Rotation(Rotation),
}

/// `{"fazer": …}`.
#[derive(Debug, Deserialize)]
#[serde(tag = "fazer", rename_all = "lowercase")]
pub enum Pedido {
    /// The schema is brought up to date, and the roles have the passwords of their secrets.
    Migrar,
    /// The first operator is made and invited, while no admin has a password; from then on admins invite each other.
    Convidar {
        /// Their name.
        nome: String,
        /// Their login.
        email: String,
    },
}

/// A step of changing what is in a secret: a password, or Evolution's certificate.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rotation {
    /// The secret.
    #[serde(rename = "SecretId")]
    pub secret: String,
    /// The version that is to hold the new one.
    #[serde(rename = "ClientRequestToken")]
    pub version: String,
    /// What is to be done.
    pub step: Step,
}

/// The steps, in their order; each may come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// A new one is made, and waits.
    CreateSecret,
    /// Postgres takes the password.
    SetSecret,
    /// It is tried.
    TestSecret,
    /// It is the one that is read.
    FinishSecret,
}

impl Event {
    /// What an event asks for.
    ///
    /// # Errors
    /// When it is nothing known; the error says what is.
    pub fn read(event: Value) -> Result<Self, serde_json::Error> {
        if event.get("Step").is_some() {
            serde_json::from_value(event).map(Self::Rotation)
        } else {
            serde_json::from_value(event).map(Self::Pedido)
        }
    }
}
