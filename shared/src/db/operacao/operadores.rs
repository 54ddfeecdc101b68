//! `operadores` as an admin sees and writes them; a password only its owner sets.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{OperatorTx, convites};
use crate::auth::Papel;
use crate::id::UserId;
use crate::problem::Problem;

/// An operator.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Operador {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub nome: String,
    /// Their login.
    pub email: String,
    /// `admin`, `financeiro` or `suporte`.
    pub papel: String,
    /// Whether they may log in.
    pub ativo: bool,
    /// Whether they have chosen a password.
    pub tem_senha: bool,
    /// Since when they are here.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
}

impl Operador {
    /// Whether this is an admin at work.
    pub fn is_admin(&self) -> bool {
        self.ativo && self.papel == Papel::Admin.as_str()
    }
}

/// All operators, by name; a platform's fit in one page.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut OperatorTx) -> Result<Vec<Operador>, Problem> {
    let rows = sqlx::query_as(
        "select id, nome, email, papel, ativo, tem_senha, criado_em from operadores order by nome, id",
    );
    Ok(rows.fetch_all(tx.conn()).await?)
}

/// All operators, none of whom anybody else changes until the transaction ends: two admins who demote each other come one after the other,
/// and the second is no admin any more.
///
/// # Errors
/// [`Problem::NotAuthenticated`] when who acts was no admin any more when the lock was had.
pub async fn lock(tx: &mut OperatorTx) -> Result<Vec<Operador>, Problem> {
    sqlx::query("select id from operadores order by id for no key update").execute(tx.conn()).await?;
    let all = list(tx).await?;
    let me = tx.user_id();
    if all.iter().any(|operador| operador.id == me && operador.is_admin()) {
        return Ok(all);
    }
    Err(Problem::NotAuthenticated)
}

/// A new operator, without a password.
///
/// # Errors
/// [`Problem::AlreadyExists`] when the e-mail is another's.
pub async fn insert(tx: &mut OperatorTx, nome: &str, email: &str, papel: Papel) -> Result<Operador, Problem> {
    let row = sqlx::query_as(
        "insert into operadores (nome, email, papel) values ($1, $2, $3) returning id, nome, email, papel, ativo, tem_senha, criado_em",
    );
    Ok(row.bind(nome).bind(email).bind(papel.as_str()).fetch_one(tx.conn()).await?)
}

/// Writes an operator's name, papel and whether they may log in; who may not any more loses every session and every link, for good.
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(tx: &mut OperatorTx, operador: &Operador) -> Result<(), Problem> {
    sqlx::query(
        "update operadores set nome = $2, papel = $3, ativo = $4, sessoes_epoca = sessoes_epoca + (ativo and not $4)::int,
                sessao_mantida = case when $4 then sessao_mantida end
         where id = $1",
    )
    .bind(operador.id)
    .bind(&operador.nome)
    .bind(&operador.papel)
    .bind(operador.ativo)
    .execute(tx.conn())
    .await?;
    if operador.ativo { Ok(()) } else { convites::cancel_of_operator(tx, operador.id).await }
}
