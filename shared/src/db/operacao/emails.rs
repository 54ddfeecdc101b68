//! `emails_operacao`: e-mails to operators, the platform's own outbox. Written by who invites them, sent by the sweep, which reaches one row at a
//! time by functions of the database; a text is forgotten once it has left.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use secrecy::{ExposeSecret, SecretString};

use super::OperatorTx;
use crate::db::Db;
use crate::db::emails::{Claimed, Outcome};
use crate::id::{ConviteId, EmailId, UserId};
use crate::problem::Problem;

/// As long as a clinic's.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Writes the e-mail that brings an operator's invitation.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mail_invitation(
    tx: &mut OperatorTx,
    operador: UserId,
    convite: ConviteId,
    para: &str,
    (assunto, texto): (&str, &SecretString),
) -> Result<(), Problem> {
    let at = tx.at().to_sqlx();
    sqlx::query(
        "insert into emails_operacao (operador_id, para, assunto, texto, chave, proxima_em, criado_em) values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(operador)
    .bind(para)
    .bind(assunto)
    .bind(texto.expose_secret())
    .bind(format!("convite:{convite}"))
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Claims the next due e-mail for `lease`; other workers skip it. One whose worker died is claimed again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn claim(db: &Db, now: Timestamp, lease: Duration) -> Result<Option<Claimed>, Problem> {
    let row = sqlx::query_as(
        "select id, para, assunto, texto, tentativas, criado_em from hi_pega_email_operacao($1, $2)",
    );
    Ok(row
        .bind(now.to_sqlx())
        .bind((now + lease).to_sqlx())
        .fetch_optional(&mut *db.connection().await?)
        .await?)
}

/// Writes down how an attempt ended.
///
/// # Errors
/// When Postgres does not answer.
pub async fn finish(db: &Db, id: EmailId, outcome: Outcome, now: Timestamp) -> Result<(), Problem> {
    let (estado, later, erro) = outcome.columns();
    sqlx::query("select hi_fecha_email_operacao($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(estado)
        .bind(later.map(ToSqlx::to_sqlx))
        .bind(erro)
        .bind(now.to_sqlx())
        .execute(&mut *db.connection().await?)
        .await?;
    Ok(())
}

/// Forgets e-mails of a month ago.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_old(db: &Db, now: Timestamp) -> Result<(), Problem> {
    let forget = sqlx::query("select hi_esquece_emails_operacao($1)");
    forget.bind((now - KEPT_FOR).to_sqlx()).execute(&mut *db.connection().await?).await?;
    Ok(())
}
