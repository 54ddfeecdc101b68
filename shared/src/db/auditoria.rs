//! `auditoria`: who changed what in a clinic, beside the appointments' own history.

use serde_json::Value;

use super::TenantTx;
use super::agendamentos::Author;
use crate::problem::Problem;

/// Writes down that `author` did `action` to `target` (`pacientes/17`).
///
/// # Errors
/// When Postgres does not answer.
pub async fn record(
    tx: &mut TenantTx,
    author: Author,
    action: &str,
    target: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into auditoria (cliente_id, autor_tipo, autor_id, acao, alvo, antes, depois)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tx.cliente_id())
    .bind(author.kind())
    .bind(author.user_id())
    .bind(action)
    .bind(target)
    .bind(before)
    .bind(after)
    .execute(tx.conn())
    .await?;
    Ok(())
}
