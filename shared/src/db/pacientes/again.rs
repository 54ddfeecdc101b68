//! Erasing and uniting again in what was restored from a copy: there the person may be as they were long before they were erased.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::erase::erase;
use crate::db::TenantTx;
use crate::db::agendamentos::{Author, Canal};
use crate::id::PacienteId;
use crate::problem::Problem;

/// Erases somebody who was erased once; `false` when the copy knows it, or knows nobody of that number. What they had ahead in the copy they called
/// off before they were erased, so it is called off here.
pub(crate) async fn erase_again(tx: &mut TenantTx, id: PacienteId, now: Timestamp) -> Result<bool, Problem> {
    let open: bool = sqlx::query_scalar(
        "select exists (select from pacientes where cliente_id = $2 and id = $1 and anonimizado_em is null and fundido_em_id is null)",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .fetch_one(tx.conn())
    .await?;
    if !open {
        return Ok(false);
    }
    // Who was left inactive is erased like anybody; their documents may be another row's by now.
    sqlx::query("update pacientes set ativo = true, cpf = null, cns = null where cliente_id = $2 and id = $1 and not ativo")
        .bind(id)
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "update agendamentos set status = 'cancelado', cancelado_em = $3, cancelado_por = 'clinica', versao = versao + 1
         where cliente_id = $2 and paciente_id = $1
           and (status in ('agendado', 'confirmado') and fim_em > $3 or status = 'em_atendimento')",
    )
    .bind(id)
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    let author = Author { canal: Canal::Sistema, user: None };
    erase(tx, id, "Refeito depois de uma restauração.", author, now).await?;
    Ok(true)
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
