//! `pagadores`: who pays for a clinic. Money: to who sees none there is no such row.

use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::id::ClienteId;
use crate::problem::Problem;

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Pagador {
    /// Their name.
    pub nome: String,
    /// Their CPF or CNPJ, without punctuation.
    pub documento: String,
    /// Where invoices are sent.
    pub email: Option<String>,
}

/// Who pays for a clinic, if it is known.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find(tx: &mut OperatorTx, id: ClienteId) -> Result<Option<Pagador>, Problem> {
    let row = sqlx::query_as("select nome, documento, email from pagadores where cliente_id = $1");
    Ok(row.bind(id).fetch_optional(tx.conn()).await?)
}

/// Writes who pays.
///
/// # Errors
/// When Postgres does not answer.
pub async fn put(tx: &mut OperatorTx, id: ClienteId, pagador: &Pagador) -> Result<(), Problem> {
    sqlx::query(
        "insert into pagadores (cliente_id, nome, documento, email) values ($1, $2, $3, $4)
         on conflict (cliente_id) do update set nome = excluded.nome, documento = excluded.documento, email = excluded.email",
    )
    .bind(id)
    .bind(&pagador.nome)
    .bind(&pagador.documento)
    .bind(&pagador.email)
    .execute(tx.conn())
    .await?;
    Ok(())
}
