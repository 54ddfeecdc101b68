//! Accepting an invitation, for whoever holds its link: the password, the terms, the gestor and the invitation's end in one transaction.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use secrecy::SecretString;

use super::TenantTx;
use crate::auth::{UserType, link};
use crate::id::{ConviteId, UserId};
use crate::problem::Problem;

/// What an invitation is accepted with.
#[derive(Debug)]
pub struct Aceite<'a> {
    /// What the link carries.
    pub secret: &'a SecretString,
    /// The password, hashed.
    pub senha_hash: &'a str,
    /// Which version of the terms was accepted.
    pub versao_termos: &'a str,
    /// From where.
    pub from: Option<IpAddr>,
    /// When.
    pub at: Timestamp,
}

/// Who came in by an invitation.
#[derive(Debug, Clone, Copy)]
pub struct Aceito {
    /// The invitation.
    pub convite_id: ConviteId,
    /// Which table the person is in.
    pub user_type: UserType,
    /// Their id there.
    pub user_id: UserId,
    /// Whether there was a password before, of whose end its owner is told.
    pub had_senha: bool,
}

/// Whether a clinic's invitation with this secret stands at `now`; asked before a password is hashed.
///
/// # Errors
/// [`Problem::Conflict`] with the reason.
pub async fn ensure_stands(tx: &mut TenantTx, secret: &SecretString, now: Timestamp) -> Result<(), Problem> {
    let found: Option<String> = sqlx::query_scalar(
        "select case when usado_em is not null then 'usado' when cancelado_em is not null then 'substituido'
                     when expira_em <= $2 then 'vencido' else '' end
         from convites where token_hash = $1",
    )
    .bind(link::digest(secret))
    .bind(now.to_sqlx())
    .fetch_optional(tx.conn())
    .await?;
    match found.as_deref().unwrap_or("desconhecido") {
        "" => Ok(()),
        reason => Err(over(reason)),
    }
}

/// Whether there is, or was, a clinic's invitation with this secret.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_known(tx: &mut TenantTx, secret: &SecretString) -> Result<bool, Problem> {
    let known =
        sqlx::query_scalar("select exists (select from convites where cliente_id = $1 and token_hash = $2)");
    Ok(known.bind(tx.cliente_id()).bind(link::digest(secret)).fetch_one(tx.conn()).await?)
}

/// Accepts a clinic's invitation.
///
/// # Errors
/// [`Problem::Conflict`] with the reason why it can't be.
pub async fn accept(tx: &mut TenantTx, aceite: &Aceite<'_>) -> Result<Aceito, Problem> {
    let had_senha: bool = sqlx::query_scalar(
        "select exists (
           select from convites c
           join (select email, senha from medicos where cliente_id = $1 union all select email, senha from secretarias where cliente_id = $1) p
             on p.email = c.email
           where c.cliente_id = $1 and c.token_hash = $2 and p.senha is not null)",
    )
    .bind(tx.cliente_id())
    .bind(link::digest(aceite.secret))
    .fetch_one(tx.conn())
    .await?;
    let (result, convite_id, user_type, user_id): (String, Option<ConviteId>, Option<String>, Option<UserId>) =
        sqlx::query_as(
            "select resultado, convite_id, usuario_tipo, usuario_id from hi_aceita_convite($1, $2, $3, $4::inet, $5)",
        )
        .bind(link::digest(aceite.secret))
        .bind(aceite.senha_hash)
        .bind(aceite.versao_termos)
        .bind(aceite.from.map(|address| address.to_string()))
        .bind(aceite.at.to_sqlx())
        .fetch_one(tx.conn())
        .await?;
    match (result.as_str(), convite_id, user_type.as_deref(), user_id) {
        ("aceito", Some(convite_id), Some("medico"), Some(user_id)) => {
            Ok(Aceito { convite_id, user_type: UserType::Medico, user_id, had_senha })
        }
        ("aceito", Some(convite_id), Some(_), Some(user_id)) => {
            Ok(Aceito { convite_id, user_type: UserType::Secretaria, user_id, had_senha })
        }
        (reason, ..) => Err(over(reason)),
    }
}

/// Why an invitation does not stand.
pub fn over(reason: &str) -> Problem {
    let detail = match reason {
        "usado" => "Este convite já foi usado. Entre com o seu e-mail e a senha que você escolheu.",
        "substituido" => {
            "Este convite não vale mais. Procure o e-mail mais recente, ou peça outro a quem convidou você."
        }
        "vencido" => "Este convite venceu: ele valia por três dias. Peça outro a quem convidou você.",
        "ha_gestor" => "A clínica já tem quem a administre. Peça o acesso a essa pessoa.",
        "inativo" => "O acesso desta pessoa está desativado. Fale com o suporte.",
        _ => "Este convite não existe. Confira se o link foi copiado inteiro, até o fim.",
    };
    Problem::Conflict { detail: detail.to_owned() }
}
