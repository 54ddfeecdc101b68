//! `feriados` and `clientes.feriados_opcionais`: the days a clinic adds to the law's. What they mean together is
//! [`domain::feriados`](crate::domain::feriados)'s to say.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::TenantTx;
use crate::domain::feriados::{Optional, OwnDay};
use crate::id::FeriadoId;
use crate::problem::Problem;

/// A day of the clinic's own.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct Feriado {
    /// `feriados.id`.
    pub id: FeriadoId,
    /// What is set.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub settings: FeriadoSettings,
}

/// What a clinic sets of a day of its own.
#[derive(Debug, Clone, Serialize, ToSchema, sqlx::FromRow)]
pub struct FeriadoSettings {
    /// The date; of one that returns every year, the first one written.
    #[sqlx(try_from = "jiff_sqlx::Date")]
    pub dia: Date,
    /// Its name.
    pub nome: String,
    /// `nacional`, `estadual`, `municipal` or `clinica`.
    pub ambito: String,
    /// Whether the clinic is closed; `false` opens it although a holiday.
    pub fechado: bool,
    /// Whether it returns every year.
    pub anual: bool,
}

impl From<&FeriadoSettings> for OwnDay {
    fn from(own: &FeriadoSettings) -> Self {
        Self { day: own.dia, name: own.nome.clone(), closed: own.fechado, every_year: own.anual }
    }
}

/// Own days of a clinic: many times what the law, the state and the town have together. Every question for what is free asks for those of its dates.
const MOST: i64 = 400;

/// Whether an own day falls on one of the dates from one to another: itself, or returning. Of those that return month and day are compared, also over the
/// end of a year; a range of a year has them all. 29 February is there only in a range that has it, or would in a leap year, where it says nothing.
macro_rules! falls_between {
    ($first:literal, $last:literal) => {
        concat!(
            "(dia between ",
            $first,
            " and ",
            $last,
            " or anual and (",
            $last,
            " - ",
            $first,
            " >= 365 or case
               when to_char(",
            $first,
            ", 'MMDD') <= to_char(",
            $last,
            ", 'MMDD')
               then to_char(dia, 'MMDD') between to_char(",
            $first,
            ", 'MMDD') and to_char(",
            $last,
            ", 'MMDD')
               else to_char(dia, 'MMDD') >= to_char(",
            $first,
            ", 'MMDD') or to_char(dia, 'MMDD') <= to_char(",
            $last,
            ", 'MMDD') end))"
        )
    };
}
pub(crate) use falls_between;

/// The clinic's own days that fall on the dates `first..=last`, those that return every year among them.
///
/// # Errors
/// When Postgres does not answer.
pub async fn own(tx: &mut TenantTx, (first, last): (Date, Date)) -> Result<Vec<Feriado>, Problem> {
    let rows = sqlx::query_as(concat!(
        "select id, dia, nome, ambito, fechado, anual from feriados where ",
        falls_between!("$1::date", "$2::date"),
        " order by dia, id limit 2000"
    ))
    .bind(first.to_sqlx())
    .bind(last.to_sqlx())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// The optional days the clinic closes on.
///
/// # Errors
/// When Postgres does not answer.
pub async fn chosen(tx: &mut TenantTx) -> Result<BTreeSet<Optional>, Problem> {
    let id = tx.cliente_id();
    let words: Vec<String> = sqlx::query_scalar("select feriados_opcionais from clientes where id = $1")
        .bind(id)
        .fetch_one(tx.conn())
        .await?;
    Ok(words.iter().filter_map(|word| Optional::parse(word)).collect())
}

/// One own day, and nobody else changes it until the transaction ends.
///
/// # Errors
/// [`Problem::NotFound`] when there is none, or it is another clinic's.
pub async fn lock(tx: &mut TenantTx, id: FeriadoId) -> Result<Feriado, Problem> {
    let row = sqlx::query_as(
        "select id, dia, nome, ambito, fechado, anual from feriados where id = $1 for no key update",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Problem::NotFound)
}

/// Creates an own day. Who creates one queues, so that two at once do not both see the last place.
///
/// # Errors
/// [`Problem::AlreadyExists`] for a name that is on that date already; [`Problem::TooManyHolidays`] when the clinic has as many as it may.
pub async fn insert(tx: &mut TenantTx, new: FeriadoSettings) -> Result<Feriado, Problem> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('feriados:' || $1::text, 0))")
        .bind(tx.cliente_id())
        .execute(tx.conn())
        .await?;
    let there: i64 =
        sqlx::query_scalar("select count(*) from (select from feriados where cliente_id = $1 limit $2) f")
            .bind(tx.cliente_id())
            .bind(MOST)
            .fetch_one(tx.conn())
            .await?;
    if there >= MOST {
        return Err(Problem::TooManyHolidays { most: MOST });
    }
    let id = sqlx::query_scalar(
        "insert into feriados (cliente_id, dia, nome, ambito, fechado, anual) values ($1, $2, $3, $4, $5, $6) returning id",
    )
    .bind(tx.cliente_id())
    .bind(new.dia.to_sqlx())
    .bind(&new.nome)
    .bind(&new.ambito)
    .bind(new.fechado)
    .bind(new.anual)
    .fetch_one(tx.conn())
    .await?;
    Ok(Feriado { id, settings: new })
}

/// Writes every setting of an own day.
///
/// # Errors
/// As [`insert`].
pub async fn update(tx: &mut TenantTx, Feriado { id, settings }: &Feriado) -> Result<(), Problem> {
    sqlx::query(
        "update feriados set dia = $2, nome = $3, ambito = $4, fechado = $5, anual = $6 where id = $1",
    )
    .bind(id)
    .bind(settings.dia.to_sqlx())
    .bind(&settings.nome)
    .bind(&settings.ambito)
    .bind(settings.fechado)
    .bind(settings.anual)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes an own day.
///
/// # Errors
/// When Postgres does not answer.
pub async fn delete(tx: &mut TenantTx, id: FeriadoId) -> Result<(), Problem> {
    sqlx::query("delete from feriados where id = $1").bind(id).execute(tx.conn()).await?;
    Ok(())
}
