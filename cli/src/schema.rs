//! `hi migrate` and `hi demo`: the schema, and the demonstration's clinics.

use serde_json::json;
use shared::db::migrate::{RolePasswords, load_demo, migrate};
use shared::secrecy::SecretString;

use crate::answer::Answer;

/// A schema brought up to date.
#[derive(clap::Args)]
#[command(
    after_help = "Exemplo:\n  OWNER_DATABASE_URL=postgres://dono:senha@host/banco hi migrate --app-password …"
)]
pub(crate) struct Migrate {
    /// O banco, como dono do esquema.
    #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Uma senha para o papel `hi_app`.
    #[arg(long, env = "HI_APP_PASSWORD", hide_env_values = true)]
    app_password: Option<String>,
    /// Uma senha para o papel `hi_operador`.
    #[arg(long, env = "HI_OPERADOR_PASSWORD", hide_env_values = true)]
    operador_password: Option<String>,
    /// Uma senha para o papel `hi_admin`.
    #[arg(long, env = "HI_ADMIN_PASSWORD", hide_env_values = true)]
    admin_password: Option<String>,
}

/// The demonstration's data.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// O banco, como dono do esquema.
    #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
    database_url: String,
}

/// `hi migrate`.
pub(crate) async fn run_migrate(asked: Migrate) -> anyhow::Result<Answer> {
    let passwords = RolePasswords {
        app: asked.app_password.map(SecretString::from),
        operador: asked.operador_password.map(SecretString::from),
        admin: asked.admin_password.map(SecretString::from),
    };
    let count = migrate(&SecretString::from(asked.database_url), &passwords).await?;
    Answer::new(format!("esquema em dia: {count} migrações"), json!({ "migracoes": count }))
}

/// `hi demo`.
pub(crate) async fn run_demo(asked: Demo) -> anyhow::Result<Answer> {
    load_demo(&SecretString::from(asked.database_url)).await?;
    Answer::new("dados de demonstração carregados", json!({ "demo": true }))
}
