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
    /// Connected with another number than was asked for, or than it was.
    Numero,
}

impl Tipo {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Desconectada => "desconectada",
            Self::Silencio => "silencio",
            Self::Envios => "envios",
            Self::Numero => "numero",
        }
    }

    fn of(text: &str) -> Result<Self, String> {
        [Self::Desconectada, Self::Silencio, Self::Envios, Self::Numero]
            .into_iter()
            .find(|tipo| tipo.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

impl TryFrom<String> for Tipo {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::of(&text)
    }
}

/// An alert whose beginning, or whose end, is to be told now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ToTell {
    /// `alertas.id`.
    pub id: i64,
    /// What is, or was, wrong.
    #[sqlx(try_from = "String")]
    pub tipo: Tipo,
    /// Since when.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub desde: Timestamp,
    /// Whether it is over.
    pub acabou: bool,
}

/// An alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Alerta {
    /// `desconectada`, `silencio`, `envios`, `numero`.
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

/// Ends an alert that stands since before a moment.
///
/// # Errors
/// When Postgres does not answer.
pub async fn resolve_older(
    tx: &mut TenantTx,
    tipo: Tipo,
    before: Timestamp,
    now: Timestamp,
) -> Result<bool, Problem> {
    let resolved = sqlx::query(
        "update alertas set resolvido_em = $3
         where cliente_id = $1 and tipo = $2 and resolvido_em is null and desde < $4",
    )
    .bind(tx.cliente_id())
    .bind(tipo.as_str())
    .bind(now.to_sqlx())
    .bind(before.to_sqlx())
    .execute(tx.conn())
    .await?;
    Ok(resolved.rows_affected() == 1)
}

/// Takes what is to be told, once however many ask: alerts that stand and were not told, and those that were told and are over. One that was
/// over before anybody was told is told to nobody.
///
/// # Errors
/// When Postgres does not answer.
pub async fn take_untold(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<ToTell>, Problem> {
    let rows = sqlx::query_as(
        "with untold as (
           select id, tipo, desde, resolvido_em is not null as acabou, avisado_em is not null as avisado
           from alertas
           where cliente_id = $1 and (avisado_em is null or (resolvido_em is not null and fim_avisado_em is null))
           for update),
         told as (
           update alertas a set avisado_em = coalesce(a.avisado_em, $2), fim_avisado_em = case when u.acabou then $2 end
           from untold u where a.cliente_id = $1 and a.id = u.id)
         select id, tipo, desde, acabou from untold where avisado = acabou order by id",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}
