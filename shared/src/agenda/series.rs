//! Appointments made together: the same time, every so many days, weeks or months. What fits is booked, the rest is reported.

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp, ToSpan};
use serde::Serialize;

use super::book::{Booking, place, resolve, wish};
use super::judge::{Verdict, alternatives, ensure_few_encaixes, judge};
use super::professionals::{self, Event};
use super::reminders::Occasion;
use super::sheet::Sheet;
use super::status::{Step, silently};
use super::{Audience, Wish, instant, limit};
use crate::db::agendamentos::{self, Agendamento, Author, NewAgendamento};
use crate::db::{TenantTx, heavy, medicos};
use crate::id::{ConvenioId, MedicoId, PacienteId, SerieId};
use crate::problem::{Alternative, Problem};

/// A series is made in one transaction, so it has an end.
pub const LONGEST: usize = 60;
/// How far a series reaches.
const MOST_YEARS: i32 = 2;
/// How often locks are taken again because an appointment went to somebody else meanwhile.
const ATTEMPTS: usize = 5;
/// Free times named for an occurrence that does not fit.
const MOST_ALTERNATIVES: usize = 3;

/// In what the distance is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days.
    Diaria,
    /// Weeks.
    Semanal,
    /// Months; the 31st of a shorter month is its last day.
    Mensal,
}

/// How a series goes on.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Repeat {
    /// In what the distance is counted.
    pub frequencia: Unit,
    /// The distance.
    pub intervalo: i32,
    /// How many occurrences, the first included.
    pub vezes: usize,
}

impl Repeat {
    /// The dates, each counted from the first, so that a short month moves no later one.
    fn dates(self, first: Date) -> Vec<Date> {
        let at = |number: usize| {
            let distance = i32::try_from(number).ok()?.checked_mul(self.intervalo)?;
            let none = Span::new();
            let span = match self.frequencia {
                Unit::Diaria => none.try_days(distance),
                Unit::Semanal => none.try_weeks(distance),
                Unit::Mensal => none.try_months(distance),
            };
            first.checked_add(span.ok()?).ok()
        };
        (0..self.vezes.min(LONGEST)).map_while(at).collect()
    }
}

/// An occurrence that was not booked.
#[derive(Debug)]
pub struct Refused {
    /// The date.
    pub date: Date,
    /// The time.
    pub time: Time,
    /// A stable word: `ocupado`, or that of an [`EmptyReason`](super::slots::EmptyReason)
    pub code: &'static str,
    /// One sentence.
    pub sentence: String,
    /// What is free on that date.
    pub alternatives: Vec<Alternative>,
}

/// What became of a series.
#[derive(Debug)]
pub struct Made {
    /// `series.id`.
    pub id: SerieId,
    /// The appointments.
    pub made: Vec<Agendamento>,
    /// What did not fit.
    pub refused: Vec<Refused>,
}

