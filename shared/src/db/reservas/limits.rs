//! How much one network keeps at once, and one phone ahead: nobody fills an agenda for nothing.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::id::{PacienteId, ReservaId};
use crate::problem::Problem;

/// Makes the choices from one source queue, so that what [`count_from`] counts stays so until the transaction ends.
///
/// # Errors
/// [`Problem::Unavailable`] when the lock is not to be had in time.
pub async fn lock_source(tx: &mut TenantTx, origem: &str) -> Result<(), Problem> {
    sqlx::query(
        "select pg_advisory_xact_lock(hashtextextended('origem:' || $1::text || ':' || $2::text, 0))",
    )
    .bind(tx.cliente_id())
    .bind(origem)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many times are being chosen now from a source, but for one owner's.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_from(tx: &mut TenantTx, origem: &str, but: &str, now: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from reservas where cliente_id = $1 and origem = $2 and estado = 'aberta' and expira_em > $3 and dono <> $4",
    )
    .bind(tx.cliente_id())
    .bind(origem)
    .bind(now.to_sqlx())
    .bind(but)
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// Remembers from where a time is being chosen, until it is not any more; until when it is kept.
///
/// # Errors
/// When Postgres does not answer.
pub async fn came_from(tx: &mut TenantTx, id: ReservaId, origem: &str) -> Result<Timestamp, Problem> {
    let until: jiff_sqlx::Timestamp =
        sqlx::query_scalar("update reservas set origem = $2 where id = $1 returning expira_em")
            .bind(id)
            .bind(origem)
            .fetch_one(tx.conn())
            .await?;
    Ok(until.into())
}

/// How many visits a phone has ahead that patients booked or asked for by themselves, by whatever channel.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_ahead(tx: &mut TenantTx, telefone: &str, now: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from pacientes p join agendamentos a on a.cliente_id = p.cliente_id and a.paciente_id = p.id
           where p.cliente_id = $1 and p.telefone = $2 and a.canal in ('site', 'whatsapp') and a.inicio_em > $3 and hi_ocupa(a.status)
           union all
           select from pacientes p join reservas r on r.cliente_id = p.cliente_id and r.paciente_id = p.id
           where p.cliente_id = $1 and p.telefone = $2 and r.tipo = 'pedido' and r.estado = 'aberta' and r.expira_em > $3) ahead",
    )
    .bind(tx.cliente_id())
    .bind(telefone)
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// How many requests of a patient wait for the clinic.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_requests(tx: &mut TenantTx, paciente: PacienteId, now: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from reservas r
         where r.cliente_id = $1 and r.paciente_id = $2 and r.tipo = 'pedido' and r.estado = 'aberta' and r.expira_em > $3",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// How many visits a phone booked by itself and called off since `since`, by whatever channel.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_called_off_by(
    tx: &mut TenantTx,
    telefone: &str,
    since: Timestamp,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from pacientes p join agendamentos a on a.cliente_id = p.cliente_id and a.paciente_id = p.id
         where p.cliente_id = $1 and p.telefone = $2 and a.canal in ('site', 'whatsapp') and a.status = 'cancelado'
           and a.cancelado_por = 'paciente' and a.cancelado_em > $3",
    )
    .bind(tx.cliente_id())
    .bind(telefone)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// The same of one person.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_called_off(
    tx: &mut TenantTx,
    paciente: PacienteId,
    since: Timestamp,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from agendamentos a
         where a.cliente_id = $1 and a.paciente_id = $2 and a.canal in ('site', 'whatsapp') and a.status = 'cancelado'
           and a.cancelado_por = 'paciente' and a.cancelado_em > $3",
    )
    .bind(tx.cliente_id())
    .bind(paciente)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
