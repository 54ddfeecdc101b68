//! What is forgotten because it is old: texts of conversations by `clientes.retencao_meses`, and of clinics that were closed long ago; accesses;
//! audits. `docs/lgpd.md` says what goes when. Of each clinic a bounded part at a time; done twice or cut short, it goes on where it was.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::Db;
use crate::id::ClienteId;
use crate::problem::Problem;

/// Clinics with something to forget, the longest waiting first; closed ones among them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn due(db: &Db, now: Timestamp) -> Result<Vec<ClienteId>, Problem> {
    let clinics = sqlx::query_scalar("select hi_retencao_devida($1, 20)");
    Ok(clinics.bind(now.to_sqlx()).fetch_all(&mut *db.connection().await?).await?)
}

/// Begins a clinic's turn: whatever becomes of it, others come before it. `false` when another one has it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn begin(db: &Db, clinic: ClienteId, now: Timestamp) -> Result<bool, Problem> {
    let mine = sqlx::query_scalar("select hi_retencao_comeca($1, $2)");
    Ok(mine.bind(clinic).bind(now.to_sqlx()).fetch_one(&mut *db.connection().await?).await?)
}

/// Forgets a part at one clinic; whether there may be more.
///
/// # Errors
/// When Postgres does not answer.
pub async fn forget_part(db: &Db, clinic: ClienteId, now: Timestamp) -> Result<bool, Problem> {
    let more = sqlx::query_scalar("select hi_retem($1, $2, 500)");
    Ok(more.bind(clinic).bind(now.to_sqlx()).fetch_one(&mut *db.connection().await?).await?)
}
