//! `idempotencia_operador`: what was answered to an operator's request that may be repeated, as `db::idempotencia` keeps it for clinics.

use jiff_sqlx::ToSqlx;
use serde_json::Value;

use super::OperatorTx;
use crate::db::idempotencia::Claim;
use crate::problem::Problem;

/// Claims the operator's `key` for a request whose payload has this `digest`; keys older than a day are forgotten on the way.
///
/// # Errors
/// [`Problem::IdempotencyKeyReused`] when the key stands for another request.
pub async fn claim(tx: &mut OperatorTx, key: &str, route: &str, digest: &str) -> Result<Claim, Problem> {
    let (user_id, at) = (tx.user_id(), tx.at().to_sqlx());
    let old = "delete from idempotencia_operador where operador_id = $1 and criado_em < $2::timestamptz - interval '1 day'";
    sqlx::query(old).bind(user_id).bind(at).execute(tx.conn()).await?;
    let inserted = sqlx::query(
        "insert into idempotencia_operador (operador_id, chave, rota, corpo_hash, criado_em) values ($1, $2, $3, $4, $5)
         on conflict (operador_id, chave) do nothing",
    );
    let inserted =
        inserted.bind(user_id).bind(key).bind(route).bind(digest).bind(at).execute(tx.conn()).await?;
    if inserted.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let known = "select rota, corpo_hash, status::int, resposta from idempotencia_operador where operador_id = $1 and chave = $2";
    let (known_route, known_digest, status, body): (String, String, Option<i32>, Option<Value>) =
        sqlx::query_as(known).bind(user_id).bind(key).fetch_one(tx.conn()).await?;
    if known_route != route || known_digest != digest {
        return Err(Problem::IdempotencyKeyReused);
    }
    match (status.and_then(|status| u16::try_from(status).ok()), body) {
        (Some(status), Some(body)) => Ok(Claim::Done { status, body }),
        _ => Err(Problem::Unavailable),
    }
}

/// Keeps the answer with the effect.
///
/// # Errors
/// When Postgres does not answer.
pub async fn answer(tx: &mut OperatorTx, key: &str, status: u16, body: &Value) -> Result<(), Problem> {
    let user_id = tx.user_id();
    sqlx::query(
        "update idempotencia_operador set status = $3, resposta = $4 where operador_id = $1 and chave = $2",
    )
    .bind(user_id)
    .bind(key)
    .bind(i32::from(status))
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}
