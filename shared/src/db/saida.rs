//! `saida`, the outbox: messages leave only after the transaction that decided them is committed.
//!
//! A row goes `pendente` → `enviando` (claimed for a while) → `enviada`, or back to `pendente` with a later time, or `falhou`, or
//! `incerta` when the request left and no answer came: that one is not repeated blindly.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use super::mensagens::{self, Autor, NewMensagem};
use crate::id::{AgendamentoId, ConversaId, MensagemId, SaidaId};
use crate::problem::Problem;

/// A message to be sent.
#[derive(Debug)]
pub struct NewSaida<'a> {
    /// The thread it belongs to.
    pub conversa_id: ConversaId,
    /// The JID or the digits of the phone.
    pub destino: &'a str,
    /// The text.
    pub texto: &'a str,
    /// A name under which the same message is written only once.
    pub chave: Option<&'a str>,
    /// When it may leave.
    pub at: Timestamp,
}

/// A message claimed for sending.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claimed {
    /// `saida.id`.
    pub id: SaidaId,
    /// The message as the thread shows it.
    pub mensagem_id: Option<MensagemId>,
    /// The JID or the digits of the phone.
    pub destino: String,
    /// The text.
    pub texto: String,
    /// Attempts so far, this one included.
    pub tentativas: i32,
}

/// How an attempt to send ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// WhatsApp took it under this id.
    Sent {
        /// WhatsApp's id.
        whatsapp_id: String,
    },
    /// It did not leave; worth trying again at this time.
    Later(Timestamp),
    /// It left, and nobody knows whether it arrived.
    Uncertain,
    /// It will never work.
    Failed {
        /// Why, without personal data.
        reason: String,
    },
}

/// Writes a message into the outbox and the thread; `None` when one with the same `chave` is there.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(tx: &mut TenantTx, new: &NewSaida<'_>, autor: Autor) -> Result<Option<SaidaId>, Problem> {
    let id: Option<SaidaId> = sqlx::query_scalar(
        "insert into saida (cliente_id, conversa_id, destino, texto, chave, proxima_em)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.conversa_id)
    .bind(new.destino)
    .bind(new.texto)
    .bind(new.chave)
    .bind(new.at.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    let Some(id) = id else { return Ok(None) };
    tx.speak();
    let mensagem = NewMensagem {
        conversa_id: new.conversa_id,
        autor,
        tipo: "texto",
        texto: Some(new.texto),
        whatsapp_id: None,
        at: new.at,
    };
    let mensagem = mensagens::insert(tx, &mensagem).await?;
    sqlx::query("update saida set mensagem_id = $2 where id = $1")
        .bind(id)
        .bind(mensagem)
        .execute(tx.conn())
        .await?;
    Ok(Some(id))
}

/// A message to somebody of the clinic about an appointment: it belongs to no thread, for it is no conversation.
#[derive(Debug)]
pub struct NewAviso<'a> {
    /// What it speaks of.
    pub agendamento_id: AgendamentoId,
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
        "insert into saida (cliente_id, agendamento_id, destino, texto, chave, proxima_em) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
    )
    .bind(tx.cliente_id())
    .bind(new.agendamento_id)
    .bind(new.destino)
    .bind(new.texto)
    .bind(new.chave)
    .bind(new.at.to_sqlx())
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

/// Claims the next due message for `lease`: the oldest of a destination first, and none of a destination that has one on its
/// way, so that a person reads them in order however many workers run.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(tx: &mut TenantTx, now: Timestamp, lease: Duration) -> Result<Option<Claimed>, Problem> {
    let row = sqlx::query_as(
        "update saida set estado = 'enviando', tentativas = tentativas + 1, lease_ate = $2
         where id = (
           select s.id from saida s
           where s.estado = 'pendente' and s.proxima_em <= $1
             and not exists (
               select from saida earlier
               where earlier.destino = s.destino and earlier.id < s.id and earlier.estado in ('pendente', 'enviando'))
           order by s.id limit 1
           for update skip locked)
         returning id, mensagem_id, destino, texto, tentativas",
    )
    .bind(now.to_sqlx())
    .bind((now + lease).to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Takes back claims whose worker died before it wrote down an outcome. Sending such a message again may, rarely, say
/// something twice; not sending it would lose it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn expire_claims(tx: &mut TenantTx, now: Timestamp) -> Result<u64, Problem> {
    let expired = sqlx::query(
        "update saida set estado = 'pendente', lease_ate = null where estado = 'enviando' and lease_ate < $1",
    )
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(expired.rows_affected())
}

