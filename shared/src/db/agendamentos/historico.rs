//! `historico`: every change of an appointment. Rows are only ever added.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::Author;
use crate::db::TenantTx;
use crate::id::{AgendamentoId, UserId};
use crate::problem::Problem;

/// A change, with the name of who made it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Change {
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub em: Timestamp,
    /// What was done.
    pub acao: String,
    /// Through which channel.
    pub canal: String,
    /// `medico`, `secretaria`, `paciente`, `sistema`.
    pub autor_tipo: Option<String>,
    /// The user, when it was one.
    pub autor_id: Option<UserId>,
    /// The user's name.
    pub autor_nome: Option<String>,
    /// The appointment before.
    pub antes: Option<Value>,
    /// The appointment after.
    pub depois: Option<Value>,
}

/// Writes the change into the history.
///
/// # Errors
/// When Postgres does not answer.
pub async fn record(
    tx: &mut TenantTx,
    id: AgendamentoId,
    action: &'static str,
    author: Author,
    (before, after): (Option<Value>, Value),
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into historico (cliente_id, agendamento_id, acao, canal, autor_tipo, autor_id, antes, depois, em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(action)
    .bind(author.canal.as_str())
    .bind(author.kind())
    .bind(author.user_id())
    .bind(before)
    .bind(after)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The changes of an appointment, oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn history(tx: &mut TenantTx, id: AgendamentoId) -> Result<Vec<Change>, Problem> {
    let rows = sqlx::query_as(
        "select h.em, h.acao, h.canal, h.autor_tipo, h.autor_id, coalesce(m.nome, s.nome) as autor_nome, h.antes, h.depois
         from historico h
         left join medicos m on h.autor_tipo = 'medico' and m.id = h.autor_id
         left join secretarias s on h.autor_tipo = 'secretaria' and s.id = h.autor_id
         where h.cliente_id = $1 and h.agendamento_id = $2
         order by h.id",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
