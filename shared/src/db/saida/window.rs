//! The day Meta gives: a free text leaves only within a day after the patient's last message there. What may not leave then, and has no
//! template that says the same, waits; a template asks once for an answer, and the answer lets everything leave in its order.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::{Claimed, NewSaida, insert};
use crate::db::TenantTx;
use crate::db::column::OptionalTimestamp;
use crate::db::mensagens::Autor;
use crate::id::{ConversaId, MensagemId};
use crate::problem::Problem;
use crate::whatsapp::Modelo;

/// How long the window stands open; a minute less than Meta says, for clocks and the way there.
const OPEN: SignedDuration = SignedDuration::from_mins(24 * 60 - 1);
/// How old what waited may be when the patient answers at last; an older text would surprise more than it tells.
const STALE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether a free text may leave at `now` to somebody who last wrote at `received`.
pub(crate) fn is_open(received: Option<Timestamp>, now: Timestamp) -> bool {
    received.is_some_and(|at| now.duration_since(at) < OPEN)
}

/// Until when a free text may leave to somebody who last wrote at `received`.
pub fn until(received: Timestamp) -> Timestamp {
    received.saturating_add(OPEN).unwrap_or(received)
}

/// The patient wrote through Meta at `sent_at`: the window is open, and what waited may leave, before whatever answers this message. Called
/// by whoever holds the thread. How many may leave.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(
    tx: &mut TenantTx,
    conversa_id: ConversaId,
    sent_at: Timestamp,
    now: Timestamp,
) -> Result<usize, Problem> {
    sqlx::query("update conversas set recebida_cloud_em = greatest(recebida_cloud_em, $2) where id = $1")
        .bind(conversa_id)
        .bind(sent_at.to_sqlx())
        .execute(tx.conn())
        .await?;
    if !is_open(Some(sent_at), now) {
        return Ok(0);
    }
    // Nobody need be asked for an answer any more.
    sqlx::query(
        "with desnecessaria as (
           update saida set estado = 'cancelada', chave = null
           where cliente_id = $2 and conversa_id = $1 and chave like 'retomada:%' and estado = 'pendente' returning mensagem_id)
         update mensagens m set apagada_em = $3 from desnecessaria d where m.cliente_id = $2 and m.id = d.mensagem_id",
    )
    .bind(conversa_id)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    let (freed, stale): (i64, i64) = sqlx::query_as(
        "with solta as (
           update saida set estado = case when criado_em < $4 then 'falhou' else 'pendente' end,
                  erro = case when criado_em < $4 then 'o paciente não respondeu a tempo' end, proxima_em = $3, prioridade = 0
           where cliente_id = $2 and conversa_id = $1 and estado = 'aguardando'
           returning mensagem_id, estado),
         mostrada as (
           update mensagens m set estado = s.estado from solta s
           where m.cliente_id = $2 and m.id = s.mensagem_id and m.estado = 'aguardando')
         select count(*) filter (where estado = 'pendente'), count(*) filter (where estado = 'falhou') from solta",
    )
    .bind(conversa_id)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .bind((now - STALE).to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    if stale > 0 {
        tracing::warn!(conversa.id = %conversa_id, stale, "texts that waited for too long will not leave");
    }
    if freed > 0 {
        tx.speak();
    }
    Ok(usize::try_from(freed).unwrap_or_default())
}

