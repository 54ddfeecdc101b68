//! `servicos`: what a clinic offers, and how long it takes.

use super::TenantTx;
use crate::id::ServicoId;
use crate::problem::Problem;

/// A service, as booking needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Servico {
    /// Minutes of the visit.
    pub duracao_minutos: i32,
    /// Minutes kept free before.
    pub antes_minutos: i32,
    /// Minutes kept free after.
    pub depois_minutos: i32,
    /// The price today, centavos.
    pub preco_centavos: Option<i64>,
}

/// One active service.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn get(tx: &mut TenantTx, id: ServicoId) -> Result<Servico, Problem> {
    let row = sqlx::query_as(
        "select duracao_minutos, antes_minutos, depois_minutos, preco_centavos from servicos where ativo and id = $1",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}
