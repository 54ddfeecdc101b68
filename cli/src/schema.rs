//! `hi migrate` and `hi demo`: the schema, and the demonstration's clinics.

use serde_json::json;
use shared::db::migrate::{RolePasswords, load_demo, load_scale, migrate};
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
    /// Uma senha para o papel `hi_login`.
    #[arg(long, env = "HI_LOGIN_PASSWORD", hide_env_values = true)]
    login_password: Option<String>,
    /// Uma senha para o papel `hi_cartas`.
    #[arg(long, env = "HI_CARTAS_PASSWORD", hide_env_values = true)]
    cartas_password: Option<String>,
}

/// The demonstration's data.
#[derive(clap::Args)]
#[command(after_help = "Exemplo:\n  hi demo --scale 1000 --consultas 100000")]
pub(crate) struct Demo {
    /// O banco, como dono do esquema.
    #[arg(long, env = "OWNER_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Completa até este número de clínicas, para ver o que cresce.
    #[arg(long, value_name = "CLÍNICAS")]
    scale: Option<u32>,
    /// Quantas consultas passadas elas têm juntas; sem isto, cem de cada uma.
    #[arg(long, requires = "scale")]
    consultas: Option<u32>,
}

/// `hi migrate`.
pub(crate) async fn run_migrate(asked: Migrate) -> anyhow::Result<Answer> {
    let passwords = RolePasswords {
        app: asked.app_password.map(SecretString::from),
        operador: asked.operador_password.map(SecretString::from),
        admin: asked.admin_password.map(SecretString::from),
        login: asked.login_password.map(SecretString::from),
        cartas: asked.cartas_password.map(SecretString::from),
    };
    let count = migrate(&SecretString::from(asked.database_url), &passwords).await?;
    Answer::new(format!("esquema em dia: {count} migrações"), json!({ "migracoes": count }))
}

/// `hi demo`.
pub(crate) async fn run_demo(asked: Demo) -> anyhow::Result<Answer> {
    let owner = SecretString::from(asked.database_url);
    load_demo(&owner).await?;
    let Some(clinicas) = asked.scale else {
        return Answer::new("dados de demonstração carregados", json!({ "demo": true }));
    };
    let consultas = asked.consultas.unwrap_or(clinicas.saturating_mul(100));
    load_scale(&owner, clinicas, consultas).await?;
    let told =
        format!("dados de demonstração carregados: {clinicas} clínicas, {consultas} consultas passadas");
    Answer::new(told, json!({ "demo": true, "clinicas": clinicas, "consultas": consultas }))
}
