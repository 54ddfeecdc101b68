//! `pedidos_senha`: who asked for another password. Of the secret in the letter only the digest is kept.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use secrecy::SecretString;

use super::TenantTx;
use crate::auth::{UserType, link};
use crate::id::UserId;
use crate::problem::Problem;

/// How long the link of a letter serves.
pub const SERVES: Duration = Duration::from_hours(1);

/// Remembers that this person asked; what they asked for before is over.
///
/// # Errors
/// When Postgres does not answer.
pub async fn ask(
    tx: &mut TenantTx,
    (user_type, id): (UserType, UserId),
    secret: &SecretString,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into pedidos_senha (cliente_id, usuario_tipo, usuario_id, token_hash, criado_em, expira_em)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (cliente_id, usuario_tipo, usuario_id)
         do update set token_hash = excluded.token_hash, criado_em = excluded.criado_em, expira_em = excluded.expira_em",
    )
    .bind(tx.cliente_id())
    .bind(user_type.as_str())
    .bind(id)
    .bind(link::digest(secret))
    .bind(now.to_sqlx())
    .bind((now + SERVES).to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a link with this secret serves at `now`; asked before a password is hashed.
///
/// # Errors
/// When Postgres does not answer.
pub async fn stands(tx: &mut TenantTx, secret: &SecretString, now: Timestamp) -> Result<bool, Problem> {
    let found = sqlx::query_scalar(
        "select exists (select from pedidos_senha where cliente_id = $1 and token_hash = $2 and expira_em > $3)",
    )
    .bind(tx.cliente_id())
    .bind(link::digest(secret))
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// Uses the secret up: whose it is, if it serves. Two at once are one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(
    tx: &mut TenantTx,
    secret: &SecretString,
    now: Timestamp,
) -> Result<Option<(UserType, UserId)>, Problem> {
    let row: Option<(String, UserId)> = sqlx::query_as(
        "delete from pedidos_senha where cliente_id = $1 and token_hash = $2 and expira_em > $3
         returning usuario_tipo, usuario_id",
    )
    .bind(tx.cliente_id())
    .bind(link::digest(secret))
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(user_type, id)| {
        (if user_type == "medico" { UserType::Medico } else { UserType::Secretaria }, id)
    }))
}
