//! What a payment gateway sends, taken by the one function that takes it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::Db;
use crate::pagamentos::Evento;
use crate::problem::Problem;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was new, and its invoice knows.
    New,
    /// It was here before.
    Repeated,
    /// It is kept, and no invoice is meant by it.
    Unmatched,
}

/// Keeps an event of Asaas, and lets its invoice know; once, however often it comes.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take(db: &Db, evento: &Evento, now: Timestamp) -> Result<Taken, Problem> {
    let became: String =
        sqlx::query_scalar("select hi_recebe_pagamento('asaas', $1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&evento.id)
            .bind(&evento.nome)
            .bind(evento.tipo.as_str())
            .bind(&evento.cobranca)
            .bind(&evento.referencia)
            .bind(evento.centavos)
            .bind(evento.ocorrido_em.to_sqlx())
            .bind(now.to_sqlx())
            .fetch_one(db.pool())
            .await?;
    Ok(match became.as_str() {
        "nova" => Taken::New,
        "repetida" => Taken::Repeated,
        _ => Taken::Unmatched,
    })
}
