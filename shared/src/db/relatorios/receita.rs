//! Money: expected, earned, lost; always at the price that was agreed when the visit was booked.

use super::{Linha, Period, Por, ask};
use crate::db::TenantTx;
use crate::problem::Problem;

/// Counts and sums in centavos. What the clinic itself called off is in none of them.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Receita {
    /// Visits that stand: to come, or over and not closed.
    pub previstos: i64,
    /// Their prices.
    pub previsto_centavos: i64,
    /// Visits that took place.
    pub realizados: i64,
    /// Their prices.
    pub realizado_centavos: i64,
    /// Visits the patient missed or called off.
    pub perdidos: i64,
    /// Their prices.
    pub perdido_centavos: i64,
    /// Of all these, those that have no price and count as nothing in the sums.
    pub sem_preco: i64,
}

/// The sums by group and altogether.
///
/// # Errors
/// When Postgres does not answer.
pub async fn receita(tx: &mut TenantTx, period: &Period, por: Por) -> Result<Vec<Linha<Receita>>, Problem> {
    let statement = grouped!(
        "count(*) filter (where a.status in ('agendado', 'confirmado', 'em_atendimento')) as previstos,
         coalesce(sum(a.preco_centavos) filter (where a.status in ('agendado', 'confirmado', 'em_atendimento')), 0)::bigint
           as previsto_centavos,
         count(*) filter (where a.status = 'realizado') as realizados,
         coalesce(sum(a.preco_centavos) filter (where a.status = 'realizado'), 0)::bigint as realizado_centavos,
         count(*) filter (where a.status in ('faltou', 'cancelado')) as perdidos,
         coalesce(sum(a.preco_centavos) filter (where a.status in ('faltou', 'cancelado')), 0)::bigint as perdido_centavos,
         count(*) filter (where a.preco_centavos is null) as sem_preco",
        "and (a.status in ('agendado', 'confirmado', 'em_atendimento', 'realizado', 'faltou')
              or a.status = 'cancelado' and a.cancelado_por = 'paciente')"
    );
    Ok(ask(tx, statement, period, por).fetch_all(tx.conn()).await?)
}
