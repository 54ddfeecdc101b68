//! `emails`: e-mails leave only after the transaction that decided them is committed; `crate::email` sends them.
//!
//! A row goes `pendente` → `enviando` (claimed for a while) → `enviado`, or back to `pendente` with a later time, or `falhou`.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{AgendamentoId, EmailId};
use crate::problem::Problem;

/// Rows are kept so long after they were written: they name people.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An e-mail to be sent.
#[derive(Debug)]
pub struct NewEmail<'a> {
    /// The address.
    pub para: &'a str,
    /// The subject, on one line.
    pub assunto: &'a str,
    /// The text, plain.
    pub texto: &'a str,
    /// A name under which the same e-mail is written only once.
    pub chave: &'a str,
    /// The appointment it speaks of, if it speaks of one.
    pub agendamento_id: Option<AgendamentoId>,
    /// When it may leave.
    pub at: Timestamp,
    /// Whether it leaves before the clinic's others.
    pub urgente: bool,
}

/// An e-mail claimed for sending.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claimed {
    /// `emails.id`.
    pub id: EmailId,
    /// The address.
    pub para: String,
    /// The subject.
    pub assunto: String,
    /// The text.
    pub texto: String,
    /// Attempts so far, this one included.
    pub tentativas: i32,
    /// When it was decided.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
}

/// How an attempt to send ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it.
    Sent,
    /// Worth trying again at this time.
    Later(Timestamp),
    /// It will never work, for this reason, without personal data.
    Failed(&'static str),
}

impl Outcome {
    /// The state, when it is tried again, and why it never will be.
    pub(in crate::db) fn columns(self) -> (&'static str, Option<Timestamp>, Option<&'static str>) {
        match self {
            Self::Sent => ("enviado", None, None),
            Self::Later(at) => ("pendente", Some(at), None),
            Self::Failed(reason) => ("falhou", None, Some(reason)),
        }
    }
}

/// How many e-mails about appointments were written to an address since then.
///
/// # Errors
/// When Postgres does not answer.
pub async fn about_appointments(tx: &mut TenantTx, para: &str, since: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from emails where para = $1 and criado_em > $2 and agendamento_id is not null",
    )
    .bind(para)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Writes an e-mail; nothing when one with the same `chave` is there.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(tx: &mut TenantTx, new: &NewEmail<'_>) -> Result<(), Problem> {
    sqlx::query(
        "insert into emails (cliente_id, para, assunto, texto, chave, agendamento_id, proxima_em, criado_em, prioridade)
         values ($1, $2, $3, $4, $5, $6, $7, $7, case when $8 then 0 else 1 end) on conflict (cliente_id, chave) do nothing",
    )
    .bind(tx.cliente_id())
    .bind(new.para)
    .bind(new.assunto)
    .bind(new.texto)
    .bind(new.chave)
    .bind(new.agendamento_id)
    .bind(new.at.to_sqlx())
    .bind(new.urgente)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Claims the next due e-mail, of an emergency first, for `lease`; other workers skip it. One whose worker died is claimed again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(tx: &mut TenantTx, now: Timestamp, lease: Duration) -> Result<Option<Claimed>, Problem> {
    let row = sqlx::query_as(
        "update emails set estado = 'enviando', tentativas = tentativas + 1, lease_ate = $2
         where id = (
           select id from emails
           where cliente_id = $3
             and (estado = 'pendente' and proxima_em <= $1 or estado = 'enviando' and lease_ate < $1)
           order by prioridade, proxima_em, id limit 1
           for update skip locked)
         returning id, para, assunto, texto, tentativas, criado_em",
    )
    .bind(now.to_sqlx())
    .bind((now + lease).to_sqlx())
    .bind(tx.cliente_id())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Writes down how an attempt ended; what a server took stays sent. The text of an invitation is forgotten at its end: its link is a secret.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(tx: &mut TenantTx, id: EmailId, outcome: Outcome, now: Timestamp) -> Result<(), Problem> {
    let (estado, later, erro) = outcome.columns();
    sqlx::query(
        "update emails set estado = $2, proxima_em = coalesce($3, proxima_em), erro = $4, lease_ate = null,
                texto = case when $2 in ('enviado', 'falhou') and chave ~ '^(convite|senha):' then '(convite)' else texto end,
                enviado_em = case when $2 = 'enviado' then $5 end
         where id = $1 and (estado = 'enviando' or $2 = 'enviado')",
    )
    .bind(id)
    .bind(estado)
    .bind(later.map(ToSqlx::to_sqlx))
    .bind(erro)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets e-mails of a month ago, whatever became of them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    sqlx::query("delete from emails where cliente_id = $1 and criado_em < $2")
        .bind(tx.cliente_id())
        .bind((now - KEPT_FOR).to_sqlx())
        .execute(tx.conn())
        .await?;
    Ok(())
}
