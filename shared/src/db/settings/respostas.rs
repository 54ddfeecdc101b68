//! `respostas_prontas`: texts a clinic answers often.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::id::RespostaId;
use crate::problem::Problem;

/// A template answer.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Resposta {
    /// `respostas_prontas.id`.
    pub id: RespostaId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: RespostaSettings,
}

/// What a clinic sets of a template answer.
#[derive(Debug, Clone, Default, Serialize, ToSchema, sqlx::FromRow)]
pub struct RespostaSettings {
    /// By what people find it.
    pub titulo: String,
    /// What is sent; `{nome}` and `{clinica}` are filled in.
    pub texto: String,
}

/// The template answers by title.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Resposta>, Problem> {
    let rows =
        sqlx::query_as("select id, titulo, texto from respostas_prontas order by titulo, id limit 1000")
            .fetch_all(tx.conn())
            .await?;
    Ok(rows)
}

/// One template answer.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: RespostaId) -> Result<Resposta, Problem> {
    let row = sqlx::query_as("select id, titulo, texto from respostas_prontas where id = $1")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    row.ok_or(Problem::NotFound)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx, id: RespostaId) -> Result<Resposta, Problem> {
    let row =
        sqlx::query_as("select id, titulo, texto from respostas_prontas where id = $1 for no key update")
            .bind(id)
            .fetch_optional(tx.conn())
            .await?;
    row.ok_or(Problem::NotFound)
}

/// Creates a template answer.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a title that is taken.
pub async fn insert(tx: &mut TenantTx, new: RespostaSettings) -> Result<Resposta, Problem> {
    let id = sqlx::query_scalar(
        "insert into respostas_prontas (cliente_id, titulo, texto) values ($1, $2, $3) returning id",
    )
    .bind(tx.cliente_id())
    .bind(&new.titulo)
    .bind(&new.texto)
    .fetch_one(tx.conn())
    .await?;
    Ok(Resposta { id, settings: new })
}

/// Writes every setting of a template answer.
///
/// # Errors
/// As [`insert`].
pub async fn update(tx: &mut TenantTx, Resposta { id, settings }: &Resposta) -> Result<(), Problem> {
    sqlx::query("update respostas_prontas set titulo = $2, texto = $3 where id = $1")
        .bind(id)
        .bind(&settings.titulo)
        .bind(&settings.texto)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Removes a template answer. What was sent with it stays as it was sent.
///
/// # Errors
/// When Postgres does not answer.
pub async fn delete(tx: &mut TenantTx, id: RespostaId) -> Result<(), Problem> {
    sqlx::query("delete from respostas_prontas where id = $1").bind(id).execute(tx.conn()).await?;
    Ok(())
}
