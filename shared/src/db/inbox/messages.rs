//! `mensagens` of one thread, read page by page or from where somebody stopped, and answered.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;

use super::acts::{By, Held};
use super::changed::of_thread;
use super::since::Since;
use crate::db::TenantTx;
use crate::db::column::OptionalTimestamp;
use crate::db::mensagens::Autor;
use crate::db::saida::{self, NewSaida};
use crate::id::{ConversaId, MensagemId};
use crate::problem::Problem;
use crate::whatsapp::Detalhes;

/// A message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Mensagem {
    /// `mensagens.id`.
    pub id: MensagemId,
    /// The thread.
    pub conversa_id: ConversaId,
    /// `paciente`, `bot`, `humano`.
    pub autor: String,
    /// Who of the clinic wrote it here; none for what was typed on a phone.
    pub usuario: Option<String>,
    /// `texto`, `audio`, `imagem`, …
    pub tipo: String,
    /// What it says; nothing once it was deleted.
    pub texto: Option<String>,
    /// What it has beside its words.
    pub detalhes: Option<Json<Detalhes>>,
    /// Whether what was sent with it can be fetched.
    pub abre: bool,
    /// The message it answers or is about, when the thread still has it …
    pub citada_id: Option<MensagemId>,
    /// … `paciente`, `bot`, `humano` …
    pub citada_autor: Option<String>,
    /// … `texto`, `audio`, …
    pub citada_tipo: Option<String>,
    /// … and its beginning.
    pub citada_texto: Option<String>,
    /// `recebida`; or how far it got: `pendente`, `enviada`, `entregue`, `lida`, `falhou`, `incerta`, `aguardando`.
    pub estado: String,
    /// Why it did not arrive, or may not have: `sem_whatsapp`, `recusada`, `desistimos`, `sem_confirmacao`.
    pub falha: Option<String>,
    /// When it was written.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// When its author changed it.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub editada_em: Option<Timestamp>,
    /// When it was deleted, or taken back before it left.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub apagada_em: Option<Timestamp>,
}

// A picture, a recording or a document that somebody sent and that is not gone. Of those that came through Meta only the ones whose media were
// named can be asked for: its ids begin so.
macro_rules! opens {
    () => {
        "(m.tipo in ('imagem', 'documento', 'audio', 'figurinha') and m.apagada_em is null and m.esquecida_em is null
          and m.whatsapp_id is not null and (not starts_with(m.whatsapp_id, 'wamid.') or m.detalhes ->> 'midia' is not null))"
    };
}

macro_rules! select_messages {
    ($tail:literal) => {
        concat!(
            "select m.id, m.conversa_id, m.autor, case m.usuario_tipo
                      when 'medico' then (select u.nome from medicos u where u.id = m.usuario_id)
                      when 'secretaria' then (select u.nome from secretarias u where u.id = m.usuario_id) end as usuario, m.tipo,
                    case when m.apagada_em is null then m.texto end as texto, m.detalhes, m.estado, m.falha, m.criado_em, m.editada_em, m.apagada_em, ",
            opens!(), " as abre,
                    q.id as citada_id, q.autor as citada_autor, q.tipo as citada_tipo, left(q.texto, 160) as citada_texto
             from mensagens m
             left join lateral (
               select c.id, c.autor, c.tipo, c.texto from mensagens c
               where c.cliente_id = m.cliente_id and c.whatsapp_id = m.citada and c.conversa_id = m.conversa_id
                 and c.apagada_em is null and m.apagada_em is null
               order by c.id desc limit 1) q on true ",
            $tail
        )
    };
}

/// A thread's messages, the newest first, before one of them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    conversa_id: ConversaId,
    before: Option<MensagemId>,
    limit: i64,
) -> Result<Vec<Mensagem>, Problem> {
    let rows = sqlx::query_as(select_messages!(
        "where m.cliente_id = $1 and m.conversa_id = $2 and m.id < coalesce($3, 9223372036854775807)
         order by m.id desc limit $4"
    ))
    .bind(tx.cliente_id())
    .bind(conversa_id)
    .bind(before)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A thread's messages that are new or changed since somebody looked, the newest first: a text that was edited or deleted, how far one got. None when
/// they are more than `most`, or too many would have to be looked at: whoever asks had better read the thread again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn changed(
    tx: &mut TenantTx,
    conversa_id: ConversaId,
    since: &Since,
    most: usize,
) -> Result<Option<Vec<Mensagem>>, Problem> {
    let Some(ids) = of_thread(tx, conversa_id, since, most).await? else { return Ok(None) };
    let rows = sqlx::query_as(select_messages!("where m.id = any($1) order by m.id desc"));
    Ok(Some(rows.bind(ids).fetch_all(tx.conn()).await?))
}

/// What is asked for to have what was sent with a message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Anexo {
    /// WhatsApp's id of the message.
    pub whatsapp_id: String,
    /// Meta's id of the media.
    pub midia: Option<String>,
}

/// What is asked for to have what was sent with a message of a thread.
///
/// # Errors
/// [`Problem::NotFound`] when there is no such message, or nothing of it to be had.
pub async fn anexo(tx: &mut TenantTx, conversa_id: ConversaId, id: MensagemId) -> Result<Anexo, Problem> {
    let row = sqlx::query_as(concat!(
        "select m.whatsapp_id, m.detalhes ->> 'midia' as midia from mensagens m
         where m.cliente_id = $1 and m.conversa_id = $2 and m.id = $3 and ",
        opens!()
    ))
    .bind(tx.cliente_id())
    .bind(conversa_id)
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Writes what a person of the clinic answers into the thread and the outbox; the thread goes up in the list.
///
/// # Errors
/// [`Problem::TooManyUnsent`].
pub async fn write(
    tx: &mut TenantTx,
    held: &Held,
    texto: &str,
    by: By,
    now: Timestamp,
) -> Result<Mensagem, Problem> {
    saida::room::ensure_room(tx, (held.id, &held.jid), held.is_urgent()).await?;
    let new =
        NewSaida { conversa_id: held.id, destino: &held.jid, texto, chave: None, at: now, modelo: None };
    let saida = saida::insert(tx, &new, Autor::Humano).await?.ok_or(Problem::Internal)?;
    let id: MensagemId = sqlx::query_scalar(
        "update mensagens m set usuario_tipo = $2, usuario_id = $3 from saida s
         where s.id = $1 and m.id = s.mensagem_id returning m.id",
    )
    .bind(saida)
    .bind(by.0.as_str())
    .bind(by.1)
    .fetch_one(tx.conn())
    .await?;
    sqlx::query("update conversas set ultima_mensagem_em = greatest(ultima_mensagem_em, $2) where id = $1")
        .bind(held.id)
        .bind(now.to_sqlx())
        .execute(tx.conn())
        .await?;
    let row = sqlx::query_as(select_messages!("where m.id = $1")).bind(id).fetch_one(tx.conn()).await?;
    Ok(row)
}
