//! `alertas`: what is wrong with a clinic's WhatsApp, since when, and until when it was. One of a kind stands at a time.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::TenantTx;
use crate::problem::Problem;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tipo {
    /// Not connected, for longer than a connection takes to come back by itself.
    Desconectada,
    /// Connected, and nobody is heard at an hour at which people write.
    Silencio,
    /// Messages leave and are not confirmed.
    Envios,
}

impl Tipo {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desconectada => "desconectada",
            Self::Silencio => "silencio",
            Self::Envios => "envios",
        }
    }
}

/// An alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Alerta {
    /// `desconectada`, `silencio`, `envios`.
    pub tipo: String,
    /// Since when it is so.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub desde: Timestamp,
}

/// Raises an alert; `false` when it stands already.
///
/// # Errors
/// When Postgres does not answer.
pub async fn raise(tx: &mut TenantTx, tipo: Tipo, since: Timestamp) -> Result<bool, Problem> {
    let raised = sqlx::query(
        "insert into alertas (cliente_id, tipo, desde) values ($1, $2, $3)
         on conflict (cliente_id, tipo) where resolvido_em is null do nothing",
    )
    .bind(tx.cliente_id())
    .bind(tipo.as_str())
    .bind(since.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(raised.rows_affected() == 1)
}

/// Ends an alert; whether it stood.
///
/// # Errors
/// When Postgres does not answer.
pub async fn resolve(tx: &mut TenantTx, tipo: Tipo, now: Timestamp) -> Result<bool, Problem> {
    let resolved = sqlx::query(
        "update alertas set resolvido_em = $3 where cliente_id = $1 and tipo = $2 and resolvido_em is null",
    )
    .bind(tx.cliente_id())
    .bind(tipo.as_str())
    .bind(now.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(resolved.rows_affected() == 1)
}

/// The alerts that stand, the oldest first.
///
/// # Errors
/// When Postgres does not answer.
pub async fn standing(tx: &mut TenantTx) -> Result<Vec<Alerta>, Problem> {
    let rows = sqlx::query_as(
        "select tipo, desde from alertas where cliente_id = $1 and resolvido_em is null order by desde, id limit 10",
    )
    .bind(tx.cliente_id())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
