//! What clinics used, as operators see it: numbers by month. What it costs is shown by rows of their own, which the database keeps from suporte.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::uso::Uso;
use crate::id::ClienteId;
use crate::problem::Problem;

/// A month of a clinic.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct UsoDoMes {
    /// The numbers.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub uso: Uso,
    /// What a language model cost, in millionths of a US dollar; only for who looks after money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ia_custo_microusd: Option<i64>,
    /// By how much the running counters were off when they were compared last, by name; nothing where they were right.
    #[schema(value_type = Object)]
    pub desvio: serde_json::Value,
}

/// A clinic and its month.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct UsoDaClinica {
    /// Its id.
    pub cliente_id: ClienteId,
    /// Its name.
    pub nome: String,
    /// Its plan now.
    pub plano: String,
    /// The month.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub mes: UsoDoMes,
}

/// A page of the clinics that were measured in a month, by name: fifty, and one more when the list goes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn list(
    tx: &mut OperatorTx,
    mes: Date,
    after: Option<(&str, ClienteId)>,
) -> Result<Vec<UsoDaClinica>, Problem> {
    let rows = sqlx::query_as(
        "select c.nome, c.plano, u.*, k.ia_custo_microusd
         from clientes c join uso_mensal u on u.cliente_id = c.id and u.mes = $1
         left join custos_mensais k on k.cliente_id = c.id and k.mes = $1
         where ($2::text is null or (c.nome, c.id) > ($2, $3))
         order by c.nome, c.id limit 51",
    )
    .bind(mes.to_sqlx())
    .bind(after.map(|(nome, _)| nome))
    .bind(after.map(|(_, id)| id))
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// A clinic's last months, the newest first: two years at most.
///
/// # Errors
/// When Postgres does not answer.
pub async fn of(tx: &mut OperatorTx, id: ClienteId, months: u8) -> Result<Vec<UsoDoMes>, Problem> {
    let mut rows: Vec<UsoDoMes> = sqlx::query_as(
        "select u.*, k.ia_custo_microusd from uso_mensal u
         left join custos_mensais k on k.cliente_id = u.cliente_id and k.mes = u.mes
         where u.cliente_id = $1 order by u.mes desc limit 24",
    )
    .bind(id)
    .fetch_all(tx.conn())
    .await?;
    rows.truncate(usize::from(months));
    Ok(rows)
}
