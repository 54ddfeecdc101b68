//! `assinaturas` and `descontos`: since when a clinic pays, when, and what is taken off.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use super::OperatorTx;
use crate::db::column::{OptionalDate, OptionalTimestamp};
use crate::id::{ClienteId, DescontoId, UserId};
use crate::problem::Problem;

/// Since when a clinic pays, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Assinatura {
    /// The first day that may be charged.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub inicio_dia: Date,
    /// The last day it tries for nothing.
    #[sqlx(try_from = "OptionalDate")]
    #[schema(value_type = Option<String>, format = Date)]
    pub teste_ate: Option<Date>,
    /// The day of the month on which invoices are due, 1 to 28.
    pub vencimento_dia: i32,
}

/// Something taken off a clinic's invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct DescontoFicha {
    /// Its id.
    pub id: DescontoId,
    /// The clinic.
    pub cliente_id: ClienteId,
    /// Of all that is charged, 1 to 100; or centavos.
    pub percentual: Option<i32>,
    /// Centavos; or a part of all that is charged.
    pub centavos: Option<i64>,
    /// The first month, its first day.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    #[schema(value_type = String, format = Date)]
    pub de_mes: Date,
    /// The last month, its first day; null: until it is ended.
    #[sqlx(try_from = "OptionalDate")]
    #[schema(value_type = Option<String>, format = Date)]
    pub ate_mes: Option<Date>,
    /// Why; the clinic reads it.
    pub motivo: String,
    /// Who promised it.
    pub operador_id: UserId,
    /// What that one is called now.
    pub operador_nome: Option<String>,
    /// When.
    #[sqlx(try_from = "jiff_sqlx::Timestamp")]
    pub criado_em: Timestamp,
    /// Since when it is not taken off any more.
    #[sqlx(try_from = "OptionalTimestamp")]
    pub encerrado_em: Option<Timestamp>,
}

/// A clinic's, locked until the transaction ends: no month of it is closed meanwhile.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn lock(tx: &mut OperatorTx, id: ClienteId) -> Result<Assinatura, Problem> {
    let row = sqlx::query_as(
        "select inicio_dia, teste_ate, vencimento_dia from assinaturas where cliente_id = $1 for update",
    );
    row.bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// A clinic's.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn get(tx: &mut OperatorTx, id: ClienteId) -> Result<Assinatura, Problem> {
    let row =
        sqlx::query_as("select inicio_dia, teste_ate, vencimento_dia from assinaturas where cliente_id = $1");
    row.bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// Writes a clinic's; the end of a trial that moved is told again.
///
/// # Errors
/// When Postgres does not answer.
pub async fn update(tx: &mut OperatorTx, id: ClienteId, new: Assinatura) -> Result<(), Problem> {
    sqlx::query(
        "update assinaturas set inicio_dia = $2, teste_ate = $3, vencimento_dia = $4,
                teste_aviso = teste_aviso and teste_ate is not distinct from $3
         where cliente_id = $1",
    )
    .bind(id)
    .bind(new.inicio_dia.to_sqlx())
    .bind(new.teste_ate.map(ToSqlx::to_sqlx))
    .bind(new.vencimento_dia)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The month after the last one that was closed, its first day; none when none was.
///
/// # Errors
/// When Postgres does not answer.
pub async fn next_month(tx: &mut OperatorTx, id: ClienteId) -> Result<Option<Date>, Problem> {
    let last: OptionalDate = sqlx::query_scalar(
        "select (max(competencia) + interval '1 month')::date from faturas where cliente_id = $1",
    )
    .bind(id)
    .fetch_one(tx.conn())
    .await?;
    Ok(last.into())
}

/// A clinic's discounts, the newest first; those of before too.
///
/// # Errors
/// When Postgres does not answer.
pub async fn discounts(tx: &mut OperatorTx, id: ClienteId) -> Result<Vec<DescontoFicha>, Problem> {
    let rows = sqlx::query_as(
        "select id, cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em, encerrado_em,
                hi_nome_do_operador(operador_id) as operador_nome
         from descontos where cliente_id = $1 order by id desc limit 200",
    );
    Ok(rows.bind(id).fetch_all(tx.conn()).await?)
}

/// A discount to be promised.
#[derive(Debug, Clone, Copy)]
pub struct NewDesconto<'a> {
    /// The clinic.
    pub cliente_id: ClienteId,
    /// Of all that is charged; or centavos.
    pub percentual: Option<i32>,
    /// Centavos; or a part.
    pub centavos: Option<i64>,
    /// The first month.
    pub de_mes: Date,
    /// The last month.
    pub ate_mes: Option<Date>,
    /// Why.
    pub motivo: &'a str,
}

/// Promises a discount.
///
/// # Errors
/// When Postgres does not answer.
pub async fn insert_discount(tx: &mut OperatorTx, new: &NewDesconto<'_>) -> Result<DescontoFicha, Problem> {
    let (at, user_id) = (tx.at().to_sqlx(), tx.user_id());
    let row = sqlx::query_as(
        "insert into descontos (cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         returning id, cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em, encerrado_em,
                hi_nome_do_operador(operador_id) as operador_nome",
    );
    let row = row.bind(new.cliente_id).bind(new.percentual).bind(new.centavos).bind(new.de_mes.to_sqlx());
    let row = row.bind(new.ate_mes.map(ToSqlx::to_sqlx)).bind(new.motivo).bind(user_id).bind(at);
    Ok(row.fetch_one(tx.conn()).await?)
}

/// A discount, locked.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn lock_discount(tx: &mut OperatorTx, id: DescontoId) -> Result<DescontoFicha, Problem> {
    let row = sqlx::query_as(
        "select id, cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em, encerrado_em,
                hi_nome_do_operador(operador_id) as operador_nome
         from descontos where id = $1 for update",
    );
    row.bind(id).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}

/// Ends a discount: months that are closed keep it. Ending it again changes nothing.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn end_discount(tx: &mut OperatorTx, id: DescontoId) -> Result<DescontoFicha, Problem> {
    let at = tx.at().to_sqlx();
    let row = sqlx::query_as(
        "update descontos set encerrado_em = coalesce(encerrado_em, $2) where id = $1
         returning id, cliente_id, percentual, centavos, de_mes, ate_mes, motivo, operador_id, criado_em, encerrado_em,
                hi_nome_do_operador(operador_id) as operador_nome",
    );
    row.bind(id).bind(at).fetch_optional(tx.conn()).await?.ok_or(Problem::NotFound)
}
