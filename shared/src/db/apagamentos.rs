//! `apagamentos`: which patients were erased or united, by number only; what a copy made before has to be told again.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::PacienteId;
use crate::problem::Problem;

/// Notes that a patient was erased, or united with another; in the transaction that does it.
pub(super) async fn record(
    tx: &mut TenantTx,
    paciente: PacienteId,
    unido_a: Option<PacienteId>,
    now: Timestamp,
) -> Result<(), Problem> {
    sqlx::query(
        "insert into apagamentos (cliente_id, clinica, paciente_id, unido_a_id, em)
         select c.id, c.identidade, $2, $3, $4 from clientes c where c.id = $1",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .bind(unido_a)
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(())
}
