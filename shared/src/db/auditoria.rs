//! `auditoria`: who changed what of a clinic's settings and people, with what it was before and what it is now. Rows are only added.
//!
//! Called in the transaction of the change, so that the change and its trace exist together or not at all. [`record`] keeps any act;
//! [`record_change`] keeps what became of a row, and nothing when nothing did.

use serde::Serialize;
use serde_json::Value;

use super::agendamentos::Canal;
use super::{TenantTx, agendamentos};
use crate::auth::{Session, UserType};
use crate::id::UserId;
use crate::problem::Problem;

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Somebody who logged in.
    User(UserType, UserId),
    /// A patient, by whatever channel.
    Patient,
    /// The system itself: a worker, a schedule.
    System,
}

impl From<&Session> for Author {
    fn from(session: &Session) -> Self {
        Self::User(session.user_type(), session.user_id())
    }
}

impl From<agendamentos::Author> for Author {
    fn from(author: agendamentos::Author) -> Self {
        match (author.user, author.canal) {
            (Some((user_type, id)), _) => Self::User(user_type, id),
            (None, Canal::Sistema) => Self::System,
            (None, _) => Self::Patient,
        }
    }
}

impl Author {
    fn columns(self) -> (&'static str, Option<UserId>) {
        match self {
            Self::User(user_type, id) => (user_type.as_str(), Some(id)),
            Self::Patient => ("paciente", None),
            Self::System => ("sistema", None),
        }
    }
}

/// Keeps one act. `action` is a noun and what became of it (`servico_alterado`), `target` the thing's address without `/api/`
/// (`servicos/12`).
///
/// # Errors
/// When Postgres does not answer.
pub async fn record(
    tx: &mut TenantTx,
    author: impl Into<Author>,
    action: &str,
    target: &str,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<(), Problem> {
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

/// As [`record`], for a row: `before` is `None` when it was created, `after` when it was removed. What changed nothing leaves no trace.
///
/// # Errors
/// As [`record`].
pub async fn record_change<T: Serialize>(
    tx: &mut TenantTx,
    author: impl Into<Author>,
    action: &str,
    target: &str,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<(), Problem> {
    let (before, after) = (json(before)?, json(after)?);
    if before == after {
        return Ok(());
    }
    record(tx, author, action, target, before, after).await
}

fn json<T: Serialize>(value: Option<&T>) -> Result<Option<Value>, Problem> {
    value.map(serde_json::to_value).transpose().map_err(|_| Problem::Internal)
}