/// Writes down how an attempt ended, in the outbox and in the thread.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(tx: &mut TenantTx, claimed: &Claimed, outcome: &Outcome) -> Result<(), Problem> {
    let (estado, whatsapp_id, erro, later) = match outcome {
        Outcome::Sent { whatsapp_id } => ("enviada", Some(whatsapp_id.as_str()), None, None),
        Outcome::Later(at) => ("pendente", None, None, Some(at.to_sqlx())),
        Outcome::Uncertain => ("incerta", None, Some("sem resposta"), None),
        Outcome::Failed { reason } => ("falhou", None, Some(reason.as_str()), None),
    };
    // What WhatsApp took stays sent, even if the lease ended meanwhile; anything else is for whoever holds the claim to say.
    sqlx::query(
        "update saida set estado = $2, whatsapp_id = coalesce($3, whatsapp_id), erro = $4, lease_ate = null,
                proxima_em = coalesce($5, proxima_em), enviada_em = case when $2 = 'enviada' then now() end
         where id = $1 and (estado = 'enviando' or $2 = 'enviada')",
    )
    .bind(claimed.id)
    .bind(estado)
    .bind(whatsapp_id)
    .bind(erro)
    .bind(later)
    .execute(tx.conn())
    .await?;
    tx.mark().await?;
    match in_thread(tx, claimed.mensagem_id, estado, whatsapp_id).await {
        // An echo that was not recognized has the id. That must not undo that the message left, or it would leave twice.
        Err(error)
            if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
        {
            tx.let_go().await?;
            Ok(in_thread(tx, claimed.mensagem_id, estado, None).await?)
        }
        done => Ok(done?),
    }
}

/// The name of what was written last into a thread, if it has one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_key(tx: &mut TenantTx, conversa_id: ConversaId) -> Result<Option<String>, Problem> {
    let key: Option<Option<String>> = sqlx::query_scalar(
        "select chave from saida where cliente_id = $1 and conversa_id = $2 order by id desc limit 1",
    )
    .bind(tx.cliente_id())
    .bind(conversa_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(key.flatten())
}

/// A message from the clinic's own number that is one of ours whose sending was not answered yet, or never will be: what was sent is
/// written down as sent, under its id. Whether it is one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn recognize(
    tx: &mut TenantTx,
    conversa_id: ConversaId,
    texto: &str,
    whatsapp_id: &str,
) -> Result<bool, Problem> {
    let found: Option<Option<MensagemId>> = sqlx::query_scalar(
        "update saida set estado = 'enviada', whatsapp_id = $3, erro = null, lease_ate = null, enviada_em = now()
         where id = (
           select s.id from saida s
           where s.cliente_id = $4 and s.conversa_id = $1 and btrim(s.texto) = btrim($2) and s.tentativas > 0 and s.whatsapp_id is null
             and s.estado in ('pendente', 'enviando', 'incerta')
             and not exists (select from mensagens known where known.whatsapp_id = $3)
           order by s.estado = 'enviando' desc, s.id desc limit 1
           for update)
         returning mensagem_id",
    )
    .bind(conversa_id)
    .bind(texto)
    .bind(whatsapp_id)
    .bind(tx.cliente_id())
    .fetch_optional(tx.conn())
    .await?;
    let Some(mensagem_id) = found else { return Ok(false) };
    in_thread(tx, mensagem_id, "enviada", Some(whatsapp_id)).await?;
    Ok(true)
}

async fn in_thread(
    tx: &mut TenantTx,
    mensagem_id: Option<MensagemId>,
    estado: &str,
    whatsapp_id: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update mensagens set estado = $2, whatsapp_id = coalesce($3, whatsapp_id)
         where id = $1 and estado in ('pendente', 'incerta')",
    )
    .bind(mensagem_id)
    .bind(estado)
    .bind(whatsapp_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}
