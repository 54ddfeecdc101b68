//! Copies: of one clinic, readable, which can be restored beside others; of the whole system; and the register of what was erased.
//!
//! Only the `hi` command and the tests come here, as the schema's owner, who must be able to see every clinic's rows: the catalogue is asked whether
//! any policy hides one (`visao`), and then nothing is copied, instead of leaving rows out in silence. What a clinic consists of is read from the
//! catalogue ([`Catalogo`]); what is left out, and how numbers of rows are found in texts and documents, is decided in [`decisoes`].

mod apagamentos;
mod catalogo;
pub mod decisoes;
mod exportar;
mod gravar;
mod inerte;
mod manifesto;
mod numeros;
mod programa;
mod restaurar;
mod selo;
mod sistema;
mod trocas;
mod visao;

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

pub use apagamentos::{Apagamento, Refeito, read_file as read_apagamentos, write_file as write_apagamentos};
pub use catalogo::{CLIENTES, Catalogo, Chave, Coluna, Tabela};
pub use exportar::{Pedido as PedidoDeCopia, export};
pub use manifesto::{Arquivo, FORMATO, Manifesto, Pasta};
pub use restaurar::{Pedido as PedidoDeRestauracao, Restaurada, restore};
pub use selo::Chaves;
pub use sistema::{
    Sistema, SistemaRestaurado, announce, backup as backup_system, backup_register, reapply,
    restore as restore_system,
};

/// For whom a copy of a clinic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Perfil {
    /// For the platform, to be restored: with the hashes of passwords.
    Backup,
    /// For the clinic, to be taken elsewhere: without secrets, without what is only technical.
    Portabilidade,
}

/// Why a copy was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum CopiaError {
    /// What was asked for cannot be done, in words for whoever asked; nothing was written.
    #[error("{0}")]
    Refused(String),
    /// A file could not be read or written.
    #[error("arquivo: {0}")]
    File(#[from] std::io::Error),
    /// Postgres did not answer or refused.
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// A manifest or a line could not be read.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// A step inside a clinic failed.
    #[error("dentro da clínica: {0:?}")]
    Problem(crate::problem::Problem),
}

impl CopiaError {
    pub(crate) fn refused(words: impl Into<String>) -> Self {
        Self::Refused(words.into())
    }
}

/// Who is told how far long work is.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// How the owner's connections behave: policies hold, and long work may take long.
fn options(url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options = PgConnectOptions::from_str(url.expose_secret())?;
    Ok(options.options([("timezone", "UTC"), ("row_security", "on"), ("statement_timeout", "0")]))
}

/// One connection of the owner's, from whom no row is hidden.
async fn connect(url: &SecretString) -> Result<PgConnection, CopiaError> {
    let mut conn = PgConnection::connect_with(&options(url)?).await?;
    visao::nothing_is_hidden(&mut conn).await?;
    Ok(conn)
}

/// A pool of one connection, whose transactions own what they need.
fn pool(url: &SecretString) -> Result<PgPool, sqlx::Error> {
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(20));
    Ok(pool.connect_lazy_with(options(url)?))
}

/// The operator at the terminal: by e-mail, or the oldest admin; number and papel.
async fn operator(
    conn: &mut PgConnection,
    email: Option<&str>,
) -> Result<Option<(i64, String)>, sqlx::Error> {
    sqlx::query_as(
        "select id, papel from operadores
         where ativo and case when $1::text is null then papel = 'admin' else email = lower(btrim($1)) end order by id limit 1",
    )
    .bind(email)
    .fetch_optional(conn)
    .await
}

/// A statement made of names of the catalogue, each quoted; values are always parameters.
fn dynamic(statement: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(statement)
}

/// The clinic at an address.
async fn clinic_at(conn: &mut PgConnection, subdomain: &str) -> Result<i64, CopiaError> {
    sqlx::query_scalar("select id from clientes where subdomain = lower($1)")
        .bind(subdomain.trim())
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| CopiaError::refused(format!("Não há clínica no endereço “{subdomain}”.")))
}