/// Books what fits of a series and reports the rest.
///
/// # Errors
/// As [`super::book::book`]; [`Problem::SlotTaken`] when nothing fits.
pub async fn book_series(
    tx: &mut TenantTx,
    booking: Booking,
    repeat: Repeat,
    author: Author,
    now: Timestamp,
) -> Result<Made, Problem> {
    let (dates, last) = reach(repeat, booking.date)?;
    heavy::turn_to_change(tx).await?;
    let (wish, convenio) = wish(tx, &booking, author).await?;
    let paciente_id = resolve(tx, booking.who.clone()).await?;
    tx.mark().await?;
    medicos::lock(tx, booking.medico_id).await?;
    wish.visit.lock_needs(tx).await?;
    let sheet = Sheet::load(tx, &wish, &[booking.medico_id], (booking.date, last), now).await?;
    let rule = serde_json::to_value(repeat).map_err(|_| Problem::Internal)?;
    let id = agendamentos::insert_series(tx, &rule).await?;
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    let mut full = None;
    // Looked for once, if at all: everybody waits for the professional meanwhile.
    let mut starts = None;
    for date in dates {
        let start = instant(tx, date, booking.time)?;
        let mut verdict = judge(tx, &sheet, &wish, start, booking.encaixe, now);
        if verdict == Verdict::Bookable
            && let Some((code, problem)) = without_room(tx, &wish, booking.encaixe, author, start).await?
        {
            verdict = Verdict::Refused { code, sentence: problem.detail() };
            full = Some(problem);
        }
        let placed = match &verdict {
            Verdict::Bookable => {
                sheet.end_strangers(tx, &wish, start).await?;
                let new = one_of(&wish, &booking, (paciente_id, id), convenio.clone(), start);
                place(tx, &new, Occasion::InSeries { id, first: made.is_empty() }, author, now).await?
            }
            _ => None,
        };
        if let Some(appointment) = placed {
            made.push(appointment);
            continue;
        }
        let free = starts.get_or_insert_with(|| {
            sheet.professionals.get(&wish.medico_id).map(|own| sheet.starts(own)).unwrap_or_default()
        });
        refused.push(refusal(tx, free, wish.medico_id, (date, booking.time, start), verdict));
    }
    if made.is_empty() {
        let start = instant(tx, booking.date, booking.time)?;
        tx.let_go().await?;
        return Err(match full {
            Some(full) => full,
            None => Problem::SlotTaken { alternatives: alternatives(tx, &wish, start, now).await? },
        });
    }
    if let Some(first) = made.first() {
        let event = if made.len() == 1 { Event::New } else { Event::Series(made.len()) };
        professionals::tell(tx, first, event, author, now).await?;
    }
    Ok(Made { id, made, refused })
}

/// The dates of a series and the last of them.
fn reach(repeat: Repeat, first: Date) -> Result<(Vec<Date>, Date), Problem> {
    let dates = repeat.dates(first);
    let last = dates.last().copied().unwrap_or(first);
    if last > first.saturating_add(MOST_YEARS.years()) {
        let told = format!("A série pode ir até {MOST_YEARS} anos depois do primeiro dia.");
        return Err(Problem::field("vezes", told));
    }
    Ok((dates, last))
}

/// One visit of a series.
fn one_of(
    wish: &Wish,
    booking: &Booking,
    (paciente_id, serie_id): (PacienteId, SerieId),
    convenio: Option<(ConvenioId, String)>,
    start: Timestamp,
) -> NewAgendamento {
    NewAgendamento {
        medico_id: booking.medico_id,
        paciente_id,
        servico_id: booking.servico_id,
        convenio,
        placed: wish.visit.at(start),
        encaixe: booking.encaixe,
        motivo: booking.motivo.clone(),
        preco_centavos: wish.visit.price,
        retorno_de_id: None,
        serie_id: Some(serie_id),
    }
}

/// What is said of a time for which the day has no room, or the plan in its month.
async fn without_room(
    tx: &mut TenantTx,
    wish: &Wish,
    encaixe: bool,
    author: Author,
    start: Timestamp,
) -> Result<Option<(&'static str, Problem)>, Problem> {
    if encaixe {
        match ensure_few_encaixes(tx, wish, start).await {
            Err(full @ Problem::TooManyEncaixes { .. }) => return Ok(Some(("muitos_encaixes", full))),
            other => other?,
        }
    }
    match limit::ensure_room(tx, author, start).await {
        Err(full @ (Problem::PlanLimit { .. } | Problem::SlotRefused { .. })) => {
            Ok(Some(("limite_do_plano", full)))
        }
        other => other.map(|()| None),
    }
}

