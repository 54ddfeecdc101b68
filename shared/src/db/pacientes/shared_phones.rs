//! The people of one phone: several share it, a family or those somebody cares for, and nobody is taken for somebody else by it alone. However many a clinic
//! came to have on one, whoever asks reads so many and no more.

use super::{NewPaciente, Paciente, hold, insert_row, select_pacientes};
use crate::db::TenantTx;
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::{MedicoId, PacienteId};
use crate::problem::Problem;

/// Active patients of one phone: a home where many live has one.
const MOST: i64 = 50;
/// Rows of one phone, with those that were merged into others. Merging takes nobody to a phone but who has none, whose duplicate leaves it, so that with what is
/// asked where a row comes to a phone there are hardly more than these.
const MOST_ROWS: i64 = 200;

/// Refuses one patient more on a phone that has enough; whoever would put one there queues until the transaction ends.
///
/// # Errors
/// [`Problem::TooManyOnPhone`]; [`Problem::Unavailable`] when the lock is not to be had in time.
pub(super) async fn ensure_room(tx: &mut TenantTx, telefone: &Telefone) -> Result<(), Problem> {
    lock_telefone(tx, telefone).await?;
    let (active, rows): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where ativo), count(*) from (
           select ativo from pacientes where cliente_id = $1 and telefone = $2 order by ativo desc, id desc limit $3) p",
    )
    .bind(tx.cliente_id())
    .bind(telefone.as_e164())
    .bind(MOST_ROWS)
    .fetch_one(tx.conn())
    .await?;
    if active >= MOST {
        Err(Problem::TooManyOnPhone { most: MOST })
    } else if rows >= MOST_ROWS {
        Err(Problem::TooManyOnPhone { most: MOST_ROWS })
    } else {
        Ok(())
    }
}

/// Everybody who shares a phone, also those who only had it on a row that was merged into theirs; the most recently created first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_by_telefone(tx: &mut TenantTx, telefone: &Telefone) -> Result<Vec<Paciente>, Problem> {
    let rows = sqlx::query_as(select_pacientes!(
        // An array, so that the few ids are looked up: given a set, Postgres may read the whole clinic to compare.
        "where p.ativo and p.id = any(array(
           select coalesce(fundido_em_id, id) from pacientes where cliente_id = $1 and telefone = $2
           order by ativo desc, id desc limit $3))
         order by p.id desc limit 20"
    ))
    .bind(tx.cliente_id())
    .bind(telefone.as_e164())
    .bind(MOST_ROWS)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The same people, active or not, for who counts what one phone has.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn ids_by_telefone(
    tx: &mut TenantTx,
    telefone: &Telefone,
) -> Result<Vec<PacienteId>, Problem> {
    let ids = sqlx::query_scalar(
        "select distinct id from (
           select coalesce(fundido_em_id, id) as id from pacientes where cliente_id = $1 and telefone = $2
           order by ativo desc, pacientes.id desc limit $3) p",
    )
    .bind(tx.cliente_id())
    .bind(telefone.as_e164())
    .bind(MOST_ROWS)
    .fetch_all(tx.conn())
    .await?;
    Ok(ids)
}

/// Whether a patient with an appointment with this professional has this phone.
///
/// # Errors
/// When Postgres does not answer.
pub async fn is_telefone_of_own(
    tx: &mut TenantTx,
    telefone: &Telefone,
    medico: MedicoId,
) -> Result<bool, Problem> {
    let own = sqlx::query_scalar(
        "select exists (
           select from pacientes p where p.cliente_id = $1 and p.telefone = $2 and p.ativo
             and exists (select from agendamentos a where a.cliente_id = $1 and a.paciente_id = p.id and a.medico_id = $3))",
    )
    .bind(tx.cliente_id())
    .bind(telefone.as_e164())
    .bind(medico)
    .fetch_one(tx.conn())
    .await?;
    Ok(own)
}

/// Makes whoever books for a phone queue, until the transaction ends. Whoever has the lock may take it again.
///
/// # Errors
/// [`Problem::Unavailable`] when the lock is not to be had in time.
pub(crate) async fn lock_telefone(tx: &mut TenantTx, telefone: &Telefone) -> Result<(), Problem> {
    sqlx::query(
        "select pg_advisory_xact_lock(hashtextextended('paciente:' || $1::text || ':' || $2::text, 0))",
    )
    .bind(tx.cliente_id())
    .bind(telefone.as_e164())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The patient of this name on this phone, created when missing: the same person who books twice stays one row, also when both
/// bookings come at once, and one that was merged does not come back. `only` hides those without an appointment with one professional.
///
/// # Errors
/// [`Problem::TooManyOnPhone`]; otherwise when Postgres does not answer.
pub async fn find_or_insert(
    tx: &mut TenantTx,
    nome: Nome,
    telefone: Option<Telefone>,
    only: Option<MedicoId>,
) -> Result<PacienteId, Problem> {
    if let Some(telefone) = &telefone {
        // Two first bookings queue here; the second sees what the first has committed, because each statement looks anew.
        lock_telefone(tx, telefone).await?;
        let known: Option<PacienteId> = sqlx::query_scalar(
            "select p.id from pacientes p where p.ativo and p.id = any(array(
               select coalesce(named.fundido_em_id, named.id) from (
                 select id, fundido_em_id, busca from pacientes where cliente_id = $1 and telefone = $2
                 order by ativo desc, id desc limit $5) named
               where named.busca = hi_busca($3)))
               and ($4::bigint is null or exists (
                 select from agendamentos a where a.cliente_id = $1 and a.paciente_id = p.id and a.medico_id = $4))
             order by p.id limit 1",
        )
        .bind(tx.cliente_id())
        .bind(telefone.as_e164())
        .bind(nome.as_str())
        .bind(only)
        .bind(MOST_ROWS)
        .fetch_optional(tx.conn())
        .await?;
        if let Some(id) = known {
            return hold(tx, id).await;
        }
    }
    insert_row(tx, &NewPaciente::named(nome, telefone)).await
}
