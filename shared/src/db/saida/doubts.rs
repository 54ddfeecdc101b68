//! Messages of which nobody knows whether they arrived: those whose sending had no answer, and those WhatsApp never confirmed. What Evolution
//! has kept tells; see `reminders::care`.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::in_thread;
use crate::db::{TenantTx, mensagens, relatos};
use crate::id::{MensagemId, SaidaId};
use crate::problem::Problem;

/// Older ones are left as they are: what was to be said a day ago is not said today.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24);
/// How long WhatsApp may take to confirm a message.
const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// One that was to be said longer ago is not repeated, but reported.
const REPEATED_WITHIN: SignedDuration = SignedDuration::from_hours(6);

/// A message whose sending had no answer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Uncertain {
    /// `saida.id`.
    pub id: SaidaId,
    mensagem_id: Option<MensagemId>,
    /// What it says.
    pub texto: String,
    /// Where it was sent.
    pub destino: String,
    /// The thread's `contato`, `telefone` and `lid`: how else the same person may be spelt.
    pub contato: Option<String>,
    /// E.164.
    pub telefone: Option<String>,
    /// Digits.
    pub lid: Option<String>,
    /// When it was sent.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub tentada_em: Timestamp,
    /// When it was written.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub proxima_em: Timestamp,
    /// How often it was sent again for this.
    pub reenvios: i32,
}

/// A message WhatsApp took and never confirmed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Unconfirmed {
    /// `saida.id`.
    pub id: SaidaId,
    /// WhatsApp's id.
    pub whatsapp_id: String,
    /// When it was sent.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub tentada_em: Timestamp,
}

