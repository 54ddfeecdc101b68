//! `medicos`: the clinic's professionals.

use super::TenantTx;
use crate::id::MedicoId;
use crate::portuguese;
use crate::problem::Problem;

/// A professional, as the agenda needs them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Medico {
    /// `medicos.id`.
    pub id: MedicoId,
    /// The name patients read.
    pub nome: String,
    /// "Cardiologia".
    pub especialidade: Option<String>,
    /// The council's registration.
    pub crm: Option<String>,
    /// Minutes of a visit when nothing else says so.
    pub duracao_minutos: i32,
    /// The place patients come to, where the clinic has several.
    pub unidade: Option<String>,
}

impl Medico {
    /// "Dra. Ana (unidade Centro)", so that nobody waits at the wrong door.
    pub fn with_unidade(&self) -> String {
        portuguese::at_unit(&self.nome, self.unidade.as_deref())
    }
}

macro_rules! select_medicos {
    ($tail:literal) => {
        concat!(
            "select m.id, m.nome, m.especialidade, m.crm, m.duracao_minutos,
                    case when (select count(*) from (select from unidades where ativa limit 2) v) > 1 then u.nome end as unidade
             from medicos m left join unidades u on u.cliente_id = m.cliente_id and u.id = m.unidade_id and u.ativa ",
            $tail
        )
    };
}

/// The active professionals by name; `only` narrows to one.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, only: Option<MedicoId>) -> Result<Vec<Medico>, Problem> {
    let rows = sqlx::query_as(select_medicos!(
        "where m.ativo and ($1::bigint is null or m.id = $1) order by m.nome, m.id limit 500"
    ))
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The ids of the active professionals, in the order in which they are locked.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list_ids(tx: &mut TenantTx) -> Result<Vec<MedicoId>, Problem> {
    let ids =
        sqlx::query_scalar("select id from medicos where ativo order by id").fetch_all(tx.conn()).await?;
    Ok(ids)
}

/// One active professional.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: MedicoId) -> Result<Medico, Problem> {
    let row = sqlx::query_as(select_medicos!("where m.ativo and m.id = $1"))
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    row.ok_or(Problem::NotFound)
}

/// One professional, active or not: appointments outlive those who leave.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn known(tx: &mut TenantTx, id: MedicoId) -> Result<Medico, Problem> {
    let row = sqlx::query_as(select_medicos!("where m.id = $1")).bind(id).fetch_optional(tx.conn()).await?;
    row.ok_or(Problem::NotFound)
}

/// Refuses an id that is no professional's of this clinic, active or not.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn ensure_exists(tx: &mut TenantTx, id: MedicoId) -> Result<(), Problem> {
    let found: Option<MedicoId> =
        sqlx::query_scalar("select id from medicos where id = $1").bind(id).fetch_optional(tx.conn()).await?;
    found.map(|_| ()).ok_or(Problem::NotFound)
}

/// Nobody else writes to the agenda of a professional, active or not, until the transaction ends. Taking this lock first is what keeps racing
/// bookings from deadlocking inside the exclusion constraint. Others wait for it: it reads nothing, and whoever has it asks little.
///
/// # Errors
/// [`Problem::NotFound`]; [`Problem::Unavailable`] when the lock is not to be had in time.
pub async fn lock(tx: &mut TenantTx, id: MedicoId) -> Result<(), Problem> {
    lock_all(tx, &[id]).await
}

/// Locks several at once, in the order of their ids, as [`lock`] does one.
///
/// Until the lock goes, each statement is planned once per connection. Planning one takes Postgres several times as long as running it, a new
/// connection would do it anew the first five times, and meanwhile others wait. What is asked under the lock is of one professional and few days:
/// no values change which index that is. Reports and searches are another matter: theirs do.
///
/// # Errors
/// As [`lock`].
pub async fn lock_all(tx: &mut TenantTx, ids: &[MedicoId]) -> Result<(), Problem> {
    let found: Vec<MedicoId> = sqlx::query_scalar(
        "select id from medicos, set_config('plan_cache_mode', 'force_generic_plan', true)
         where id = any($1) order by id for no key update of medicos",
    )
    .bind(ids)
    .fetch_all(tx.conn())
    .await?;
    if ids.iter().all(|id| found.contains(id)) { Ok(()) } else { Err(Problem::NotFound) }
}
