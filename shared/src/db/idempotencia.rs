//! `idempotencia`: what was answered to a request that a client may repeat.
//!
//! The row is written in the transaction of the effect, so either both exist or neither: a DynamoDB record beside the
//! transaction could promise an answer that was rolled back, or forget one that was committed. Two equal requests at once: the
//! second waits on the first's row and then reads its answer.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::{TenantTx, acessos};
use crate::id::{ConversaId, PacienteId};
use crate::problem::Problem;

/// What is known of a key.
#[derive(Debug)]
pub enum Claim {
    /// Never seen: do the work, then [`answer`].
    New,
    /// Done before: the same answer again.
    Done {
        /// The status answered.
        status: u16,
        /// The body answered.
        body: Value,
    },
}

#[derive(sqlx::FromRow)]
struct Known {
    rota: String,
    corpo_hash: String,
    status: Option<i32>,
    resposta: Option<Value>,
    pacientes: Vec<PacienteId>,
    conversas: Vec<ConversaId>,
}

/// Claims `key` for a request whose payload has this `digest`.
///
/// # Errors
/// [`Problem::IdempotencyKeyReused`] when the key stands for another request.
pub async fn claim(tx: &mut TenantTx, key: &str, route: &str, digest: &str) -> Result<Claim, Problem> {
    let cliente_id = tx.cliente_id();
    let inserted = sqlx::query(
        "insert into idempotencia (cliente_id, chave, rota, corpo_hash) values ($1, $2, $3, $4)
         on conflict (cliente_id, chave) do nothing",
    )
    .bind(cliente_id)
    .bind(key)
    .bind(route)
    .bind(digest)
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let known: Known = sqlx::query_as(
        "select rota, corpo_hash, status::int, resposta, pacientes, conversas from idempotencia where chave = $1",
    )
    .bind(key)
    .fetch_one(tx.conn())
    .await?;
    if known.rota != route || known.corpo_hash != digest {
        return Err(Problem::IdempotencyKeyReused);
    }
    match (known.status.and_then(|status| u16::try_from(status).ok()), known.resposta) {
        (Some(status), Some(body)) => {
            // Whoever is given an answer again is shown again whom it showed.
            tx.saw(known.pacientes);
            tx.saw_threads(known.conversas);
            Ok(Claim::Done { status, body })
        }
        _ => Err(Problem::Unavailable),
    }
}

/// Keeps the answer with the effect, and whom it shows.
///
/// # Errors
/// When Postgres does not answer.
pub async fn answer(tx: &mut TenantTx, key: &str, status: u16, body: &Value) -> Result<(), Problem> {
    let (pacientes, conversas) = acessos::shown(tx);
    sqlx::query(
        "update idempotencia set status = $2, resposta = $3, pacientes = $4, conversas = $5 where chave = $1",
    )
    .bind(key)
    .bind(i32::from(status))
    .bind(body)
    .bind(pacientes)
    .bind(conversas)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets keys older than a day; whether more remain does not matter, the next sweep takes them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "delete from idempotencia where (cliente_id, chave) in (
           select cliente_id, chave from idempotencia where criado_em < $1::timestamptz - interval '1 day' limit 500)",
    )
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}
