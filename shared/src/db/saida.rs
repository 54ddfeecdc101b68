//! `saida`, the outbox: messages leave only after the transaction that decided them is committed.
//!
//! A row goes `pendente` → `enviando` (claimed for a while) → `enviada`, or back to `pendente` with a later time, or `falhou`, or
//! `incerta` when the request left and no answer came: that one is not repeated blindly, [`doubts`] looks it up. One that may not leave
//! before the patient writes again is `aguardando`; [`window`] knows when. One that was written in quiet hours is `adiada`; see [`late`]. Which row leaves next, and not before when, is [`claim`](claim()).

pub mod avisos;
mod claim;
pub mod doubts;
pub mod late;
pub mod room;
mod told;
pub mod window;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;

use super::TenantTx;
use super::column::OptionalTimestamp;
use super::mensagens::{self, Autor, NewMensagem};
use super::relatos;
use crate::id::{ConversaId, MensagemId, SaidaId};
use crate::problem::Problem;
use crate::telemetry;
use crate::whatsapp::{Channel, Modelo};

pub use claim::{Claim, claim};
pub use told::{DONE, is_written, reminded, told};

/// How long after somebody wrote they are in conversation: what is said to them then is an answer, and does not wait.
const IN_CONVERSATION: SignedDuration = SignedDuration::from_mins(15);
/// How long until a message whose sending was not answered is looked for.
const DOUBT: SignedDuration = SignedDuration::from_mins(1);

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
    /// The template that says the same, for when only a template may leave; without one the text waits until the patient answers.
    pub modelo: Option<Modelo>,
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
    /// The template that says the same.
    pub modelo: Option<Json<Modelo>>,
    /// The correlation id of what caused it.
    pub correlacao: Option<String>,
    pub(crate) conversa_id: Option<ConversaId>,
    /// When the patient last wrote through Meta, as it was known when this was claimed.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub(crate) recebida_cloud_em: Option<Timestamp>,
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

/// Writes a message into the outbox and the thread; `None` when one with the same `chave` is there. What a person of the clinic writes, and
/// what is said to somebody who has just written, goes before everything that is sent by itself.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(tx: &mut TenantTx, new: &NewSaida<'_>, autor: Autor) -> Result<Option<SaidaId>, Problem> {
    insert_late(tx, new, autor, new.at).await
}

/// The same for what may wait until `until`, if the patient is not in conversation. Whatever waits so leaves before what is said to somebody
/// who is.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert_late(
    tx: &mut TenantTx,
    new: &NewSaida<'_>,
    autor: Autor,
    until: Timestamp,
) -> Result<Option<SaidaId>, Problem> {
    let id: Option<SaidaId> = sqlx::query_scalar(
        "with esta as (
           select $8 or exists (
             select from mensagens m
             where m.cliente_id = $1 and m.conversa_id = $2 and m.direcao = 'entrada' and m.criado_em > $9) as em_conversa),
         acordada as (
           update saida set estado = 'pendente', proxima_em = $6
           where cliente_id = $1 and conversa_id = $2 and estado = 'adiada' and (select em_conversa from esta))
         insert into saida (cliente_id, conversa_id, destino, texto, chave, modelo, correlacao, prioridade, estado, proxima_em)
         select $1, $2, $3, $4, $5, $7, $11, case when em_conversa then 0 else 1 end,
                case when not em_conversa and $10 > $6 then 'adiada' else 'pendente' end,
                case when em_conversa then $6 else greatest($6, $10) end
         from esta
         on conflict do nothing returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.conversa_id)
    .bind(new.destino)
    .bind(new.texto)
    .bind(new.chave)
    .bind(new.at.to_sqlx())
    .bind(new.modelo.as_ref().map(Json))
    .bind(autor == Autor::Humano)
    .bind((new.at - IN_CONVERSATION).to_sqlx())
    .bind(until.to_sqlx())
    .bind(telemetry::correlation().as_deref())
    .fetch_optional(tx.conn())
    .await?;
    let Some(id) = id else { return Ok(None) };
    tx.speak();
    let mensagem = NewMensagem {
        conversa_id: new.conversa_id,
        autor,
        tipo: "texto",
        texto: Some(new.texto),
        citada: None,
        detalhes: None,
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

/// Somebody waits for this message and looks on: it goes before what is sent by itself. The message as the thread shows it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn hurry(tx: &mut TenantTx, id: SaidaId) -> Result<MensagemId, Problem> {
    let mensagem: Option<MensagemId> =
        sqlx::query_scalar("update saida set prioridade = 0 where id = $1 returning mensagem_id")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
    mensagem.ok_or(Problem::Internal)
}

