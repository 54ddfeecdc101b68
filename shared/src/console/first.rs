//! The first operator, whom nobody can invite: the schema's owner makes them, and then they invite themselves.
//!
//! That goes until an admin has chosen a password; from then on admins invite each other. It may be repeated: the same e-mail gets a new link, and
//! whoever was invited before and has not come yet, by a mistyped e-mail perhaps, does not come any more.

use secrecy::SecretString;
use sqlx::{Connection, PgConnection};

use super::operators::{self, Changes, Invited, Linker};
use crate::auth::Papel;
use crate::clock::Clock;
use crate::db::operacao::auditoria::record_change;
use crate::db::operacao::{Acting, OperatorTx, implantacao, operadores};
use crate::db::{Db, migrate};
use crate::domain::cadastro;
use crate::problem::Problem;

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// What was asked cannot be done, in words for whoever asked.
    #[error("{0}")]
    Refused(String),
    /// Postgres refused the owner.
    #[error("postgres: {0}")]
    Postgres(#[from] sqlx::Error),
    /// The console refused.
    #[error("console: {0:?}")]
    Console(Problem),
}

/// Makes the first operator and invites them; as the owner, at `url`, and then as `hi_admin`, in `db`.
///
/// # Errors
/// [`FirstError::Refused`] when an admin has a password, or the e-mail is another operator's; then nothing was written.
pub async fn invite(
    url: &SecretString,
    db: &Db,
    (nome, email): (&str, &str),
    link: Linker<'_>,
    clock: &dyn Clock,
) -> Result<Invited, FirstError> {
    let nome = cadastro::person(nome).map_err(|why| FirstError::Refused(format!("nome: {why}")))?;
    let email = cadastro::email(email).map_err(|why| FirstError::Refused(format!("email: {why}")))?;
    let made = make(&mut migrate::connect(url).await?, &nome, &email).await?;
    let session = implantacao::at_terminal(db, Some(&email)).await.map_err(FirstError::Console)?;
    let acting = Acting { session: &session, from: None, at: clock.now() };
    let invited = db.as_operator(acting, async |tx| {
        let me = tx.user_id();
        for other in operadores::list(tx).await? {
            if other.id != me && other.is_admin() && !other.tem_senha {
                let leaves = Changes { ativo: Some(false), ..Changes::default() };
                operators::change(tx, other.id, leaves).await?;
            }
        }
        if made {
            tell(tx).await?;
        }
        operators::invite(tx, me, link).await
    });
    invited.await.map_err(FirstError::Console)
}

/// The row, and whether it is new. Two at once come one after the other.
async fn make(conn: &mut PgConnection, nome: &str, email: &str) -> Result<bool, FirstError> {
    let mut tx = conn.begin().await?;
    sqlx::query("lock table operadores in share row exclusive mode").execute(&mut *tx).await?;
    let (come, others): (bool, bool) = sqlx::query_as(
        "select coalesce(bool_or(papel = 'admin' and ativo and tem_senha), false),
                coalesce(bool_or(email = $1 and not (papel = 'admin' and ativo)), false)
         from operadores",
    )
    .bind(email)
    .fetch_one(&mut *tx)
    .await?;
    if come {
        let words = "Já há um admin com senha: é ele quem convida, no console ou com `hi operator add`.";
        return Err(FirstError::Refused(words.to_owned()));
    }
    if others {
        let words = format!("{email} já é de um operador que não é admin, ou não tem mais acesso.");
        return Err(FirstError::Refused(words));
    }
    let papel = Papel::Admin.as_str();
    let made = sqlx::query(
        "insert into operadores (nome, email, papel) select $1, $2, $3 where not exists (select from operadores where email = $2)",
    );
    let made = made.bind(nome).bind(email).bind(papel).execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(made > 0)
}

/// The trail says that they were made; there is nobody else to name.
async fn tell(tx: &mut OperatorTx) -> Result<(), Problem> {
    let me = tx.user_id();
    let found = operadores::list(tx).await?.into_iter().find(|one| one.id == me).ok_or(Problem::NotFound)?;
    record_change(tx, "operador_criado", &operators::target(me), None, &found).await
}