/// A claimed text may not leave now: it waits, and the patient is asked once for an answer. When the patient wrote while it was tried, it
/// is pending again instead.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn wait(
    tx: &mut TenantTx,
    claimed: &Claimed,
    clinica: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(conversa_id) = claimed.conversa_id else {
        return super::fail(tx, claimed, "sem conversa").await;
    };
    // Whoever receives a message of the patient holds this row first too.
    let received: Option<OptionalTimestamp> =
        sqlx::query_scalar("select recebida_cloud_em from conversas where id = $1 for no key update")
            .bind(conversa_id)
            .fetch_optional(tx.conn())
            .await?;
    let received: Option<Timestamp> = received.and_then(Into::into);
    let estado = if received > claimed.recebida_cloud_em { "pendente" } else { "aguardando" };
    let waits = sqlx::query(
        "update saida set estado = $2, lease_ate = null, proxima_em = $3 where id = $1 and estado = 'enviando'",
    )
    .bind(claimed.id)
    .bind(estado)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    if waits.rows_affected() == 0 || estado == "pendente" {
        return Ok(());
    }
    sqlx::query(
        "update mensagens set estado = 'aguardando' where id = $1 and estado in ('pendente', 'incerta')",
    )
    .bind(claimed.mensagem_id)
    .execute(tx.conn())
    .await?;
    // Whoever waits already has been asked. One at a time holds the thread, so nobody is asked twice.
    let asked: bool = sqlx::query_scalar(
        "select exists (select from saida where cliente_id = $2 and conversa_id = $1 and estado = 'aguardando' and id <> $3)
             or exists (select from saida where cliente_id = $2 and conversa_id = $1 and chave like 'retomada:%'
                        and estado in ('pendente', 'enviando', 'incerta'))",
    )
    .bind(conversa_id)
    .bind(tx.cliente_id())
    .bind(claimed.id)
    .fetch_one(tx.conn())
    .await?;
    if asked {
        return Ok(());
    }
    let modelo = Modelo::Retomada { clinica: clinica.to_owned() };
    let new = NewSaida {
        conversa_id,
        destino: &claimed.destino,
        texto: &modelo.texto(),
        chave: Some(&format!("retomada:{}:{}", claimed.id, now.as_second())),
        at: now,
        modelo: Some(modelo.clone()),
    };
    insert(tx, &new, Autor::Bot).await.map(|_| ())
}

/// What asked for an answer will not arrive: what waits for that answer failed too.
pub(super) async fn give_up(tx: &mut TenantTx, conversa_id: ConversaId) -> Result<(), Problem> {
    sqlx::query(
        "with desistida as (
           update saida set estado = 'falhou', erro = 'o paciente não pôde ser avisado'
           where cliente_id = $2 and conversa_id = $1 and estado = 'aguardando' returning mensagem_id)
         update mensagens m set estado = 'falhou' from desistida d
         where m.cliente_id = $2 and m.id = d.mensagem_id and m.estado = 'aguardando'",
    )
    .bind(conversa_id)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Meta says, after it took one of our texts, that the window was closed: it has not left. It is tried again, as a template or when the
/// patient writes. Whether it was one of ours.
///
/// # Errors
/// When Postgres does not answer.
pub async fn closed(tx: &mut TenantTx, whatsapp_id: &str, now: Timestamp) -> Result<bool, Problem> {
    let found: Option<(MensagemId, ConversaId)> = sqlx::query_as(
        "select id, conversa_id from mensagens
         where cliente_id = $1 and whatsapp_id = $2 and direcao = 'saida' and estado in ('pendente', 'enviada', 'incerta', 'falhou')",
    )
    .bind(tx.cliente_id())
    .bind(whatsapp_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some((mensagem, conversa)) = found else { return Ok(false) };
    sqlx::query("update conversas set recebida_cloud_em = null where id = $1")
        .bind(conversa)
        .execute(tx.conn())
        .await?;
    let again = sqlx::query(
        "update saida set estado = 'pendente', whatsapp_id = null, enviada_em = null, erro = null, proxima_em = $4
         where cliente_id = $1 and conversa_id = $2 and whatsapp_id = $3 and estado = 'enviada'",
    )
    .bind(tx.cliente_id())
    .bind(conversa)
    .bind(whatsapp_id)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    if again.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("update mensagens set estado = 'pendente', whatsapp_id = null where id = $1")
        .bind(mensagem)
        .execute(tx.conn())
        .await?;
    tx.speak();
    Ok(true)
}
