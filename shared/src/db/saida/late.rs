//! What was written in quiet hours and waits for their end: `adiada`. It is not pending: nothing waits behind it, and nobody has read it. It
//! leaves when its time comes, or before what is said to the patient once they write (`insert_late`).

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::problem::Problem;

/// Lets everything leave whose time has come; how many there were.
///
/// # Errors
/// When Postgres does not answer.
pub async fn wake(tx: &mut TenantTx, now: Timestamp) -> Result<u64, Problem> {
    let woken = sqlx::query(
        "update saida set estado = 'pendente' where cliente_id = $1 and estado = 'adiada' and proxima_em <= $2",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(woken.rows_affected())
}

/// Takes back what waits under names that begin with `prefix`, except those that end with `but`: it is not true any more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn withdraw(tx: &mut TenantTx, prefix: &str, but: &str, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "with retirada as (
           update saida set estado = 'cancelada', chave = null
           where cliente_id = $1 and estado = 'adiada' and starts_with(chave, $2) and right(chave, length($3)) <> $3
           returning mensagem_id)
         update mensagens m set apagada_em = $4 from retirada r where m.cliente_id = $1 and m.id = r.mensagem_id",
    )
    .bind(tx.cliente_id())
    .bind(prefix)
    .bind(but)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}
