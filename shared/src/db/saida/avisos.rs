//! Notices to professionals: they leave through the outbox and belong to no thread.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::AgendamentoId;
use crate::problem::Problem;
use crate::telemetry;

/// A message to somebody of the clinic: it belongs to no thread, for it is no conversation.
#[derive(Debug)]
pub struct NewAviso<'a> {
    /// The appointment it speaks of; one of an emergency speaks of none, and leaves before the answers of its transaction.
    pub agendamento_id: Option<AgendamentoId>,
    /// The digits of the phone.
    pub destino: &'a str,
    /// The text.
    pub texto: &'a str,
    /// A name under which the same message is written only once.
    pub chave: &'a str,
    /// When it may leave.
    pub at: Timestamp,
}

/// Writes a notice into the outbox; nothing when one with the same `chave` is there.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert_aviso(tx: &mut TenantTx, new: &NewAviso<'_>) -> Result<(), Problem> {
    let done = sqlx::query(
        "insert into saida (cliente_id, agendamento_id, destino, texto, chave, proxima_em, prioridade, correlacao)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(tx.cliente_id())
    .bind(new.agendamento_id)
    .bind(new.destino)
    .bind(new.texto)
    .bind(new.chave)
    .bind(new.at.to_sqlx())
    .bind(i16::from(new.agendamento_id.is_some()))
    .bind(telemetry::correlation().as_deref())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() > 0 {
        tx.speak();
    }
    Ok(())
}

/// Whether a message from the clinic's own number is a notice of ours.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_aviso(tx: &mut TenantTx, texto: &str, whatsapp_id: &str) -> Result<bool, Problem> {
    let found = sqlx::query_scalar(
        "select exists (
           select from (
             select texto, whatsapp_id from saida where cliente_id = $1 and conversa_id is null order by id desc limit 200) s
           where s.whatsapp_id = $3 or btrim(s.texto) = btrim($2))",
    )
    .bind(tx.cliente_id())
    .bind(texto)
    .bind(whatsapp_id)
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// Whether a notice went to a phone since.
///
/// # Errors
/// When Postgres does not answer.
pub async fn was_noticed(tx: &mut TenantTx, destino: &str, since: Timestamp) -> Result<bool, Problem> {
    let found = sqlx::query_scalar(
        "select exists (
           select from (
             select proxima_em from saida where cliente_id = $1 and destino = $2 and conversa_id is null order by id desc limit 1) s
           where s.proxima_em >= $3)",
    )
    .bind(tx.cliente_id())
    .bind(destino)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// How many notices about appointments went, or are to go, to a phone since.
///
/// # Errors
/// When Postgres does not answer.
pub async fn about_appointments(tx: &mut TenantTx, destino: &str, since: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from saida
         where cliente_id = $1 and destino = $2 and conversa_id is null and agendamento_id is not null and proxima_em > $3",
    )
    .bind(tx.cliente_id())
    .bind(destino)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
