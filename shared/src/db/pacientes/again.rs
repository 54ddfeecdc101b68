//! Erasing and uniting again in what was restored from a copy: there the person may be as they were long before they were erased.

use jiff::Timestamp;

use super::closing::erase_whoever;
use crate::db::TenantTx;
use crate::id::PacienteId;
use crate::problem::Problem;

/// Erases somebody who was erased once; `false` when the copy knows it, or knows nobody of that number. What they had ahead in the copy they called
/// off before they were erased, so it is called off here.
pub(crate) async fn erase_again(tx: &mut TenantTx, id: PacienteId, now: Timestamp) -> Result<bool, Problem> {
    erase_whoever(tx, id, "Refeito depois de uma restauração.", now).await
}

/// Whether two rows are one already, or the copy has not both.
pub(crate) async fn is_united(
    tx: &mut TenantTx,
    kept: PacienteId,
    duplicate: PacienteId,
) -> Result<bool, Problem> {
    let united = sqlx::query_scalar(
        "select exists (select from pacientes where cliente_id = $3 and id = $1 and (fundido_em_id = $2 or anonimizado_em is not null))",
    );
    Ok(united.bind(duplicate).bind(kept).bind(tx.cliente_id()).fetch_one(tx.conn()).await?)
}
