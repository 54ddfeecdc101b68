//! What people do with a thread. Each act holds the thread's row first, as the assistant does for a message, so that the one waits for the
//! other; then it leaves its trace in `auditoria`, without anything personal.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::auth::{Session, UserType};
use crate::db::TenantTx;
use crate::db::auditoria::{self, Author};
use crate::db::reservas;
use crate::id::{ConversaId, MensagemId, UserId};
use crate::problem::Problem;

/// Which user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By(pub(super) UserType, pub(super) UserId);

impl From<&Session> for By {
    fn from(session: &Session) -> Self {
        Self(session.user_type(), session.user_id())
    }
}

/// A thread nobody else touches until the transaction ends.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Held {
    /// `conversas.id`.
    pub id: ConversaId,
    /// Where to answer.
    pub jid: String,
    /// E.164, when WhatsApp tells it.
    pub telefone: Option<String>,
    /// The contact's LID, when WhatsApp tells one.
    pub lid: Option<String>,
    modo: String,
    atendente_tipo: Option<String>,
    atendente_id: Option<UserId>,
    urgente: bool,
    nao_lidas: i32,
}

impl Held {
    /// Whether it tells of an emergency nobody has seen to.
    pub fn is_urgent(&self) -> bool {
        self.urgente
    }
}

/// Holds a thread.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, it was erased, or it is another clinic's.
pub async fn hold(tx: &mut TenantTx, id: ConversaId) -> Result<Held, Problem> {
    let row = sqlx::query_as(
        "select id, jid, telefone, lid, modo, atendente_tipo, atendente_id, urgente, nao_lidas
         from conversas where id = $1 and jid <> '' for no key update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Takes a thread over: the assistant is silent from now on, until it is given back or the person is silent for long enough.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_over(tx: &mut TenantTx, held: &Held, by: By, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update conversas set modo = 'humano', humano_desde = $2, atendente_tipo = $3, atendente_id = $4 where id = $1",
    )
    .bind(held.id)
    .bind(now.to_sqlx())
    .bind(by.0.as_str())
    .bind(by.1)
    .execute(tx.conn())
    .await?;
    let same = held.modo == "humano"
        && held.atendente_tipo.as_deref() == Some(by.0.as_str())
        && held.atendente_id == Some(by.1);
    if same { Ok(()) } else { trace(tx, held.id, by, "conversa_assumida").await }
}

/// Gives a thread back to the assistant, which has forgotten what was half done before: a person may have done it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn give_back(tx: &mut TenantTx, held: &Held, by: By) -> Result<(), Problem> {
    leave(tx, held, by, "bot", "conversa_devolvida").await
}

/// Closes a thread until the patient writes again: there is nothing left to read, and the assistant starts anew.
///
/// # Errors
/// When Postgres does not answer.
pub async fn close(tx: &mut TenantTx, held: &Held, by: By) -> Result<(), Problem> {
    read(tx, held, None).await?;
    leave(tx, held, by, "encerrada", "conversa_encerrada").await
}

async fn leave(
    tx: &mut TenantTx,
    held: &Held,
    by: By,
    modo: &'static str,
    act: &'static str,
) -> Result<(), Problem> {
    sqlx::query(
        "update conversas set modo = $2, humano_desde = null, atendente_tipo = null, atendente_id = null, estado = '{}'
         where id = $1",
    )
    .bind(held.id)
    .bind(modo)
    .execute(tx.conn())
    .await?;
    // A time that was kept while somebody chose it is anybody's again.
    reservas::release(tx, &reservas::owner_of(held.id)).await?;
    if held.modo == modo { Ok(()) } else { trace(tx, held.id, by, act).await }
}

/// Marks a thread as read, up to a message somebody saw: what came after it stays unread.
///
/// # Errors
/// When Postgres does not answer.
pub async fn read(tx: &mut TenantTx, held: &Held, up_to: Option<MensagemId>) -> Result<(), Problem> {
    if held.nao_lidas == 0 {
        return Ok(());
    }
    sqlx::query(
        "update conversas set nao_lidas = case when $2::bigint is null then 0 else least(nao_lidas, (
           select count(*) from mensagens m
           where m.cliente_id = $3 and m.conversa_id = $1 and m.id > $2 and m.direcao = 'entrada')::integer) end
         where id = $1",
    )
    .bind(held.id)
    .bind(up_to)
    .bind(tx.cliente_id())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks an urgency as handled, by whom and when. Of a thread that is not urgent nothing changes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn handle_urgency(tx: &mut TenantTx, held: &Held, by: By, now: Timestamp) -> Result<(), Problem> {
    if !held.urgente {
        return Ok(());
    }
    sqlx::query(
        "update conversas set urgente = false, urgencia_atendida_em = $2, urgencia_atendida_tipo = $3, urgencia_atendida_id = $4
         where id = $1",
    )
    .bind(held.id)
    .bind(now.to_sqlx())
    .bind(by.0.as_str())
    .bind(by.1)
    .execute(tx.conn())
    .await?;
    trace(tx, held.id, by, "urgencia_atendida").await
}

async fn trace(tx: &mut TenantTx, id: ConversaId, by: By, act: &str) -> Result<(), Problem> {
    auditoria::record(tx, Author::User(by.0, by.1), act, &format!("conversas/{id}"), None, None).await
}
