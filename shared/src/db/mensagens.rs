//! `mensagens`: what was said in a thread, both ways, with how far each message got.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;

use super::TenantTx;
use super::{relatos, saida};
use crate::domain::telefone::Telefone;
use crate::id::{ConversaId, MensagemId, SaidaId};
use crate::meter::Kind;
use crate::problem::Problem;
use crate::whatsapp::{Contact, Detalhes};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Autor {
    /// The patient.
    Paciente,
    /// The assistant.
    Bot,
    /// A person of the clinic.
    Humano,
}

impl Autor {
    fn as_str(self) -> &'static str {
        match self {
            Self::Paciente => "paciente",
            Self::Bot => "bot",
            Self::Humano => "humano",
        }
    }
}

/// A message to be kept.
#[derive(Debug)]
pub struct NewMensagem<'a> {
    /// The thread.
    pub conversa_id: ConversaId,
    /// Who wrote it.
    pub autor: Autor,
    /// `texto`, `audio`, `imagem`, …
    pub tipo: &'a str,
    /// What it says, if it says anything.
    pub texto: Option<&'a str>,
    /// WhatsApp's id of the message it answers or is about.
    pub citada: Option<&'a str>,
    /// What it has beside its words.
    pub detalhes: Option<Detalhes>,
    /// WhatsApp's id, once there is one.
    pub whatsapp_id: Option<&'a str>,
    /// When it was written.
    pub at: Timestamp,
}

/// Keeps a message. One that WhatsApp delivered twice, in the same direction of the thread, stays one row, and the second time there is none. What a patient writes is unread until a person of the clinic reads it;
/// whoever answers has read it. Both come from who holds the thread; nothing else touches its row, because senders may hold an agenda.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert(tx: &mut TenantTx, new: &NewMensagem<'_>) -> Result<Option<MensagemId>, Problem> {
    let (direcao, estado) = match (new.autor, new.whatsapp_id) {
        (Autor::Paciente, _) => ("entrada", "recebida"),
        (_, Some(_)) => ("saida", "enviada"),
        (_, None) => ("saida", "pendente"),
    };
    if let (Some(whatsapp_id), "saida") = (new.whatsapp_id, direcao) {
        relatos::hold(tx, whatsapp_id).await?;
    }
    let inserted: Option<(MensagemId, bool)> = sqlx::query_as(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, whatsapp_id, estado, criado_em, citada, detalhes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $12)
         on conflict do nothing
         returning id, coalesce((select antes.criado_em < $10 from mensagens antes
                                 where antes.cliente_id = $1 and antes.conversa_id = $2 order by antes.id desc limit 1), true)",
    )
    .bind(tx.cliente_id())
    .bind(new.conversa_id)
    .bind(direcao)
    .bind(new.autor.as_str())
    .bind(new.tipo)
    .bind(new.texto)
    .bind(new.whatsapp_id)
    .bind(estado)
    .bind(new.at.to_sqlx())
    .bind(month_begins(tx, new.at).to_sqlx())
    .bind(new.citada)
    .bind(new.detalhes.as_ref().map(Json))
    .fetch_optional(tx.conn())
    .await?;
    let id = inserted.map(|(id, first)| {
        note(tx, new, (id, first));
        id
    });
    if let (Some(_), Some(whatsapp_id), "saida") = (id, new.whatsapp_id, direcao) {
        relatos::apply(tx, whatsapp_id).await?;
    }
    if id.is_some() && new.autor != Autor::Bot {
        sqlx::query(
            "update conversas set nao_lidas = case when $2 then nao_lidas + 1 else 0 end where id = $1",
        )
        .bind(new.conversa_id)
        .bind(new.autor == Autor::Paciente)
        .execute(tx.conn())
        .await?;
    }
    Ok(id)
}

/// When the month of an instant began, in the clinic's zone.
fn month_begins(tx: &TenantTx, at: Timestamp) -> Timestamp {
    let first = tx.time_zone().to_datetime(at).date().first_of_month();
    // A zone without that midnight has no such month to begin.
    first.to_zoned(tx.time_zone().clone()).map_or(at, |zoned| zoned.timestamp())
}

/// Has a message counted, and the conversation with the first of its month.
fn note(tx: &mut TenantTx, new: &NewMensagem<'_>, (id, first): (MensagemId, bool)) {
    let kind = if new.autor == Autor::Paciente { Kind::Received } else { Kind::Sent };
    tx.note(kind, id, new.at);
    if first {
        let month = crate::meter::month(tx.time_zone(), new.at);
        tx.note(Kind::Conversation, format_args!("{}:{month}", new.conversa_id), new.at);
    }
}

/// A message its author changes. An id is known to both sides of a conversation, so it alone is no proof of who wrote what it names.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// WhatsApp's id.
    pub whatsapp_id: &'a str,
    /// Whose conversation it is in, when that is known; when not, nothing the clinic wrote is changed.
    pub contact: Option<&'a Contact>,
    /// The clinic wrote it.
    pub from_me: bool,
}

/// What was changed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Edited {
    /// What it said before.
    pub antes: Option<String>,
    /// When it was written.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// Whether its author has written nothing in the thread since.
    pub ultima: bool,
}