/// Puts off whatever waits to leave now.
///
/// # Errors
/// When Postgres does not answer.
pub async fn postpone(tx: &mut TenantTx, until: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update saida set proxima_em = $1 where cliente_id = $2 and estado = 'pendente' and proxima_em < $1",
    )
    .bind(until.to_sqlx())
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes back claims whose worker died before it wrote down an outcome: nobody knows whether these messages left. Evolution keeps what left, so
/// there they are uncertain until it is asked. Meta can't be asked: sending such a message again may, rarely, say something twice; not sending
/// it would lose it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn expire_claims(tx: &mut TenantTx, channel: &Channel, now: Timestamp) -> Result<(), Problem> {
    let estado = if channel.is_cloud() { "pendente" } else { "incerta" };
    let expired: Vec<(SaidaId, Option<MensagemId>)> = sqlx::query_as(
        "update saida set estado = $2, lease_ate = null
         where cliente_id = $3 and estado = 'enviando' and lease_ate < $1 returning id, mensagem_id",
    )
    .bind(now.to_sqlx())
    .bind(estado)
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    if !channel.is_cloud() {
        for (id, mensagem_id) in expired {
            doubt_soon(tx, id).await?;
            in_thread(tx, mensagem_id, estado, None).await?;
        }
    }
    Ok(())
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
    if let Some(whatsapp_id) = whatsapp_id {
        relatos::hold(tx, whatsapp_id).await?;
    }
    // What WhatsApp took stays sent, even if the lease ended meanwhile; anything else is for whoever holds the claim to say.
    let written = sqlx::query(
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
    if written.rows_affected() == 1 {
        match outcome {
            Outcome::Uncertain => doubt_soon(tx, claimed.id).await?,
            Outcome::Failed { reason } => failed(tx, claimed.id, failure(reason)).await?,
            Outcome::Sent { .. } | Outcome::Later(_) => {}
        }
    }
    if let (Outcome::Failed { .. }, Some(conversa_id), Some(Json(Modelo::Retomada { .. }))) =
        (outcome, claimed.conversa_id, &claimed.modelo)
    {
        window::give_up(tx, conversa_id).await?;
    }
    tx.mark().await?;
    match in_thread(tx, claimed.mensagem_id, estado, whatsapp_id).await {
        // An echo that was not recognized has the id. That must not undo that the message left, or it would leave twice.
        Err(error)
            if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
        {
            tx.let_go().await?;
            in_thread(tx, claimed.mensagem_id, estado, None).await?;
        }
        done => done?,
    }
    match whatsapp_id {
        // WhatsApp may have said more of it before anybody knew what it spoke of.
        Some(whatsapp_id) => relatos::apply(tx, whatsapp_id).await,
        None => Ok(()),
    }
}

/// `mensagens.falha` for what a server said.
fn failure(reason: &str) -> &'static str {
    match reason {
        reason if reason.contains("not on WhatsApp") => "sem_whatsapp",
        "sem resposta" => "desistimos",
        _ => "recusada",
    }
}

/// A message that surely did not arrive, and will not: whoever looks at its thread sees why, and its reminder does not count as sent.
pub(crate) async fn failed(tx: &mut TenantTx, id: SaidaId, falha: &str) -> Result<(), Problem> {
    sqlx::query(
        "with missed as (
           update lembretes set estado = 'falhou'
           where cliente_id = $3 and saida_id = $1 and estado in ('pendente', 'enviado'))
         update mensagens m set falha = $2 from saida s where s.id = $1 and m.cliente_id = $3 and m.id = s.mensagem_id",
    )
    .bind(id)
    .bind(falha)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has the connection looked at soon after a sending that was not answered.
async fn doubt_soon(tx: &mut TenantTx, id: SaidaId) -> Result<(), Problem> {
    let tried: jiff_sqlx::Timestamp =
        sqlx::query_scalar("select coalesce(tentada_em, proxima_em) from saida where id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
    super::conexoes::look_by(tx, Timestamp::from(tried) + DOUBT).await
}

/// A claimed message will never leave.
async fn fail(tx: &mut TenantTx, claimed: &Claimed, reason: &str) -> Result<(), Problem> {
    Box::pin(finish(tx, claimed, &Outcome::Failed { reason: reason.to_owned() })).await
}

/// The name of what was written last into a thread, if it has one; what only asks for an answer says nothing, nor does what has not left yet
/// because the patient sleeps.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_key(tx: &mut TenantTx, conversa_id: ConversaId) -> Result<Option<String>, Problem> {
    let key: Option<Option<String>> = sqlx::query_scalar(
        "select chave from saida
         where cliente_id = $1 and conversa_id = $2 and (chave is null or chave not like 'retomada:%') and estado <> 'adiada'
         order by id desc limit 1",
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
    relatos::hold(tx, whatsapp_id).await?;
    let found: Option<Option<MensagemId>> = sqlx::query_scalar(
        "update saida set estado = 'enviada', whatsapp_id = $3, erro = null, lease_ate = null, enviada_em = now()
         where id = (
           select s.id from saida s
           where s.cliente_id = $4 and s.conversa_id = $1 and btrim(s.texto) = btrim($2) and s.tentativas > 0 and s.whatsapp_id is null
             and s.estado in ('pendente', 'enviando', 'incerta')
             and not exists (select from mensagens known where known.cliente_id = $4 and known.whatsapp_id = $3 and known.direcao = 'saida')
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
    relatos::apply(tx, whatsapp_id).await?;
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
