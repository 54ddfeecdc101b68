//! `horarios`: the weekly hours of a professional. Whoever writes them holds the professional's lock (`medicos::lock`).

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::db::column::OptionalDate;
use crate::domain::semana::{Kind, Period};
use crate::id::MedicoId;
use crate::problem::Problem;

#[derive(sqlx::FromRow)]
struct Row {
    dia_semana: i16,
    inicio_minuto: i32,
    fim_minuto: i32,
    tipo: String,
    #[sqlx(try_from = "OptionalDate")]
    vale_de: Option<Date>,
    #[sqlx(try_from = "OptionalDate")]
    vale_ate: Option<Date>,
}

impl Row {
    fn into_period(self) -> Result<Period, Problem> {
        Ok(Period {
            weekday: i8::try_from(self.dia_semana).map_err(|_| Problem::Internal)?,
            start: self.inicio_minuto,
            end: self.fim_minuto,
            kind: Kind::parse(&self.tipo).ok_or(Problem::Internal)?,
            from: self.vale_de,
            until: self.vale_ate,
        })
    }
}

/// The whole week, by day and time.
///
/// # Errors
/// When Postgres does not answer.
pub async fn week(tx: &mut TenantTx, medico: MedicoId) -> Result<Vec<Period>, Problem> {
    let rows: Vec<Row> = sqlx::query_as(
        "select dia_semana, (extract(epoch from inicio) / 60)::int as inicio_minuto,
                (extract(epoch from fim) / 60)::int as fim_minuto, tipo, vale_de, vale_ate
         from horarios where medico_id = $1
         order by dia_semana, inicio, fim, tipo, vale_de nulls first, id",
    )
    .bind(medico)
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::into_period).collect()
}

/// Puts these periods in the place of all there were.
///
/// # Errors
/// When Postgres does not answer.
pub async fn replace(tx: &mut TenantTx, medico: MedicoId, week: &[Period]) -> Result<(), Problem> {
    let cliente_id = tx.cliente_id();
    sqlx::query("delete from horarios where medico_id = $1").bind(medico).execute(tx.conn()).await?;
    let minutes = |minutes: fn(&Period) -> i32| week.iter().map(minutes).map(written).collect::<Vec<_>>();
    let dates = |date: fn(&Period) -> Option<Date>| {
        week.iter().map(|period| date(period).map(ToSqlx::to_sqlx)).collect::<Vec<_>>()
    };
    sqlx::query(
        "insert into horarios (cliente_id, medico_id, dia_semana, inicio, fim, tipo, vale_de, vale_ate)
         select $1, $2, dia, inicio::time, fim::time, tipo, de, ate
         from unnest($3::smallint[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[])
           as periodo(dia, inicio, fim, tipo, de, ate)",
    )
    .bind(cliente_id)
    .bind(medico)
    .bind(week.iter().map(|period| i16::from(period.weekday)).collect::<Vec<_>>())
    .bind(minutes(|period| period.start))
    .bind(minutes(|period| period.end))
    .bind(week.iter().map(|period| period.kind.as_str()).collect::<Vec<_>>())
    .bind(dates(|period| period.from))
    .bind(dates(|period| period.until))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// 1440 → "24:00", which a `time` of Postgres is and one of jiff is not.
pub(super) fn written(minutes: i32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
