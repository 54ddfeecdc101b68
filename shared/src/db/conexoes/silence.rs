//! Whether patients write at this hour, by the clinic's own history.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;

use crate::db::TenantTx;
use crate::db::column::OptionalTimestamp;
use crate::problem::Problem;

/// How long a silence may last before anybody wonders.
const SILENCE: SignedDuration = SignedDuration::from_hours(3);
/// Messages in the same hours of an earlier day that make silence in them strange.
const USUAL: i64 = 3;
/// On so many of the same weekdays of the last four weeks …
const WEEKS: usize = 3;
/// … or on each of the last days that were like this one.
const DAYS: usize = 4;

/// What was heard from patients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// When the last of them wrote.
    pub last: Option<Timestamp>,
    /// Nobody has for hours in which people usually do.
    pub strangely_silent: bool,
}

/// What was heard at the clinic until `now`, since a connection was `open`.
///
/// # Errors
/// When Postgres does not answer.
pub async fn heard(tx: &mut TenantTx, open: Timestamp, now: Timestamp) -> Result<Heard, Problem> {
    let last = last_heard(tx, now).await?;
    let silent = last.is_some_and(|last| now.duration_since(last.max(open)) >= SILENCE);
    let strangely_silent = silent && usually_loud(tx, now).await?;
    Ok(Heard { last, strangely_silent })
}

/// When a patient wrote last.
///
/// # Errors
/// When Postgres does not answer.
pub async fn last_heard(tx: &mut TenantTx, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    let last: OptionalTimestamp = sqlx::query_scalar(
        "select max(criado_em) from mensagens where cliente_id = $1 and direcao = 'entrada' and criado_em <= $2",
    )
    .bind(tx.cliente_id())
    .bind(now.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(last.into())
}

/// Counts the same hours of earlier days, in the clinic's own time: the four same weekdays before, and the last days.
async fn usually_loud(tx: &mut TenantTx, now: Timestamp) -> Result<bool, Problem> {
    let zone = tx.time_zone().clone();
    let today = now.to_zoned(zone);
    let weekend = |day: &jiff::Zoned| day.weekday().to_monday_one_offset() >= 6;
    let before = |days: i64| today.checked_sub(jiff::Span::new().days(days)).ok();
    let weeks: Vec<_> = [7, 14, 21, 28].into_iter().filter_map(before).collect();
    let days: Vec<_> =
        (1..=9).filter_map(before).filter(|day| weekend(day) == weekend(&today)).take(DAYS).collect();
    let mut loud = Vec::new();
    for day in weeks.iter().chain(&days) {
        loud.push(count(tx, day.timestamp()).await? >= USUAL);
    }
    let (by_week, by_day) = loud.split_at(weeks.len());
    let by_week = by_week.iter().filter(|loud| **loud).count() >= WEEKS;
    Ok(by_week || (by_day.len() == DAYS && by_day.iter().all(|loud| *loud)))
}

async fn count(tx: &mut TenantTx, until: Timestamp) -> Result<i64, Problem> {
    let count = sqlx::query_scalar(
        "select count(*) from (
           select from mensagens where cliente_id = $1 and direcao = 'entrada' and criado_em > $2 and criado_em <= $3 limit 3) few",
    )
    .bind(tx.cliente_id())
    .bind((until - SILENCE).to_sqlx())
    .bind(until.to_sqlx())
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}
