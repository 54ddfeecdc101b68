//! `recursos`: rooms and equipment.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::RecursoId;
use crate::problem::Problem;

/// A resource.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Recurso {
    /// `recursos.id`.
    pub id: RecursoId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: RecursoSettings,
}

/// What a clinic sets of a resource.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct RecursoSettings {
    /// Its name.
    pub nome: String,
    /// `sala` or `equipamento`.
    pub tipo: String,
    /// How many of it there are.
    pub quantidade: i32,
    /// Whether it is in use.
    pub ativo: bool,
}

impl RecursoSettings {
    /// A new resource, as the columns' defaults have it.
    pub fn blank() -> Self {
        Self { nome: String::new(), tipo: "sala".to_owned(), quantidade: 1, ativo: true }
    }
}

/// The resources by name.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx, only_active: bool) -> Result<Vec<Recurso>, Problem> {
    let rows = sqlx::query_as(
        "select id, nome, tipo, quantidade, ativo from recursos where ativo or not $1 order by nome, id limit 1000",
    )
    .bind(only_active)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One resource, active or not, and nobody else changes it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn lock(tx: &mut TenantTx, id: RecursoId) -> Result<Recurso, Problem> {
    let row = sqlx::query_as(
        "select id, nome, tipo, quantidade, ativo from recursos where id = $1 for no key update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Creates a resource.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a name that is taken.
pub async fn insert(tx: &mut TenantTx, new: RecursoSettings) -> Result<Recurso, Problem> {
    let id = sqlx::query_scalar(
        "insert into recursos (cliente_id, nome, tipo, quantidade, ativo) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(tx.cliente_id())
    .bind(&new.nome)
    .bind(&new.tipo)
    .bind(new.quantidade)
    .bind(new.ativo)
    .fetch_one(tx.conn())
    .await?;
    Ok(Recurso { id, settings: new })
}

/// Writes every setting of a resource.
///
/// # Errors
/// As [`insert`].
pub async fn update(tx: &mut TenantTx, Recurso { id, settings }: &Recurso) -> Result<(), Problem> {
    sqlx::query("update recursos set nome = $2, tipo = $3, quantidade = $4, ativo = $5 where id = $1")
        .bind(id)
        .bind(&settings.nome)
        .bind(&settings.tipo)
        .bind(settings.quantidade)
        .bind(settings.ativo)
        .execute(tx.conn())
        .await?;
    Ok(())
}
