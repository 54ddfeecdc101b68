//! What a patient was told: whether they were, and how often without having asked, so that it can have a measure.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::domain::lembretes::Kind;
use crate::id::{ConversaId, MedicoId};
use crate::problem::Problem;

/// What tells of what somebody did to a patient's time: visits called off, blocks, requests, offers.
pub const DONE: &[&str] = &["bloqueio", "cancelada", "oferta", "pedido"];
/// What tells of the visits a patient has or missed; the number after it is the `lembretes`' own.
const REMINDED: &[&str] = &["falta", "lembrete", "serie"];

/// How many of the last two hundred messages of a thread told the patient such things since.
///
/// # Errors
/// When Postgres does not answer.
pub async fn told(
    tx: &mut TenantTx,
    conversa: ConversaId,
    what: &[&str],
    since: Timestamp,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select proxima_em, split_part(chave, ':', 1) as what from saida
           where cliente_id = $1 and conversa_id = $2 order by id desc limit 200) s
         where s.proxima_em > $3 and s.what = any($4)",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(since.to_sqlx())
    .bind(what)
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// How often a patient was reminded of visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Reminded {
    /// Of anybody's.
    pub all: i64,
    /// Of the professional's.
    pub own: i64,
}

/// How many of the last two hundred messages of a thread reminded the patient of visits since: those that confirm a booking, or the others.
///
/// # Errors
/// When Postgres does not answer.
pub async fn reminded(
    tx: &mut TenantTx,
    conversa: ConversaId,
    (confirms, medico): (bool, MedicoId),
    since: Timestamp,
) -> Result<Reminded, Problem> {
    let count = sqlx::query_as(
        "select count(*) as all, count(*) filter (where a.medico_id = $6) as own
         from (select proxima_em, chave from saida where cliente_id = $1 and conversa_id = $2 order by id desc limit 200) s
         join lembretes l on l.cliente_id = $1
           and l.id = case when split_part(s.chave, ':', 1) = any($4) then split_part(s.chave, ':', 2)::bigint end
         join agendamentos a on a.cliente_id = $1 and a.id = l.agendamento_id
         where s.proxima_em > $3 and (l.tipo = any($7)) = $5",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(since.to_sqlx())
    .bind(REMINDED)
    .bind(confirms)
    .bind(medico)
    .bind(Kind::words(Kind::confirms))
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Whether the message of this name was written, however it fared since.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_written(tx: &mut TenantTx, chave: &str) -> Result<bool, Problem> {
    let written =
        sqlx::query_scalar("select exists (select from saida where cliente_id = $1 and chave = $2)");
    Ok(written.bind(tx.cliente_id()).bind(chave).fetch_one(tx.conn()).await?)
}
