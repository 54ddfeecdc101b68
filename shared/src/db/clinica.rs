//! What a clinic tells its patients about itself.

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
