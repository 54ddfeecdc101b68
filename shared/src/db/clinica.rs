//! What a clinic tells its patients about itself.

use jiff::SignedDuration;

use super::TenantTx;
use crate::problem::Problem;

/// The clinic of a transaction.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Clinica {
    /// Its name.
    pub nome: String,
    /// Where it is.
    pub endereco: Option<String>,
    /// Its phone, as people dial it.
    pub telefone: Option<String>,
}

/// The clinic of this transaction.
///
/// # Errors
/// When Postgres does not answer.
pub async fn get(tx: &mut TenantTx) -> Result<Clinica, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as("select nome, endereco, telefone from clientes where id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await?;
    Ok(row)
}

/// After how long a silence of a person the assistant answers again (`clientes.humano_silencio_minutos`).
///
/// # Errors
/// When Postgres does not answer.
pub async fn humano_silencio(tx: &mut TenantTx) -> Result<SignedDuration, Problem> {
    let id = tx.cliente_id();
    let minutes: i32 = sqlx::query_scalar("select humano_silencio_minutos from clientes where id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await?;
    Ok(SignedDuration::from_mins(i64::from(minutes)))
}

/// Whether the clinic's messages leave through Meta's Cloud API.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_at_meta(tx: &mut TenantTx) -> Result<bool, Problem> {
    let at_meta = sqlx::query_scalar("select whatsapp_provedor = 'cloud' from clientes where id = $1")
        .bind(tx.cliente_id())
        .fetch_one(tx.conn())
        .await?;
    Ok(at_meta)
}
