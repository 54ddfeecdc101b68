//! Which message leaves next.
//!
//! Answers go at once, in the order they were written. What is sent by itself (reminders, notices, offers) goes one at a time with pauses,
//! for WhatsApp takes a number that writes to many strangers quickly for a machine, and sooner when it is new. The pace is a row of
//! Postgres that whoever claims holds, so it is the same however many workers run.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::Claimed;
use crate::db::TenantTx;
use crate::db::column::OptionalTimestamp;
use crate::db::conexoes::{self, state::NEW_FOR};
use crate::id::ConversaId;
use crate::problem::Problem;

/// What there is to send.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, taken apart as soon as it is made")]
pub enum Claim {
    /// This, now.
    Message(Claimed),
    /// Something, but not before then.
    Wait(Timestamp),
    /// Nothing that is due.
    Nothing,
}

/// How fast a number may write to people who did not.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pace {
    /// Seconds between two messages, at least …
    least: f64,
    /// … and up to so many more, because machines are regular.
    more: f64,
    /// Messages in an hour.
    hour: i32,
}

impl Pace {
    const USUAL: Self = Self { least: 1.5, more: 1.5, hour: 600 };
    /// Of a number that was connected less than a week ago.
    const NEW: Self = Self { least: 6.0, more: 6.0, hour: 60 };
    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn of(connected_first: Option<Timestamp>, now: Timestamp) -> Self {
        let new = connected_first.is_some_and(|first| now.duration_since(first) < NEW_FOR);
        if new { Self::NEW } else { Self::USUAL }
    }
}

/// How a clinic's messages have left so far.
#[derive(sqlx::FromRow)]
struct Left {
    #[sqlx(try_from = "OptionalTimestamp")]
    proximo_aviso_em: Option<Timestamp>,
    ultimo_aviso_conversa: Option<ConversaId>,
    #[sqlx(try_from = "OptionalTimestamp")]
    hora_em: Option<Timestamp>,
    hora_avisos: i32,
    #[sqlx(try_from = "OptionalTimestamp")]
    numero_desde: Option<Timestamp>,
}

impl Left {
    /// Until when a message to somebody else has to wait.
    fn wait(&self, pace: Pace, now: Timestamp) -> Option<Timestamp> {
        let full = self.hora_em.map(|began| began + Pace::HOUR).filter(|_| self.hora_avisos >= pace.hour);
        full.max(self.proximo_aviso_em).filter(|until| *until > now)
    }
}

/// Claims the next due message of an instance for `lease`: answers first, the oldest of a destination first, and none of a destination that
/// has one on its way, so that a person reads them in order however many workers run.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(
    tx: &mut TenantTx,
    instancia: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<Claim, Problem> {
    if let Some(claimed) = claim_one(tx, ANSWER, None, now, lease).await? {
        return Ok(Claim::Message(claimed));
    }
    if !has_unasked(tx, now).await? {
        return Ok(Claim::Nothing);
    }
    // Held until the claim is committed.
    conexoes::hold(tx, instancia).await?;
    let left: Left = sqlx::query_as(
        "select proximo_aviso_em, ultimo_aviso_conversa, hora_em, hora_avisos, numero_desde from conexoes
         where cliente_id = $1 and instancia = $2",
    )
    .bind(tx.cliente_id())
    .bind(instancia)
    .fetch_one(tx.conn())
    .await?;
    let pace = Pace::of(left.numero_desde, now);
    let wait = left.wait(pace, now);
    // The second message to the same person is no second person written to.
    let only = wait.and(left.ultimo_aviso_conversa);
    let claimed = match (wait, only) {
        (None, _) => claim_one(tx, UNASKED, None, now, lease).await?,
        (Some(_), Some(_)) => claim_one(tx, UNASKED_OF, only, now, lease).await?,
        (Some(_), None) => None,
    };
    match (claimed, wait) {
        (Some(claimed), _) => {
            let conversa_id = claimed.conversa_id;
            if conversa_id.is_none() || conversa_id != left.ultimo_aviso_conversa {
                count(tx, (instancia, &left), pace, conversa_id, now).await?;
            }
            Ok(Claim::Message(claimed))
        }
        (None, Some(until)) => Ok(Claim::Wait(until)),
        (None, None) => Ok(Claim::Nothing),
    }
}

/// The statement that claims the next due message that is more than this, the oldest first. What was to be said to somebody before goes before.
macro_rules! claim_next {
    ($more:literal) => {
        concat!(
            "update saida set estado = 'enviando', tentativas = tentativas + 1, tentada_em = $1, lease_ate = $2
             where id = (
               select s.id from saida s
               where s.cliente_id = $3 and s.estado = 'pendente' and s.proxima_em <= $1
                 and not exists (
                   select from saida earlier
                   where earlier.cliente_id = $3 and earlier.destino = s.destino and earlier.id < s.id
                     and earlier.estado in ('pendente', 'enviando')) ",
            $more,
            " order by s.id limit 1
               for update skip locked)
             returning id, mensagem_id, destino, texto, tentativas, modelo, correlacao, conversa_id,
                       (select c.recebida_cloud_em from conversas c
                        where c.cliente_id = saida.cliente_id and c.id = saida.conversa_id) as recebida_cloud_em"
        )
    };
}

/// Only to somebody who is in conversation.
const ANSWER: &str = claim_next!(
    "and s.destino = any(array(
       select a.destino from saida a where a.cliente_id = $3 and a.estado = 'pendente' and a.prioridade = 0))"
);
/// To anybody.
const UNASKED: &str = claim_next!("");
/// Only of one conversation.
const UNASKED_OF: &str = claim_next!("and s.conversa_id = $4");

async fn claim_one(
    tx: &mut TenantTx,
    statement: &'static str,
    only: Option<ConversaId>,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Claimed>, Problem> {
    let query =
        sqlx::query_as(statement).bind(now.to_sqlx()).bind((now + lease).to_sqlx()).bind(tx.cliente_id());
    let query = if only.is_some() { query.bind(only) } else { query };
    Ok(query.fetch_optional(tx.conn()).await?)
}

async fn has_unasked(tx: &mut TenantTx, now: Timestamp) -> Result<bool, Problem> {
    let has = sqlx::query_scalar(
        "select exists (
           select from saida s
           where s.cliente_id = $2 and s.estado = 'pendente' and s.proxima_em <= $1
             and not exists (
               select from saida earlier
               where earlier.cliente_id = $2 and earlier.destino = s.destino and earlier.id < s.id
                 and earlier.estado in ('pendente', 'enviando')))",
    )
    .bind(now.to_sqlx())
    .bind(tx.cliente_id())
    .fetch_one(tx.conn())
    .await?;
    Ok(has)
}

/// Counts one more person written to.
async fn count(
    tx: &mut TenantTx,
    (instancia, left): (&str, &Left),
    pace: Pace,
    conversa_id: Option<ConversaId>,
    now: Timestamp,
) -> Result<(), Problem> {
    let (began, avisos) = match left.hora_em {
        Some(began) if now.duration_since(began) < Pace::HOUR => (began, left.hora_avisos + 1),
        _ => (now, 1),
    };
    sqlx::query(
        "update conexoes set proximo_aviso_em = $2 + make_interval(secs => $3 + random() * $4), ultimo_aviso_conversa = $5,
                hora_em = $6, hora_avisos = $7
         where cliente_id = $1 and instancia = $8",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .bind(pace.least)
    .bind(pace.more)
    .bind(conversa_id)
    .bind(began.to_sqlx())
    .bind(avisos)
    .bind(instancia)
    .execute(tx.conn())
    .await?;
    Ok(())
}
