//! `auditoria`: who changed what of a clinic's settings and people, with what it was before and what it is now. Rows are only added.
//!
//! One door, [`record`], called in the transaction of the change: the change and its trace exist together or not at all.

use serde::Serialize;
use serde_json::Value;

use super::TenantTx;
use crate::auth::{Session, UserType};
use crate::id::UserId;
use crate::problem::Problem;

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Somebody who logged in.
    User(UserType, UserId),
    /// The system itself: a worker, a schedule.
    System,
}

impl From<&Session> for Author {
    fn from(session: &Session) -> Self {
        Self::User(session.user_type(), session.user_id())
    }
}

impl Author {
    fn columns(self) -> (&'static str, Option<UserId>) {
        match self {
            Self::User(user_type, id) => (user_type.as_str(), Some(id)),
            Self::System => ("sistema", None),
        }
    }
}

/// Keeps one act. `action` is a verb and a noun (`alterar_servico`), `target` the thing's address without `/api/` (`servicos/12`); `before`
/// is `None` for what was created, `after` for what was removed. What changes nothing leaves no row.
///
/// # Errors
/// When Postgres does not answer.
pub async fn record<T: Serialize>(
    tx: &mut TenantTx,
    author: impl Into<Author>,
    action: &str,
    target: &str,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<(), Problem> {
    let (before, after) = (json(before)?, json(after)?);
    if before == after && before.is_some() {
        return Ok(());
    }
    let (autor_tipo, autor_id) = author.into().columns();
    sqlx::query(
        "insert into auditoria (cliente_id, autor_tipo, autor_id, acao, alvo, antes, depois)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tx.cliente_id())
    .bind(autor_tipo)
    .bind(autor_id)
    .bind(action)
    .bind(target)
    .bind(before)
    .bind(after)
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn json<T: Serialize>(value: Option<&T>) -> Result<Option<Value>, Problem> {
    value.map(serde_json::to_value).transpose().map_err(|_| Problem::Internal)
}