fn refusal(
    tx: &TenantTx,
    free: &[Timestamp],
    medico: MedicoId,
    (date, time, start): (Date, Time, Timestamp),
    verdict: Verdict,
) -> Refused {
    let (code, sentence) = match verdict {
        Verdict::Refused { code, sentence } => (code, sentence),
        _ => ("ocupado", "Esse horário já está ocupado.".to_owned()),
    };
    let zone = tx.time_zone();
    let of_day = free.iter().copied().filter(|free| zone.to_datetime(*free).date() == date);
    let mut near: Vec<Timestamp> = of_day.collect();
    near.sort_by_key(|free| free.duration_since(start).abs());
    near.truncate(MOST_ALTERNATIVES);
    near.sort_unstable();
    let alternatives = near.into_iter().map(|at| Alternative {
        medico_id: medico,
        data: date.to_string(),
        hora: zone.to_datetime(at).strftime("%H:%M").to_string(),
    });
    Refused { date, time, code, sentence, alternatives: alternatives.collect() }
}

/// Calls off what still stands of a series and begins at an instant or later; the appointments called off, none when it is repeated.
///
/// # Errors
/// [`Problem::NotFound`] when it is not visible; [`Problem::TooLate`] past the clinic's limit.
pub async fn cancel_rest(
    tx: &mut TenantTx,
    id: SerieId,
    only: Option<MedicoId>,
    from: Timestamp,
    call_off: Step<'_>,
    author: Author,
    now: Timestamp,
) -> Result<Vec<Agendamento>, Problem> {
    agendamentos::ensure_series(tx, id, only).await?;
    heavy::turn_to_change(tx).await?;
    // What began was not called off.
    let standing = lock_rest(tx, id, only, from.max(now)).await?;
    let mut cancelled = Vec::new();
    for appointment in standing {
        let done = silently(tx, appointment.id, only, call_off, (author, Audience::Staff), now).await?;
        cancelled.push(done.after);
    }
    // One message to each professional, however many they lose.
    let mut told: Vec<MedicoId> = Vec::new();
    for first in &cancelled {
        if told.contains(&first.medico_id) {
            continue;
        }
        told.push(first.medico_id);
        let count = cancelled.iter().filter(|other| other.medico_id == first.medico_id).count();
        let event = if count == 1 { Event::Cancelled } else { Event::SeriesCancelled(count) };
        professionals::tell(tx, first, event, author, now).await?;
    }
    Ok(cancelled)
}

/// What still stands of a series, with all its professionals locked at once: taken one by one, in the order of the dates, they could meet
/// somebody who takes them in the order of their ids.
async fn lock_rest(
    tx: &mut TenantTx,
    id: SerieId,
    only: Option<MedicoId>,
    from: Timestamp,
) -> Result<Vec<Agendamento>, Problem> {
    for _ in 0..ATTEMPTS {
        let seen = agendamentos::list_series(tx, id, only, from).await?;
        let whose: Vec<MedicoId> = seen.iter().map(|appointment| appointment.medico_id).collect();
        tx.mark().await?;
        medicos::lock_all(tx, &whose).await?;
        let standing = agendamentos::list_series(tx, id, only, from).await?;
        if standing.iter().all(|appointment| whose.contains(&appointment.medico_id)) {
            return Ok(standing);
        }
        tx.let_go().await?;
    }
    Err(Problem::Stale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn dates(frequencia: Unit, intervalo: i32, vezes: usize, first: Date) -> Vec<String> {
        let dates = Repeat { frequencia, intervalo, vezes }.dates(first);
        dates.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_date_is_counted_from_the_first() {
        assert_eq!(dates(Unit::Semanal, 2, 3, date(2026, 12, 1)), ["2026-12-01", "2026-12-15", "2026-12-29"]);
        assert_eq!(
            dates(Unit::Mensal, 1, 4, date(2027, 1, 31)),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
        );
        assert_eq!(dates(Unit::Diaria, 1, 2, date(2026, 12, 31)), ["2026-12-31", "2027-01-01"]);
        assert_eq!(dates(Unit::Diaria, 1, 500, date(2026, 12, 1)).len(), LONGEST);
        assert!(dates(Unit::Mensal, i32::MAX, 3, date(2026, 12, 1)).len() <= 1);
    }
}