/// Messages whose sending had no answer, the oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn uncertain(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Uncertain>, Problem> {
    let rows = sqlx::query_as(
        "select s.id, s.mensagem_id, s.texto, s.destino, c.contato, c.telefone, c.lid, s.tentada_em, s.proxima_em, s.reenvios
         from saida s left join conversas c on c.cliente_id = s.cliente_id and c.id = s.conversa_id
         where s.cliente_id = $1 and s.estado = 'incerta' and s.tentada_em > $2 and s.destino <> ''
         order by s.tentada_em limit 100",
    )
    .bind(tx.cliente_id())
    .bind((now - TOO_OLD).to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Messages that should have been confirmed by now, the oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn unconfirmed(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Unconfirmed>, Problem> {
    let rows = sqlx::query_as(
        "select s.id, s.whatsapp_id, s.tentada_em
         from saida s join mensagens m on m.cliente_id = s.cliente_id and m.id = s.mensagem_id and m.estado = 'enviada'
         where s.cliente_id = $1 and s.estado = 'enviada' and s.confirmada_em is null and s.whatsapp_id is not null
           and s.tentada_em > $2 and s.tentada_em <= $3
         order by s.tentada_em limit 200",
    )
    .bind(tx.cliente_id())
    .bind((now - TOO_OLD).to_sqlx())
    .bind((now - CONFIRMED_WITHIN).to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// It had left, under this id; `false` when somebody else settled it, or the id is another message's.
///
/// # Errors
/// When Postgres does not answer.
pub async fn found(tx: &mut TenantTx, doubt: &Uncertain, whatsapp_id: &str) -> Result<bool, Problem> {
    relatos::hold(tx, whatsapp_id).await?;
    let settled = sqlx::query(
        "update saida set estado = 'enviada', whatsapp_id = $2, erro = null, enviada_em = now()
         where id = $1 and estado = 'incerta'
           and not exists (select from mensagens m where m.cliente_id = $3 and m.whatsapp_id = $2 and m.direcao = 'saida')
           and not exists (select from saida s where s.cliente_id = $3 and s.whatsapp_id = $2)",
    )
    .bind(doubt.id)
    .bind(whatsapp_id)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    if settled.rows_affected() == 0 {
        return Ok(false);
    }
    in_thread(tx, doubt.mensagem_id, "enviada", Some(whatsapp_id)).await?;
    relatos::apply(tx, whatsapp_id).await?;
    Ok(true)
}

/// It had not left: once, and not long after it was to be said, it is sent again; whether it will be. Otherwise it stays as uncertain as the
/// thread shows it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn not_found(tx: &mut TenantTx, doubt: &Uncertain, now: Timestamp) -> Result<bool, Problem> {
    if doubt.reenvios > 0 || now.duration_since(doubt.proxima_em) > REPEATED_WITHIN {
        return Ok(false);
    }
    let again = sqlx::query(
        "update saida set estado = 'pendente', reenvios = reenvios + 1, erro = null, proxima_em = $2
         where id = $1 and estado = 'incerta'",
    )
    .bind(doubt.id)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    if again.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("update mensagens set estado = 'pendente' where id = $1 and estado = 'incerta'")
        .bind(doubt.mensagem_id)
        .execute(tx.conn())
        .await?;
    Ok(true)
}

/// Evolution knows how far a message got, and its report never came.
///
/// # Errors
/// When Postgres does not answer.
pub async fn confirmed(tx: &mut TenantTx, whatsapp_id: &str, estado: &str) -> Result<(), Problem> {
    mensagens::advance(tx, whatsapp_id, estado).await
}

/// Nobody confirms it: its thread shows that it may not have arrived. The one step back there is; whatever WhatsApp says of it later stands.
///
/// # Errors
/// When Postgres does not answer.
pub async fn unheard_of(tx: &mut TenantTx, doubt: &Unconfirmed) -> Result<(), Problem> {
    sqlx::query(
        "update mensagens m set estado = 'incerta', falha = 'sem_confirmacao' from saida s
         where s.id = $1 and s.confirmada_em is null and m.cliente_id = s.cliente_id and m.id = s.mensagem_id and m.estado = 'enviada'",
    )
    .bind(doubt.id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a clinic's outbox looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    /// Waiting.
    pub pendentes: i64,
    /// Perhaps arrived, of the last day.
    pub incertas: i64,
    /// Not arrived, of the last day.
    pub falhas: i64,
    /// Of the last hour, sent and never confirmed.
    pub sem_confirmacao: i64,
    /// Of the last hour, confirmed.
    pub confirmadas: i64,
}

/// Counts what waits and what went wrong; no further than a thousand of each.
///
/// # Errors
/// When Postgres does not answer.
pub async fn counts(tx: &mut TenantTx, now: Timestamp) -> Result<Counts, Problem> {
    let counts = sqlx::query_as(
        "select
           (select count(*) from (select from saida where cliente_id = $1 and estado in ('pendente', 'enviando') limit 1000) q) as pendentes,
           (select count(*) from (select from saida where cliente_id = $1 and estado = 'incerta' and tentada_em > $2 limit 1000) q)
             as incertas,
           (select count(*) from (select from saida where cliente_id = $1 and estado = 'falhou' and tentada_em > $2 limit 1000) q)
             as falhas,
           (select count(*) from (
             select from saida s
             where s.cliente_id = $1 and s.estado = 'enviada' and s.confirmada_em is null and s.tentada_em > $3 and s.tentada_em <= $4
               and exists (select from mensagens m where m.id = s.mensagem_id and m.falha = 'sem_confirmacao')
             limit 1000) q) as sem_confirmacao,
           (select count(*) from (
             select from saida where cliente_id = $1 and estado = 'enviada' and tentada_em > $3 and confirmada_em is not null limit 1000) q)
             as confirmadas",
    )
    .bind(tx.cliente_id())
    .bind((now - TOO_OLD).to_sqlx())
    .bind((now - SignedDuration::from_hours(1)).to_sqlx())
    .bind((now - CONFIRMED_WITHIN).to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(counts)
}

/// When a message last left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_sent(tx: &mut TenantTx) -> Result<Option<Timestamp>, Problem> {
    let last: crate::db::column::OptionalTimestamp =
        sqlx::query_scalar("select max(tentada_em) from saida where cliente_id = $1 and estado = 'enviada'")
            .bind(tx.cliente_id())
            .fetch_one(tx.conn())
            .await?;
    Ok(last.into())
}
