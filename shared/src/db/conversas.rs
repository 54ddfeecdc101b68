//! `conversas` and `entrada`: one thread per contact of a clinic, and the inbox that makes each message count once.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::TenantTx;
use super::column::{OptionalDate, OptionalTimestamp};
use crate::id::{ConversaId, PacienteId};
use crate::problem::Problem;
use crate::telemetry;
use crate::whatsapp::Contact;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modo {
    /// The assistant.
    Bot,
    /// A person of the clinic; the assistant is silent.
    Humano,
    /// Nobody until the patient writes again.
    Encerrada,
}

/// A thread.
#[derive(Debug, Clone)]
pub struct Conversa {
    /// `conversas.id`.
    pub id: ConversaId,
    /// Where to answer.
    pub jid: String,
    /// The patient last spoken of.
    pub paciente_id: Option<PacienteId>,
    /// Who answers.
    pub modo: Modo,
    /// Since when a person does.
    pub humano_desde: Option<Timestamp>,
    /// Somebody wrote of an emergency; shown first.
    pub urgente: bool,
    /// The patient asked the assistant to stop.
    pub bot_parado: bool,
    /// Until when the assistant is silent, because it answered too often on a day.
    pub calado_ate: Option<Timestamp>,
    /// What the assistant remembers; its own form.
    pub estado: Value,
    /// The day the assistant wrote last, and how many messages it wrote then.
    pub respostas: Option<(Date, i32)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ConversaId,
    jid: String,
    paciente_id: Option<PacienteId>,
    modo: String,
    humano_desde: Option<jiff_sqlx::Timestamp>,
    urgente: bool,
    bot_parado: bool,
    #[sqlx(try_from = "OptionalTimestamp")]
    calado_ate: Option<Timestamp>,
    #[sqlx(try_from = "OptionalDate")]
    respostas_dia: Option<Date>,
    respostas_no_dia: i32,
    estado: Value,
}

impl From<Row> for Conversa {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            jid: row.jid,
            paciente_id: row.paciente_id,
            modo: match row.modo.as_str() {
                "humano" => Modo::Humano,
                "encerrada" => Modo::Encerrada,
                _ => Modo::Bot,
            },
            humano_desde: row.humano_desde.map(Into::into),
            urgente: row.urgente,
            bot_parado: row.bot_parado,
            calado_ate: row.calado_ate,
            estado: row.estado,
            respostas: row.respostas_dia.map(|day| (day, row.respostas_no_dia)),
        }
    }
}

/// Puts a message into the inbox; `false` when it was there before, and nothing more must happen.
///
/// # Errors
/// When Postgres does not answer.
pub async fn receive(
    tx: &mut TenantTx,
    message_id: &str,
    event: &str,
    body: &Value,
) -> Result<bool, Problem> {
    let inserted = sqlx::query(
        "insert into entrada (cliente_id, origem, mensagem_id, evento, corpo, correlacao, processado_em)
         values ($1, case when starts_with($4 ->> 'instance', 'cloud:') then 'cloud' else 'evolution' end, $2, $3, $4, $5, now())
         on conflict (cliente_id, origem, mensagem_id) do nothing",
    )
    .bind(tx.cliente_id())
    .bind(message_id)
    .bind(event)
    .bind(body)
    .bind(telemetry::correlation().as_deref())
    .execute(tx.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether a message was put into the inbox before.
///
/// # Errors
/// When Postgres does not answer.
pub async fn was_received(tx: &mut TenantTx, message_id: &str) -> Result<bool, Problem> {
    let there = sqlx::query_scalar(
        "select exists (select from entrada where cliente_id = $1 and origem = 'evolution' and mensagem_id = $2)",
    )
    .bind(tx.cliente_id())
    .bind(message_id)
    .fetch_one(tx.conn())
    .await?;
    Ok(there)
}

/// The thread with a contact, opened when there is none, and locked until the transaction ends: two messages at once are one
/// conversation.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(
    tx: &mut TenantTx,
    contact: &Contact,
    profile_name: Option<&str>,
    at: Timestamp,
) -> Result<Conversa, Problem> {
    let row: Row = sqlx::query_as(
        "insert into conversas (cliente_id, contato, telefone, lid, jid, nome_perfil, ultima_mensagem_em)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (cliente_id, contato) do update
            set jid = excluded.jid, lid = coalesce(excluded.lid, conversas.lid),
                nome_perfil = coalesce(excluded.nome_perfil, conversas.nome_perfil),
                ultima_mensagem_em = greatest(conversas.ultima_mensagem_em, excluded.ultima_mensagem_em)
         returning id, jid, paciente_id, modo, humano_desde, urgente, bot_parado, calado_ate, respostas_dia, respostas_no_dia, estado",
    )
    .bind(tx.cliente_id())
    .bind(contact.key())
    .bind(contact.telefone.as_ref().map(crate::domain::telefone::Telefone::as_e164))
    .bind(contact.lid.as_deref())
    .bind(&contact.jid)
    .bind(profile_name)
    .bind(at.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(row.into())
}

/// The thread with a contact we write to first; where to answer stays what the patient's own messages said. A thread that is there is not
/// locked: whoever is in conversation there may be waiting for an agenda we hold.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open_quietly(tx: &mut TenantTx, contact: &Contact) -> Result<Conversa, Problem> {
    if let Some(conversa) = find(tx, contact).await? {
        return Ok(conversa);
    }
    sqlx::query(
        "insert into conversas (cliente_id, contato, telefone, lid, jid) values ($1, $2, $3, $4, $5)
         on conflict (cliente_id, contato) do nothing",
    )
    .bind(tx.cliente_id())
    .bind(contact.key())
    .bind(contact.telefone.as_ref().map(crate::domain::telefone::Telefone::as_e164))
    .bind(contact.lid.as_deref())
    .bind(&contact.jid)
    .execute(tx.conn())
    .await?;
    find(tx, contact).await?.ok_or(Problem::Internal)
}

/// The thread with a contact as it is now, if there is one; whoever only looks holds up nobody.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find(tx: &mut TenantTx, contact: &Contact) -> Result<Option<Conversa>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, jid, paciente_id, modo, humano_desde, urgente, bot_parado, calado_ate, respostas_dia, respostas_no_dia, estado from conversas
         where cliente_id = $1 and contato = $2",
    )
    .bind(tx.cliente_id())
    .bind(contact.key())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Into::into))
}

