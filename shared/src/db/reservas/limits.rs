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

/// What a stranger may keep, and for how long.
#[derive(Debug)]
pub struct Stranger<'a> {
    /// From where the time is being chosen; remembered until it is not any more.
    pub origem: &'a str,
    /// Until when it may be kept in all.
    pub limite_em: Timestamp,
    /// Since when it counts how often strangers kept it.
    pub since: Timestamp,
    /// How often they may, for each patient who is treated at once, before it keeps nobody away.
    pub most: i32,
}

/// Makes a choice a stranger's; until when it is kept. The caller has the professional's lock.
///
/// # Errors
/// When Postgres does not answer.
pub async fn of_stranger(
    tx: &mut TenantTx,
    id: ReservaId,
    stranger: &Stranger<'_>,
) -> Result<Timestamp, Problem> {
    let until: jiff_sqlx::Timestamp = sqlx::query_scalar(
        "update reservas r set origem = $2, limite_em = $3, firme = $5 * m.capacidade > (
           select count(*) from reservas o
           where o.cliente_id = r.cliente_id and o.medico_id = r.medico_id and o.tipo = 'escolha' and o.id <> r.id
             and o.inicio_em between r.inicio_em - interval '48 hours' and r.inicio_em + interval '48 hours'
             and o.ocupado_de < r.ocupado_ate and o.ocupado_ate > r.ocupado_de
             and o.dono like 'site:%' and o.agendamento_id is null and o.expira_em > $4)
         from medicos m where m.id = r.medico_id and r.id = $1
         returning r.expira_em",
    )
    .bind(id)
    .bind(stranger.origem)
    .bind(stranger.limite_em.to_sqlx())
    .bind(stranger.since.to_sqlx())
    .bind(stranger.most)
    .fetch_one(tx.conn())
    .await?;
    Ok(until.into())
}

/// How many visits these people have ahead that patients booked or asked for by themselves, by whatever channel.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_ahead(tx: &mut TenantTx, people: &[PacienteId], now: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from agendamentos a
           where a.cliente_id = $1 and a.paciente_id = any($2) and a.canal in ('site', 'whatsapp') and a.inicio_em > $3 and hi_ocupa(a.status)
           union all
           select from reservas r
           where r.cliente_id = $1 and r.paciente_id = any($2) and r.tipo = 'pedido' and r.estado = 'aberta' and r.expira_em > $3) ahead",
    )
    .bind(tx.cliente_id())
    .bind(people)
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

/// How many visits these people booked by themselves and called off since `since`, by whatever channel.
///
/// # Errors
/// When Postgres does not answer.
pub async fn count_called_off(
    tx: &mut TenantTx,
    people: &[PacienteId],
    since: Timestamp,
) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from agendamentos a
         where a.cliente_id = $1 and a.paciente_id = any($2) and a.canal in ('site', 'whatsapp') and a.status = 'cancelado'
           and a.cancelado_por = 'paciente' and a.cancelado_em > $3",
    )
    .bind(tx.cliente_id())
    .bind(people)
    .bind(since.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
