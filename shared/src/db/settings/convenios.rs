//! `convenios` with `medicos_convenios`: the health plans a clinic accepts, and who accepts them when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::{ConvenioId, MedicoId};
use crate::problem::Problem;

/// A health plan.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Convenio {
    /// `convenios.id`.
    pub id: ConvenioId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: ConvenioSettings,
}

/// What a clinic sets of a health plan.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct ConvenioSettings {
    /// Its name.
    pub nome: String,
    /// Whether the clinic accepts it.
    pub ativo: bool,
    /// Who accepts it when; empty = every professional, every day, without a quota.
    #[sqlx(json)]
    pub aceites: Vec<Aceite>,
}

/// A professional accepts a health plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Aceite {
    /// Who.
    pub medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday; none = every day.
    pub dia_semana: Option<i32>,
    /// At most so many appointments on one day; none = no limit.
    pub cota_dia: Option<i32>,
}

impl ConvenioSettings {
    /// A new health plan, as the columns' defaults have it.
    pub fn blank() -> Self {
        Self { nome: String::new(), ativo: true, aceites: Vec::new() }
    }
}

/// The health plans by name; one, when `only` is given.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut TenantTx,
    only_active: bool,
    only: Option<ConvenioId>,
) -> Result<Vec<Convenio>, Problem> {
    let rows = sqlx::query_as(
        "select c.id, c.nome, c.ativo,
                (select coalesce(json_agg(json_build_object('medico_id', a.medico_id, 'dia_semana', a.dia_semana, 'cota_dia', a.cota_dia)
                                          order by a.medico_id, a.dia_semana nulls first), '[]')
                 from medicos_convenios a where a.convenio_id = c.id) as aceites
         from convenios c
         where (c.ativo or not $1) and ($2::bigint is null or c.id = $2)
         order by c.nome, c.id limit 1000",
    )
    .bind(only_active)
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One health plan, active or not, and nobody else changes it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn lock(tx: &mut TenantTx, id: ConvenioId) -> Result<Convenio, Problem> {
    sqlx::query("select id from convenios where id = $1 for no key update")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    // A second statement: it sees what was committed while the first waited.
    list(tx, false, Some(id)).await?.pop().ok_or(Problem::NotFound)
}

/// Creates a health plan.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a name that is taken; [`Problem::NotFound`] for somebody of another clinic.
pub async fn insert(tx: &mut TenantTx, new: &ConvenioSettings) -> Result<Convenio, Problem> {
    let cliente_id = tx.cliente_id();
    let id = sqlx::query_scalar("insert into convenios (cliente_id, nome) values ($1, $2) returning id")
        .bind(cliente_id)
        .bind(&new.nome)
        .fetch_one(tx.conn())
        .await?;
    update(tx, id, new).await
}

/// Writes every setting of a health plan.
///
/// # Errors
/// As [`insert`].
pub async fn update(
    tx: &mut TenantTx,
    id: ConvenioId,
    settings: &ConvenioSettings,
) -> Result<Convenio, Problem> {
    let cliente_id = tx.cliente_id();
    sqlx::query("update convenios set nome = $2, ativo = $3 where id = $1")
        .bind(id)
        .bind(&settings.nome)
        .bind(settings.ativo)
        .execute(tx.conn())
        .await?;
    sqlx::query("delete from medicos_convenios where convenio_id = $1").bind(id).execute(tx.conn()).await?;
    let aceites = &settings.aceites;
    sqlx::query(
        "insert into medicos_convenios (cliente_id, convenio_id, medico_id, dia_semana, cota_dia)
         select $1, $2, * from unnest($3::bigint[], $4::int[], $5::int[])",
    )
    .bind(cliente_id)
    .bind(id)
    .bind(aceites.iter().map(|aceite| aceite.medico_id).collect::<Vec<_>>())
    .bind(aceites.iter().map(|aceite| aceite.dia_semana).collect::<Vec<_>>())
    .bind(aceites.iter().map(|aceite| aceite.cota_dia).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    list(tx, false, Some(id)).await?.pop().ok_or(Problem::NotFound)
}
