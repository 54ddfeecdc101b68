//! `mudancas_agenda`: how often a clinic's agenda changed, written by triggers at the end of each transaction that changed it.

use super::TenantTx;
use crate::problem::Problem;

/// In which state the agenda is; read before what it is the state of. Two states that look alike are one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn state(tx: &mut TenantTx) -> Result<String, Problem> {
    let state = sqlx::query_scalar(
        "select coalesce(string_agg(concat_ws(':', fatia, comecou, quantas), ' ' order by fatia), '')
         from mudancas_agenda where cliente_id = $1",
    );
    Ok(state.bind(tx.cliente_id()).fetch_one(tx.conn()).await?)
}
