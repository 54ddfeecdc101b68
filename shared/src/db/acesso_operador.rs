//! What operators do with their own access, through functions of the schema: the functions' role sees no row of theirs. Each act is in the operators'
//! trail, with the address it came from.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::Db;
use super::senhas::Motivo;
use crate::auth::link;
use crate::id::UserId;
use crate::problem::Problem;

/// From where, and when.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The client's address, where the gateway told it.
    pub from: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// What is to be said against a password, once it is known whose login it goes with.
type Fits<'a> = &'a (dyn Fn(&str) -> Result<(), Problem> + Sync);

impl Seen {
    fn address(self) -> Option<String> {
        self.from.map(|address| address.to_string())
    }
}

/// Keeps the link of an operator who forgot the password and writes the letter with it; of an address nobody has, nothing.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget(
    db: &Db,
    email: &str,
    secret: &SecretString,
    (assunto, texto): (&str, &SecretString),
    seen: Seen,
) -> Result<(), Problem> {
    sqlx::query("select hi_esquece_senha_operador($1, $2, $3, $4, $5::inet, $6, $7)")
        .bind(email)
        .bind(link::digest(secret))
        .bind(assunto)
        .bind(texto.expose_secret())
        .bind(seen.address())
        .bind(seen.at.to_sqlx())
        .bind((seen.at + Motivo::Esquecida.stands_for()).to_sqlx())
        .execute(&mut *db.connection().await?)
        .await?;
    Ok(())
}

/// Refuses a link that does not stand; what a hash is made for stands.
///
/// # Errors
/// The reason, as `over` says it.
pub async fn ensure_stands(
    db: &Db,
    (secret, motivo): (&SecretString, Motivo),
    now: Timestamp,
    over: fn(&str) -> Problem,
) -> Result<(), Problem> {
    let reason: Option<String> = sqlx::query_scalar("select hi_ve_link_operador($1, $2, $3)")
        .bind(motivo.as_str())
        .bind(link::digest(secret))
        .bind(now.to_sqlx())
        .fetch_one(&mut *db.connection().await?)
        .await?;
    reason.map_or(Ok(()), |reason| Err(over(&reason)))
}

/// Sets the password of the link's operator, ends the link, every other of theirs and all their sessions. Who had a password before is written to.
///
/// # Errors
/// The reason why it opens nothing, as `over` says it; what `fits` says of the operator's login.
pub async fn choose(
    db: &Db,
    (secret, motivo): (&SecretString, Motivo),
    (hash, fits): (&str, Fits<'_>),
    letter: (&str, &str),
    seen: Seen,
    over: fn(&str) -> Problem,
) -> Result<(), Problem> {
    let mut tx = db.begin().await?;
    let (result, owner, had): (String, Option<UserId>, Option<bool>) = sqlx::query_as(
        "select resultado, pessoa, havia_senha from hi_senha_por_link_operador($1, $2, $3, $4::inet, $5)",
    )
    .bind(motivo.as_str())
    .bind(link::digest(secret))
    .bind(hash)
    .bind(seen.address())
    .bind(seen.at.to_sqlx())
    .fetch_one(&mut *tx)
    .await?;
    if result != "aceito" {
        return Err(over(&result));
    }
    let login: Option<String> = sqlx::query_scalar("select email from hi_operador_by_id($1)")
        .bind(owner)
        .fetch_optional(&mut *tx)
        .await?;
    fits(login.as_deref().unwrap_or_default())?;
    if let (Some(owner), Some(true)) = (owner, had) {
        write(&mut tx, owner, letter, seen.at).await?;
    }
    Ok(tx.commit().await?)
}

/// Another password for an operator who is in, instead of the one whose hash is told; every session ends but the one named. They are written to.
///
/// # Errors
/// [`Problem::NotAuthenticated`] when it is another one by now; when Postgres does not answer.
pub async fn change(
    db: &Db,
    (id, kept): (UserId, &str),
    (before, hash): (&SecretString, &str),
    letter: (&str, &str),
    seen: Seen,
) -> Result<(), Problem> {
    let mut tx = db.begin().await?;
    let done: bool = sqlx::query_scalar("select hi_troca_senha_operador($1, $2, $3, $4, $5::inet, $6)")
        .bind(id)
        .bind(before.expose_secret())
        .bind(hash)
        .bind(kept)
        .bind(seen.address())
        .bind(seen.at.to_sqlx())
        .fetch_one(&mut *tx)
        .await?;
    if !done {
        return Err(Problem::NotAuthenticated);
    }
    write(&mut tx, id, letter, seen.at).await?;
    Ok(tx.commit().await?)
}

/// Ends every session of an operator.
///
/// # Errors
/// When Postgres does not answer.
pub async fn end_sessions(db: &Db, id: UserId, seen: Seen) -> Result<(), Problem> {
    sqlx::query("select hi_encerra_sessoes_operador($1, $2::inet, $3)")
        .bind(id)
        .bind(seen.address())
        .bind(seen.at.to_sqlx())
        .execute(&mut *db.connection().await?)
        .await?;
    Ok(())
}

async fn write(
    tx: &mut sqlx::PgConnection,
    id: UserId,
    (assunto, texto): (&str, &str),
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query("select hi_escreve_a_operador($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(format!("acesso:{}", Uuid::now_v7()))
        .bind(assunto)
        .bind(texto)
        .bind(now.to_sqlx())
        .execute(tx)
        .await?;
    Ok(())
}