/// The thread with a contact, if there is one, locked as [`open`] does.
///
/// # Errors
/// When Postgres does not answer.
pub async fn reopen(tx: &mut TenantTx, contact: &Contact) -> Result<Option<Conversa>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, jid, paciente_id, modo, humano_desde, urgente, bot_parado, calado_ate, respostas_dia, respostas_no_dia, estado from conversas
         where cliente_id = $1 and contato = $2 for update",
    )
    .bind(tx.cliente_id())
    .bind(contact.key())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Into::into))
}

/// The thread in which a patient booked whose phone WhatsApp does not tell, the last they wrote in.
///
/// # Errors
/// When Postgres does not answer.
pub async fn find_without_phone(
    tx: &mut TenantTx,
    paciente: PacienteId,
) -> Result<Option<Conversa>, Problem> {
    let row: Option<Row> = sqlx::query_as(
        "select id, jid, paciente_id, modo, humano_desde, urgente, bot_parado, calado_ate, respostas_dia, respostas_no_dia, estado from conversas
         where cliente_id = $1 and paciente_id = $2 and telefone is null and lid is not null and jid <> ''
         order by ultima_mensagem_em desc, id desc limit 1",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Into::into))
}

/// Keeps what the assistant remembers, and who answers.
///
/// # Errors
/// When Postgres does not answer.
pub async fn save(tx: &mut TenantTx, conversa: &Conversa) -> Result<(), Problem> {
    let modo = match conversa.modo {
        Modo::Bot => "bot",
        Modo::Humano => "humano",
        Modo::Encerrada => "encerrada",
    };
    sqlx::query(
        "update conversas set estado = $2, paciente_id = $3, modo = $4, humano_desde = $5, bot_parado = $6, urgente = $7, calado_ate = $8,
                atendente_tipo = case when $4 = 'humano' then atendente_tipo end,
                atendente_id = case when $4 = 'humano' then atendente_id end
         where id = $1",
    )
    .bind(conversa.id)
    .bind(&conversa.estado)
    .bind(conversa.paciente_id)
    .bind(modo)
    .bind(conversa.humano_desde.map(jiff_sqlx::ToSqlx::to_sqlx))
    .bind(conversa.bot_parado)
    .bind(conversa.urgente)
    .bind(conversa.calado_ate.map(jiff_sqlx::ToSqlx::to_sqlx))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts one more message the assistant wrote in a thread on a day of the clinic. The caller holds the thread.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_answer(tx: &mut TenantTx, id: ConversaId, day: Date) -> Result<(), Problem> {
    sqlx::query(
        "update conversas set respostas_no_dia = case when respostas_dia = $2 then respostas_no_dia + 1 else 1 end, respostas_dia = $2
         where id = $1",
    )
    .bind(id)
    .bind(day.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Which of these events and messages of the clinic's own side are here already: by the names under which the inbox keeps events, and WhatsApp's ids of
/// messages.
///
/// # Errors
/// When Postgres does not answer.
pub async fn known(
    tx: &mut TenantTx,
    event_ids: &[String],
    message_ids: &[String],
) -> Result<HashSet<String>, Problem> {
    let known: Vec<String> = sqlx::query_scalar(
        "select mensagem_id from entrada where cliente_id = $1 and origem = 'evolution' and mensagem_id = any($2)
         union all
         select whatsapp_id from mensagens where cliente_id = $1 and whatsapp_id = any($3) and direcao = 'saida'",
    )
    .bind(tx.cliente_id())
    .bind(event_ids)
    .bind(message_ids)
    .fetch_all(tx.conn())
    .await?;
    Ok(known.into_iter().collect())
}
