//! `clientes`: whether the assistant may ask a language model. What is permitted and how much is the operator's to write, by plan or for one clinic.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::problem::Problem;

/// What the clinic and the operator said of the language model.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct AssistenteSettings {
    /// Whether the plan, or the operator for this clinic, allows it.
    pub permitida: bool,
    /// Whether the clinic wants it.
    pub ligada: bool,
    /// Whose: `anthropic` or `openai`, which is any server that speaks its protocol.
    pub provedor: String,
    /// What it should know of the clinic besides what the settings tell.
    pub instrucoes: Option<String>,
    /// Tokens, read and written, in a month.
    pub limite_tokens: i64,
    /// Messages thought about in a month; null: as many as the tokens allow.
    pub limite_turnos: Option<i32>,
}

impl AssistenteSettings {
    /// Whether it may be asked at all.
    pub fn is_on(&self) -> bool {
        self.permitida && self.ligada
    }
}

/// The settings of the clinic of this transaction.
///
/// # Errors
/// When Postgres does not answer.
pub async fn get(tx: &mut TenantTx) -> Result<AssistenteSettings, Problem> {
    let id = tx.cliente_id();
    let row = sqlx::query_as(
        "select coalesce(c.ia_permitida, p.ia_permitida) as permitida, c.ia_ligada as ligada, c.ia_provedor as provedor,
                c.ia_instrucoes as instrucoes, coalesce(c.ia_limite_tokens, p.ia_limite_tokens) as limite_tokens,
                p.limite_ia_turnos_mes as limite_turnos
         from clientes c join planos p on p.nome = c.plano where c.id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row)
}

/// As [`get`], and nobody else changes it until the transaction ends.
///
/// # Errors
/// As [`get`].
pub async fn lock(tx: &mut TenantTx) -> Result<AssistenteSettings, Problem> {
    let id = tx.cliente_id();
    sqlx::query("select id from clientes where id = $1 for no key update")
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    // A second statement: it sees what was committed while the first waited.
    get(tx).await
}

/// Writes what is the clinic's to say.
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(tx: &mut TenantTx, settings: &AssistenteSettings) -> Result<(), Problem> {
    let id = tx.cliente_id();
    sqlx::query("update clientes set ia_ligada = $2, ia_provedor = $3, ia_instrucoes = $4 where id = $1")
        .bind(id)
        .bind(settings.ligada)
        .bind(&settings.provedor)
        .bind(&settings.instrucoes)
        .execute(tx.conn())
        .await?;
    Ok(())
}
