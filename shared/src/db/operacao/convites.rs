//! `convites` and `convites_operador`: links by which a clinic's first gestor, or an operator, comes in. The secret is never stored; an invitation
//! ends the one before it.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::auth::link;
use crate::id::{ClienteId, ConviteId, UserId};
use crate::problem::Problem;

/// How long an invitation stands.
pub const STANDS_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Whom an invitation is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Convidado {
    /// The name.
    pub nome: String,
    /// The login.
    pub email: String,
    /// `medico` or `secretaria`.
    pub tipo: String,
}

/// An invitation that stands.
#[derive(Debug)]
pub struct Convite {
    /// Its id.
    pub id: ConviteId,
    /// What the link carries.
    pub secret: SecretString,
    /// When it ends.
    pub expira_em: Timestamp,
}

/// Whether a clinic has a gestor at work, who invites whoever comes next.
///
/// # Errors
/// When Postgres does not answer.
pub async fn has_gestor(tx: &mut OperatorTx, id: ClienteId) -> Result<bool, Problem> {
    Ok(sqlx::query_scalar("select hi_tem_gestor($1)").bind(id).fetch_one(tx.conn()).await?)
}

/// Whether a clinic has a gestor or patients.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_at_work(tx: &mut OperatorTx, id: ClienteId) -> Result<bool, Problem> {
    Ok(sqlx::query_scalar("select hi_ja_trabalha($1)").bind(id).fetch_one(tx.conn()).await?)
}

/// The invitation of a clinic that stands: for which e-mail, and until when.
///
/// # Errors
/// When Postgres does not answer.
pub async fn open(tx: &mut OperatorTx, id: ClienteId) -> Result<Option<(String, Timestamp)>, Problem> {
    let at = tx.at().to_sqlx();
    let row: Option<(String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select email, expira_em from convites where cliente_id = $1 and usado_em is null and cancelado_em is null and expira_em > $2",
    )
    .bind(id)
    .bind(at)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|(email, until)| (email, until.to_jiff())))
}

/// Invites a clinic's first gestor; the clinic's row is locked by the caller.
///
/// # Errors
/// When Postgres does not answer.
pub async fn invite(tx: &mut OperatorTx, cliente: ClienteId, who: &Convidado) -> Result<Convite, Problem> {
    let (at, user_id, secret) = (tx.at(), tx.user_id(), link::generate()?);
    let expira_em = at + STANDS_FOR;
    let end = "update convites set cancelado_em = $2 where cliente_id = $1 and usado_em is null and cancelado_em is null";
    sqlx::query(end).bind(cliente).bind(at.to_sqlx()).execute(tx.conn()).await?;
    let id = sqlx::query_scalar(
        "insert into convites (cliente_id, nome, email, tipo, token_hash, operador_id, criado_em, expira_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
    )
    .bind(cliente)
    .bind(&who.nome)
    .bind(&who.email)
    .bind(&who.tipo)
    .bind(link::digest(&secret))
    .bind(user_id)
    .bind(at.to_sqlx())
    .bind(expira_em.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(Convite { id, secret, expira_em })
}

/// Writes the e-mail that brings an invitation; `emails::finish` forgets its text once it has left.
///
/// # Errors
/// When Postgres does not answer.
pub async fn mail(
    tx: &mut OperatorTx,
    cliente: ClienteId,
    convite: ConviteId,
    para: &str,
    (assunto, texto): (&str, &SecretString),
) -> Result<(), Problem> {
    let at = tx.at().to_sqlx();
    sqlx::query(
        "insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em) values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(cliente)
    .bind(para)
    .bind(assunto)
    .bind(texto.expose_secret())
    .bind(format!("convite:{convite}"))
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Invites an operator to choose a password; the operator's row is locked by the caller.
///
/// # Errors
/// When Postgres does not answer.
pub async fn invite_operator(tx: &mut OperatorTx, operador: UserId) -> Result<Convite, Problem> {
    let (at, secret) = (tx.at(), link::generate()?);
    let expira_em = at + STANDS_FOR;
    cancel_of_operator(tx, operador).await?;
    let id = sqlx::query_scalar(
        "insert into convites_operador (operador_id, token_hash, criado_em, expira_em) values ($1, $2, $3, $4) returning id",
    )
    .bind(operador)
    .bind(link::digest(&secret))
    .bind(at.to_sqlx())
    .bind(expira_em.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(Convite { id, secret, expira_em })
}

/// Ends every link of an operator that stands.
///
/// # Errors
/// When Postgres does not answer.
pub async fn cancel_of_operator(tx: &mut OperatorTx, operador: UserId) -> Result<(), Problem> {
    let at = tx.at().to_sqlx();
    let end = "update convites_operador set cancelado_em = $2 where operador_id = $1 and usado_em is null and cancelado_em is null";
    sqlx::query(end).bind(operador).bind(at).execute(tx.conn()).await?;
    Ok(())
}
