//! `historico`: every change of an appointment. Rows are only ever added.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::{Agendamento, Author};
use crate::db::TenantTx;
use crate::id::{AgendamentoId, UserId};
use crate::problem::Problem;

/// A change, with the name of who made it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Change {
    /// Its place among all; a later one is higher.
    pub id: i64,
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

/// The last `most` changes of an appointment before another (none: of all), oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn history(
    tx: &mut TenantTx,
    id: AgendamentoId,
    before: Option<i64>,
    most: i64,
) -> Result<Vec<Change>, Problem> {
    let mut rows: Vec<Change> = sqlx::query_as(
        "select h.id, h.em, h.acao, h.canal, h.autor_tipo, h.autor_id, coalesce(m.nome, s.nome) as autor_nome, h.antes, h.depois
         from historico h
         left join medicos m on h.autor_tipo = 'medico' and m.id = h.autor_id
         left join secretarias s on h.autor_tipo = 'secretaria' and s.id = h.autor_id
         where h.cliente_id = $1 and h.agendamento_id = $2 and h.id < $3
         order by h.id desc limit $4",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(before.unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(tx.conn())
    .await?;
    rows.reverse();
    Ok(rows)
}

/// How often its patient moved an appointment since `since`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_own_moves(tx: &mut TenantTx, id: AgendamentoId, since: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from historico
         where cliente_id = $1 and agendamento_id = $2 and acao = 'remarcado' and autor_tipo = 'paciente' and em > $3",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// When staff changed an appointment since `since`, before its last `later` changes of theirs.
///
/// # Errors
/// When Postgres does not answer.
pub async fn staff_change_before(
    tx: &mut TenantTx,
    id: AgendamentoId,
    later: i64,
    since: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let at: Option<jiff_sqlx::Timestamp> = sqlx::query_scalar(
        "select em from historico
         where cliente_id = $1 and agendamento_id = $2 and autor_tipo in ('medico', 'secretaria') and em > $3
         order by em desc offset $4 limit 1",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .bind(since.to_sqlx())
    .bind(later)
    .fetch_optional(tx.conn())
    .await?;
    Ok(at.map(Into::into))
}

/// Whether an appointment took the time it has (or had, `before` a change) after `since`, and not because the waiting list was offered it: until
/// then the time was free for anybody.
///
/// # Errors
/// When Postgres does not answer.
pub async fn took_its_time_since(
    tx: &mut TenantTx,
    before: &Agendamento,
    since: Timestamp,
) -> Result<bool, Problem> {
    let lately = sqlx::query_scalar(
        "select (a.criado_em > $3 and not exists (
                   select from lista_espera l
                   where l.cliente_id = $1 and l.paciente_id = a.paciente_id and l.agendamento_id = a.id))
             or exists (
                   select from historico h
                   where h.cliente_id = $1 and h.agendamento_id = a.id and h.acao = 'remarcado' and h.em > $3
                     and (h.depois ->> 'medico_id')::bigint = $4 and (h.depois ->> 'inicio_em')::timestamptz = $5)
         from agendamentos a where a.cliente_id = $1 and a.id = $2",
    )
    .bind(tx.cliente_id())
    .bind(before.id)
    .bind(since.to_sqlx())
    .bind(before.medico_id)
    .bind(before.inicio_em.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(lately)
}
