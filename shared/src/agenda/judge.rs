//! Whether an explicit start can be booked, and what is free instead.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::sheet::{Professional, Sheet};
use super::slots::days_of;
use super::{Audience, Wish};
use crate::db::TenantTx;
use crate::domain::availability::{self, Occupation};
use crate::portuguese;
use crate::problem::{Alternative, Problem};

/// How far ahead a refusal looks for something else.
const LOOK_AHEAD_DAYS: i32 = 14;
/// How much it offers.
const MOST_ALTERNATIVES: usize = 6;

/// Refuses a start that cannot be booked, with what is free instead. The caller has marked the transaction before it locked: a refusal lets
/// the locks go first, so that looking for something else keeps nobody waiting. An `encaixe` may lie outside hours, on a block, or over another
/// appointment, but never in the past.
///
/// # Errors
/// [`Problem::SlotTaken`] or [`Problem::SlotRefused`].
pub async fn ensure_bookable(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    now: Timestamp,
) -> Result<(), Problem> {
    ensure(tx, wish, start, encaixe, (now, now)).await
}

/// The same for what lies at this start already: that it began meanwhile is no objection.
///
/// # Errors
/// As [`ensure_bookable`].
pub(super) async fn ensure_may_stay(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    now: Timestamp,
) -> Result<(), Problem> {
    ensure(tx, wish, start, encaixe, (now.min(start), now)).await
}

/// Judges as if it were `seen_from`; what is free instead is free `now`.
async fn ensure(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    (seen_from, now): (Timestamp, Timestamp),
) -> Result<(), Problem> {
    let date = tx.time_zone().to_datetime(start).date();
    let sheet = Sheet::load(tx, wish, &[wish.medico_id], (date, date), now).await?.seen_from(seen_from);
    let verdict = judge(tx, &sheet, wish, start, encaixe, seen_from);
    if verdict == Verdict::Bookable {
        return Ok(());
    }
    refuse(tx, wish, start, verdict, now).await
}

/// Refuses what lies at this start already only when the health plan is not taken there: nothing else of it changes.
///
/// # Errors
/// As [`ensure_bookable`].
pub(super) async fn ensure_plan_is_taken(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Problem> {
    let date = tx.time_zone().to_datetime(start).date();
    let sheet = Sheet::load(tx, wish, &[wish.medico_id], (date, date), now).await?;
    let plan = sheet.professionals.get(&wish.medico_id).and_then(|professional| professional.plan.as_ref());
    match plan.and_then(|plan| plan.refuses(date)) {
        Some(reason) => {
            let verdict = refused(reason.code(), &portuguese::capitalized(&reason.sentence()));
            refuse(tx, wish, start, verdict, now).await
        }
        None => Ok(()),
    }
}

async fn refuse(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    verdict: Verdict,
    now: Timestamp,
) -> Result<(), Problem> {
    tx.let_go().await?;
    let alternatives = alternatives(tx, wish, start, now).await?;
    Err(match verdict {
        Verdict::Refused { sentence: reason, .. } => Problem::SlotRefused { reason, alternatives },
        _ => Problem::SlotTaken { alternatives },
    })
}

/// What is to be said of an explicit start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It can be booked now.
    Bookable,
    /// Somebody has it.
    Taken,
    /// The rules refuse it.
    Refused {
        /// A stable word.
        code: &'static str,
        /// One sentence.
        sentence: String,
    },
}

/// Judges an explicit start. Staff may place it beside the grid; a patient, who would cut two visits out of the day, may not.
pub(super) fn judge(
    tx: &TenantTx,
    sheet: &Sheet,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    now: Timestamp,
) -> Verdict {
    let Some(professional) = sheet.professionals.get(&wish.medico_id) else {
        return refused("profissional", "Esse profissional não atende mais na clínica.");
    };
    if start < now {
        return refused("passado", "Esse horário já passou.");
    }
    if encaixe {
        return Verdict::Bookable;
    }
    let date = tx.time_zone().to_datetime(start).date();
    if let Some(verdict) = refusal(tx, sheet, professional, (date, start), wish.audience, now) {
        return verdict;
    }
    if let Some(reason) = professional.plan.as_ref().and_then(|plan| plan.refuses(date)) {
        return refused(reason.code(), &portuguese::capitalized(&reason.sentence()));
    }
    let calendar = &professional.calendar;
    let free = sheet.is_free(calendar, start) && !availability::day_is_full(calendar, start);
    if free { Verdict::Bookable } else { Verdict::Taken }
}

/// What the rules say against a start, whoever has the time.
fn refusal(
    tx: &TenantTx,
    sheet: &Sheet,
    professional: &Professional,
    (date, start): (Date, Timestamp),
    audience: Audience,
    now: Timestamp,
) -> Option<Verdict> {
    let calendar = &professional.calendar;
    let only_blocks = professional.with_only(|busy| busy.occupation == Occupation::Blocked);
    let verdict = if !professional.offers {
        refused("servico", "Esse profissional não faz esse atendimento.")
    } else if !sheet.fits(calendar, start) {
        outside_hours(professional, date)
    } else if !sheet.is_free_alone(&only_blocks, start) {
        refused("bloqueio", "O profissional não atende nesse horário.")
    } else if audience == Audience::Patient && start < sheet.policy.earliest(now) {
        refused("antecedencia", "Esse horário está perto demais para marcar por aqui.")
    } else if sheet.policy.last_date(tx.time_zone(), now).is_some_and(|last| date > last) {
        refused("fora_do_periodo", "A agenda ainda não está aberta para essa data.")
    } else if audience == Audience::Patient
        && !sheet.grid.may_stand_at(tx.time_zone().to_datetime(start).time())
    {
        refused("grade", "Por aqui se marca só nos horários oferecidos.")
    } else {
        return None;
    };
    Some(verdict)
}

fn outside_hours(professional: &Professional, date: Date) -> Verdict {
    let closed = professional.calendar.hours.periods(date).is_empty();
    match professional.holidays.get(&date).filter(|_| closed) {
        Some(name) => {
            let day = portuguese::day_month(date);
            refused("feriado", &format!("Não há atendimento em {day}: é feriado ({name})."))
        }
        None => refused("nao_atende", "A consulta não cabe no horário de atendimento desse dia."),
    }
}

fn refused(code: &'static str, sentence: &str) -> Verdict {
    Verdict::Refused { code, sentence: sentence.to_owned() }
}

/// What is free near `start`: the nearest starts of that day first, then of the days after it.
///
/// # Errors
/// When Postgres does not answer.
pub async fn alternatives(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    now: Timestamp,
) -> Result<Vec<Alternative>, Problem> {
    let first = tx.time_zone().to_datetime(start.max(now)).date();
    let last = first.saturating_add(LOOK_AHEAD_DAYS.days());
    let mut all = days_of(tx, wish, &[wish.medico_id], (first, last), now).await?;
    // Of a professional who left, nothing is free.
    let days = all.remove(&wish.medico_id).unwrap_or_default();
    let mut free: Vec<(Date, Timestamp)> =
        days.into_iter().flat_map(|day| day.starts.into_iter().map(move |start| (day.date, start))).collect();
    free.sort_by_key(|(date, at)| (*date, at.duration_since(start).abs()));
    free.truncate(MOST_ALTERNATIVES);
    free.sort_unstable();
    let zone = tx.time_zone();
    let written = free.into_iter().map(|(date, at)| Alternative {
        medico_id: wish.medico_id,
        data: date.to_string(),
        hora: zone.to_datetime(at).strftime("%H:%M").to_string(),
    });
    Ok(written.collect())
}
