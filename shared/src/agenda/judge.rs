//! Whether an explicit start can be booked, and what is free instead.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use super::sheet::{Professional, Sheet};
use super::slots::{EmptyReason, closed, days_of};
use super::{Audience, Wish, instant};
use crate::db::{TenantTx, agendamentos};
use crate::domain::availability::{self, Busy, Occupation};
use crate::portuguese;
use crate::problem::{Alternative, Problem};

/// How far ahead a refusal looks for something else.
const LOOK_AHEAD_DAYS: i32 = 14;
/// How much it offers.
const MOST_ALTERNATIVES: usize = 6;
/// Overbooked visits that stand in a professional's day: far more than anybody sees in one. Each is read by whoever asks what is free there, and nothing else bounds
/// them, since one is no obstacle to the next.
const MOST_ENCAIXES: i64 = 50;

/// Refuses a start that cannot be booked, with what is free instead. The caller has marked the transaction before it locked: a refusal lets
/// the locks go first, so that looking for something else keeps nobody waiting. Who works at the clinic ends what strangers keep there. An `encaixe` may lie outside hours, on a block, or over another
/// appointment, but never in the past, nor beside too many of its kind.
///
/// # Errors
/// [`Problem::SlotTaken`], [`Problem::SlotRefused`] or [`Problem::TooManyEncaixes`].
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
    let (verdict, sheet) = look(tx, wish, start, encaixe, (seen_from, now)).await?;
    match verdict {
        Verdict::Bookable if encaixe => ensure_few_encaixes(tx, wish, start).await,
        Verdict::Bookable => sheet.end_strangers(tx, wish, start).await,
        verdict => refuse(tx, wish, start, verdict, now).await,
    }
}

/// Refuses one overbooked visit more in a day that has enough. The caller holds the professional, so that two at once do not both see the last place.
///
/// # Errors
/// [`Problem::TooManyEncaixes`].
pub(super) async fn ensure_few_encaixes(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
) -> Result<(), Problem> {
    let date = tx.time_zone().to_datetime(start).date();
    let next = date.saturating_add(1.day());
    let day = (instant(tx, date, Time::midnight())?, instant(tx, next, Time::midnight())?);
    let there = agendamentos::count_encaixes(tx, wish.medico_id, day, wish.moving, MOST_ENCAIXES).await?;
    if there < MOST_ENCAIXES { Ok(()) } else { Err(Problem::TooManyEncaixes { most: MOST_ENCAIXES }) }
}

async fn look(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    (seen_from, now): (Timestamp, Timestamp),
) -> Result<(Verdict, Sheet), Problem> {
    let date = tx.time_zone().to_datetime(start).date();
    let sheet = Sheet::load(tx, wish, &[wish.medico_id], (date, date), now).await?.seen_from(seen_from);
    Ok((judge(tx, &sheet, wish, start, encaixe, seen_from), sheet))
}

/// Whether [`ensure_may_stay`] would let it; nothing is locked or ended, and nothing else looked for.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn may_stay(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    encaixe: bool,
    now: Timestamp,
) -> Result<bool, Problem> {
    Ok(look(tx, wish, start, encaixe, (now.min(start), now)).await?.0 == Verdict::Bookable)
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
        Some(reason) => refuse(tx, wish, start, refused(&reason), now).await,
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
        /// A stable word, the one a day without times has for the same reason.
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
        let sentence = "Esse profissional não atende mais na clínica.".to_owned();
        return Verdict::Refused { code: "profissional", sentence };
    };
    if start < now {
        return refused(&EmptyReason::Past);
    }
    if encaixe {
        return Verdict::Bookable;
    }
    let date = tx.time_zone().to_datetime(start).date();
    let rules = || refusal(tx, sheet, professional, (date, start), wish.audience, now);
    let plan = || professional.plan.as_ref().and_then(|plan| plan.refuses(date));
    if let Some(reason) = rules().or_else(plan) {
        return refused(&reason);
    }
    let beside = !sheet.grid.may_stand_at(tx.time_zone().to_datetime(start).time());
    if beside && wish.audience == Audience::Patient {
        let sentence = "Por aqui se marca só nos horários oferecidos.".to_owned();
        return Verdict::Refused { code: "grade", sentence };
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
) -> Option<EmptyReason> {
    let calendar = &professional.calendar;
    let on_block = |meant: &dyn Fn(&Busy) -> bool| {
        let blocks = professional.with_only(|busy| busy.occupation == Occupation::Blocked && meant(busy));
        !sheet.is_free_alone(&blocks, start)
    };
    if !professional.offers {
        Some(EmptyReason::NotOffered)
    } else if !sheet.fits(calendar, start) {
        Some(outside_hours(professional, date))
    } else if on_block(&|_| true) {
        let away = on_block(&|busy| professional.vacations.contains(&busy.interval));
        Some(if away { EmptyReason::Vacation } else { EmptyReason::Blocked })
    } else if audience == Audience::Patient && start < sheet.policy.earliest(now) {
        Some(EmptyReason::TooSoon)
    } else if sheet.policy.last_date(tx.time_zone(), now).is_some_and(|last| date > last) {
        Some(EmptyReason::BeyondHorizon)
    } else {
        None
    }
}

fn outside_hours(professional: &Professional, date: Date) -> EmptyReason {
    if professional.calendar.hours.periods(date).is_empty() {
        closed(professional, date)
    } else {
        EmptyReason::TooLong
    }
}

fn refused(reason: &EmptyReason) -> Verdict {
    let sentence = portuguese::capitalized(&reason.sentence_of_start());
    Verdict::Refused { code: reason.code(), sentence }
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