/// Replaces the text of a message its author edited; nothing when it is in another conversation or of the other side.
///
/// # Errors
/// When Postgres does not answer.
pub async fn edit(tx: &mut TenantTx, changed: Changed<'_>, text: &str) -> Result<Option<Edited>, Problem> {
    let Some(id) = find(tx, changed).await? else { return Ok(None) };
    let edited = sqlx::query_as(
        "select m.texto as antes, m.criado_em, not exists (
           select from mensagens later
           where later.cliente_id = m.cliente_id and later.conversa_id = m.conversa_id and later.id > m.id
             and later.direcao = m.direcao) as ultima
         from mensagens m where m.id = $1 for update of m",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    sqlx::query("update mensagens set texto = $2, editada_em = now() where id = $1")
        .bind(id)
        .bind(text)
        .execute(tx.conn())
        .await?;
    Ok(Some(edited))
}

/// Marks a message its author deleted; the text goes. As [`edit`], nothing when it is not theirs.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mark_deleted(tx: &mut TenantTx, changed: Changed<'_>) -> Result<(), Problem> {
    let Some(id) = find(tx, changed).await? else { return Ok(()) };
    sqlx::query("update mensagens set texto = null, detalhes = null, apagada_em = now() where id = $1")
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The message that is changed, if whoever changes it wrote it. A person is known by phone or by private number, whichever the event tells.
async fn find(tx: &mut TenantTx, changed: Changed<'_>) -> Result<Option<MensagemId>, Problem> {
    let Changed { whatsapp_id, contact, from_me } = changed;
    if from_me && contact.is_none() {
        return Ok(None);
    }
    let id = sqlx::query_scalar(
        // Without a conversation one id may be of several people's messages, and then it tells of none.
        "select min(m.id) from mensagens m
         where m.cliente_id = $1 and m.whatsapp_id = $2 and m.direcao = $3
           and ($4::text is null or exists (
             select from conversas c
             where c.cliente_id = $1 and c.id = m.conversa_id and (c.contato = $4 or c.telefone = $5 or c.lid = $6)))
         having count(*) = 1",
    )
    .bind(tx.cliente_id())
    .bind(whatsapp_id)
    .bind(if from_me { "saida" } else { "entrada" })
    .bind(contact.map(Contact::key))
    .bind(contact.and_then(|contact| contact.telefone.as_ref()).map(Telefone::as_e164))
    .bind(contact.and_then(|contact| contact.lid.as_deref()))
    .fetch_optional(tx.conn())
    .await?;
    Ok(id)
}

/// The last texts of a thread, the oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last(tx: &mut TenantTx, conversa_id: ConversaId) -> Result<Vec<(Autor, String)>, Problem> {
    let mut rows: Vec<(String, String)> = sqlx::query_as(
        "select autor, texto from mensagens
         where cliente_id = $1 and conversa_id = $2 and texto is not null and autor in ('paciente', 'bot', 'humano')
         order by id desc limit 8",
    )
    .bind(tx.cliente_id())
    .bind(conversa_id)
    .fetch_all(tx.conn())
    .await?;
    rows.reverse();
    let said = |(autor, texto): (String, String)| {
        let autor = match autor.as_str() {
            "paciente" => Autor::Paciente,
            "bot" => Autor::Bot,
            _ => Autor::Humano,
        };
        (autor, texto)
    };
    Ok(rows.into_iter().map(said).collect())
}

/// Notes how far one of our messages got. Never backwards: Evolution repeats and reorders. That WhatsApp refuses one is told after it was
/// sent; only that it arrived says more. A report on a message nobody knows yet is kept until somebody does.
///
/// # Errors
/// When Postgres does not answer.
pub async fn advance(tx: &mut TenantTx, whatsapp_id: &str, estado: &str) -> Result<(), Problem> {
    relatos::hold(tx, whatsapp_id).await?;
    let known: bool = sqlx::query_scalar(
        "select exists (select from mensagens where cliente_id = $1 and whatsapp_id = $2 and direcao = 'saida')",
    )
    .bind(tx.cliente_id())
    .bind(whatsapp_id)
    .fetch_one(tx.conn())
    .await?;
    if known { reached(tx, whatsapp_id, estado).await } else { relatos::keep(tx, whatsapp_id, estado).await }
}

/// As [`advance`], of a message that is known, by whoever holds its reports.
pub(super) async fn reached(tx: &mut TenantTx, whatsapp_id: &str, estado: &str) -> Result<(), Problem> {
    let moved = sqlx::query(
        "update mensagens set estado = $2, falha = case when $2 = 'falhou' then 'recusada' end
         where cliente_id = $3 and whatsapp_id = $1 and direcao = 'saida'
           and array_position(array['pendente', 'incerta', 'enviada', 'falhou', 'entregue', 'lida'], $2)
             > array_position(array['pendente', 'incerta', 'enviada', 'falhou', 'entregue', 'lida'], estado)",
    )
    .bind(whatsapp_id)
    .bind(estado)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    // `pendente` only repeats what the answer to the sending said.
    if estado == "pendente" {
        return Ok(());
    }
    let failed = estado == "falhou" && moved.rows_affected() == 1;
    let id: Option<SaidaId> = sqlx::query_scalar(
        "update saida set confirmada_em = coalesce(confirmada_em, now()),
                estado = case when $3 then 'falhou' when $4 then 'enviada' else estado end,
                erro = case when $3 then 'recusada pelo WhatsApp' else erro end
         where cliente_id = $1 and whatsapp_id = $2 returning id",
    )
    .bind(tx.cliente_id())
    .bind(whatsapp_id)
    .bind(failed)
    .bind(matches!(estado, "entregue" | "lida"))
    .fetch_optional(tx.conn())
    .await?;
    match id.filter(|_| failed) {
        Some(id) => saida::failed(tx, id, "recusada").await,
        None => Ok(()),
    }
}
