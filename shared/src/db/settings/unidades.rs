//! `unidades`: a clinic's places.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::UnidadeId;
use crate::problem::Problem;

/// A place.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Unidade {
    /// `unidades.id`.
    pub id: UnidadeId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: UnidadeSettings,
}

/// What a clinic sets of a place.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct UnidadeSettings {
    /// How patients know it: "Centro".
    pub nome: String,
    /// Where it is; null: where the clinic is.
    pub endereco: Option<String>,
    /// Its own phone, as people dial it; null: the clinic's.
    pub telefone: Option<String>,
    /// Whether patients are seen there.
    pub ativa: bool,
}

impl UnidadeSettings {
    /// A new place, as the columns' defaults have it.
    pub fn blank() -> Self {
        Self { nome: String::new(), endereco: None, telefone: None, ativa: true }
    }
}

/// The places by name.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, only_active: bool) -> Result<Vec<Unidade>, Problem> {
    let rows = sqlx::query_as(
        "select id, nome, endereco, telefone, ativa from unidades where ativa or not $1 order by nome, id limit 1000",
    )
    .bind(only_active)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One place, active or not.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: UnidadeId) -> Result<Unidade, Problem> {
    let row = sqlx::query_as("select id, nome, endereco, telefone, ativa from unidades where id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    row.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes it, or gives it to a professional, until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx, id: UnidadeId) -> Result<Unidade, Problem> {
    let row = sqlx::query_as(
        "select id, nome, endereco, telefone, ativa from unidades where id = $1 for no key update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Refuses a place where no professional may be put, and keeps it open until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's; [`Problem::InvalidFields`] when it is closed.
pub async fn ensure_open(tx: &mut TenantTx, id: UnidadeId) -> Result<(), Problem> {
    let ativa: Option<bool> = sqlx::query_scalar("select ativa from unidades where id = $1 for share")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    match ativa {
        Some(true) => Ok(()),
        Some(false) => Err(Problem::field("unidade_id", "Esta unidade está desativada.")),
        None => Err(Problem::NotFound),
    }
}

/// Refuses to close a place where somebody still sees patients; it must be locked.
///
/// # Errors
/// [`Problem::Conflict`] that names them.
pub async fn ensure_empty(tx: &mut TenantTx, id: UnidadeId) -> Result<(), Problem> {
    let mut names: Vec<String> = sqlx::query_scalar(
        "select nome from medicos where cliente_id = $1 and unidade_id = $2 and ativo order by nome, id limit 4",
    )
    .bind(tx.cliente_id())
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    if names.is_empty() {
        return Ok(());
    }
    let more = if names.len() > 3 { " e outros" } else { "" };
    names.truncate(3);
    let detail = format!(
        "Nesta unidade ainda atendem: {}{more}. Dê outra unidade a quem atende nela e tente de novo.",
        names.join(", ")
    );
    Err(Problem::Conflict { detail })
}

/// Creates a place.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a name that is taken; [`Problem::PlanLimit`] when the clinic's plan has no room.
pub async fn insert(tx: &mut TenantTx, new: UnidadeSettings) -> Result<Unidade, Problem> {
    let id = sqlx::query_scalar(
        "insert into unidades (cliente_id, nome, endereco, telefone, ativa) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(tx.cliente_id())
    .bind(&new.nome)
    .bind(&new.endereco)
    .bind(&new.telefone)
    .bind(new.ativa)
    .fetch_one(tx.conn())
    .await?;
    Ok(Unidade { id, settings: new })
}

/// Writes every setting of a place.
///
/// # Errors
/// As [`insert`].
pub async fn update(tx: &mut TenantTx, Unidade { id, settings }: &Unidade) -> Result<(), Problem> {
    sqlx::query("update unidades set nome = $2, endereco = $3, telefone = $4, ativa = $5 where id = $1")
        .bind(id)
        .bind(&settings.nome)
        .bind(&settings.endereco)
        .bind(&settings.telefone)
        .bind(settings.ativa)
        .execute(tx.conn())
        .await?;
    Ok(())
}
