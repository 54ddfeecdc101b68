//! `mensagens`: what was said in a thread, both ways, with how far each message got.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::id::{ConversaId, MensagemId};
use crate::problem::Problem;

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
    /// WhatsApp's id, once there is one.
    pub whatsapp_id: Option<&'a str>,
    /// When it was written.
    pub at: Timestamp,
}

/// Keeps a message. One that WhatsApp delivered twice stays one row. What a patient writes is unread until a person of the clinic reads it;
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
    let id = sqlx::query_scalar(
        "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, whatsapp_id, estado, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing returning id",
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
    .fetch_optional(tx.conn())
    .await?;
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

/// Replaces the text of a message its author edited.
///
/// # Errors
/// When Postgres does not answer.
pub async fn edit(tx: &mut TenantTx, whatsapp_id: &str, text: &str) -> Result<(), Problem> {
    sqlx::query("update mensagens set texto = $2, editada_em = now() where whatsapp_id = $1")
        .bind(whatsapp_id)
        .bind(text)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Marks a message its author deleted; the text goes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mark_deleted(tx: &mut TenantTx, whatsapp_id: &str) -> Result<(), Problem> {
    sqlx::query("update mensagens set texto = null, apagada_em = now() where whatsapp_id = $1")
        .bind(whatsapp_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes how far one of our messages got. Never backwards: Evolution repeats and reorders. That WhatsApp refuses one is told after it was
/// sent; only that it arrived says more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn advance(tx: &mut TenantTx, whatsapp_id: &str, estado: &str) -> Result<(), Problem> {
    sqlx::query(
        "update mensagens set estado = $2
         where whatsapp_id = $1 and direcao = 'saida'
           and array_position(array['pendente', 'incerta', 'enviada', 'falhou', 'entregue', 'lida'], $2)
             > array_position(array['pendente', 'incerta', 'enviada', 'falhou', 'entregue', 'lida'], estado)",
    )
    .bind(whatsapp_id)
    .bind(estado)
    .execute(tx.conn())
    .await?;
    Ok(())
}
