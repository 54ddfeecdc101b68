//! Lines to WhatsApp as they begin and end: whether what Evolution has under a clinic's name was made for the clinic, and what clinics left there
//! (`nomes_deixados`, written by the database), which is to be ended.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::{Db, TenantTx};
use crate::problem::Problem;

/// Whether the clinic's instance was made for it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_own(tx: &mut TenantTx, instance: &str) -> Result<bool, Problem> {
    let made = sqlx::query_scalar(
        "select whatsapp_feita_em is not null from clientes where id = $1 and whatsapp_instance = $2",
    );
    let made: Option<bool> = made.bind(tx.cliente_id()).bind(instance).fetch_optional(tx.conn()).await?;
    Ok(made.unwrap_or(false))
}

/// Evolution has nothing under the name: what it will have is made for the clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn begins(tx: &mut TenantTx, instance: &str, now: Timestamp) -> Result<(), Problem> {
    sqlx::query(
        "update clientes set whatsapp_feita_em = $3 where id = $1 and whatsapp_instance = $2 and whatsapp_feita_em is null",
    )
    .bind(tx.cliente_id())
    .bind(instance)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Instances to be ended, a few; nobody else's turn until a minute from now, later each time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn to_end(db: &Db, now: Timestamp) -> Result<Vec<String>, Problem> {
    let names = sqlx::query_scalar("select hi_instancias_a_encerrar($1, 5)");
    Ok(names.bind(now.to_sqlx()).fetch_all(&mut *db.connection().await?).await?)
}

/// Evolution has it no more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ended(db: &Db, instance: &str, now: Timestamp) -> Result<(), Problem> {
    let ended = sqlx::query("select hi_instancia_encerrada($1, $2)");
    ended.bind(instance).bind(now.to_sqlx()).execute(&mut *db.connection().await?).await?;
    Ok(())
}
