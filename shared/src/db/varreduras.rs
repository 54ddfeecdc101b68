//! `varreduras_lentas`: clinics whose part of a sweep took too long. They are the last of the next ones (`hi_due_clientes`), so that nobody waits behind
//! them; and what is due there is done piece by piece, so that one piece that cannot be done holds up no other.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::problem::Problem;

/// How long a clinic is the last.
const LAST_FOR: SignedDuration = SignedDuration::from_mins(30);

/// Writes down that a clinic took too long.
///
/// # Errors
/// When Postgres does not answer.
pub async fn was_slow(tx: &mut TenantTx, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "insert into varreduras_lentas (cliente_id, ate) values ($1, $2)
         on conflict (cliente_id) do update set ate = excluded.ate",
    )
    .bind(tx.cliente_id())
    .bind((now + LAST_FOR).to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the clinic took too long lately.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_slow(tx: &mut TenantTx, now: Timestamp) -> Result<bool, Problem> {
    let slow = sqlx::query_scalar(
        "select exists (select from varreduras_lentas where cliente_id = $1 and ate > $2)",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(slow)
}
