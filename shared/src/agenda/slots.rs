//! What is free, and why something is not: the sheet from the database, through the pure engine.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Audience, Visit};
use crate::db::TenantTx;
use crate::db::agenda::{self, Sheet};
use crate::domain::feriados;
use crate::domain::slots::{Day, Interval, Shape};
use crate::id::{AgendamentoId, MedicoId};
use crate::portuguese;
use crate::problem::{Alternative, Problem};

/// How far ahead a refusal looks for something else.
const LOOK_AHEAD_DAYS: i32 = 14;
/// How much it offers.
const MOST_ALTERNATIVES: usize = 6;

/// A visit somebody wants to place.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// With whom.
    pub medico_id: MedicoId,
    /// How long.
    pub visit: Visit,
    /// Whose rules apply.
    pub audience: Audience,
    /// The appointment being moved, which is no obstacle to itself.
    pub moving: Option<AgendamentoId>,
}

/// What a date has.
#[derive(Debug, Clone)]
pub struct DaySlots {
    /// The date in the clinic's zone.
    pub date: Date,
    /// The starts, in the clinic's zone.
    pub times: Vec<Time>,
    /// The same as instants.
    pub starts: Vec<Timestamp>,
    /// Why there are none.
    pub reason: Option<EmptyReason>,
    /// The opening periods, minutes from midnight.
    pub opening: Vec<(i32, i32)>,
}

/// Why a date has nothing to offer. "Does not work" and "is full" are different answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmptyReason {
    /// No hours on that day.
    Closed,
    /// A holiday.
    Holiday(String),
    /// Blocked, holidays of the professional included.
    Blocked,
    /// Everything is taken.
    Full,
    /// The day, or what remained of it, is over.
    Past,
    /// Further ahead than the clinic lets patients book.
    BeyondHorizon,
}

impl EmptyReason {
    /// The stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed => "nao_atende",
            Self::Holiday(_) => "feriado",
            Self::Blocked => "bloqueio",
            Self::Full => "lotado",
            Self::Past => "passado",
            Self::BeyondHorizon => "fora_do_periodo",
        }
    }

    /// One sentence, fit for patients too: never what a block is for.
    pub fn sentence(&self) -> String {
        match self {
            Self::Closed => "não há atendimento nesse dia.".to_owned(),
            Self::Holiday(name) => format!("é feriado ({name})."),
            Self::Blocked => "o profissional não atende nesse dia.".to_owned(),
            Self::Full => "os horários desse dia estão todos ocupados.".to_owned(),
            Self::Past => "esse dia já passou ou não tem mais horários.".to_owned(),
            Self::BeyondHorizon => "a agenda ainda não está aberta para essa data.".to_owned(),
        }
    }
}

/// The days `first..=last`, each with its starts or with the reason why not.
///
/// # Errors
/// When Postgres does not answer: never an empty list instead.
pub async fn days(
    tx: &mut TenantTx,
    wish: &Wish,
    (first, last): (Date, Date),
    now: Timestamp,
) -> Result<Vec<DaySlots>, Problem> {
    let sheet = load(tx, wish, first, last).await?;
    let mut days = Vec::new();
    let mut date = first;
    while date <= last {
        days.push(day(tx, &sheet, wish, date, now)?);
        date = date.tomorrow().map_err(|_| Problem::field("data", "A data não existe."))?;
    }
    Ok(days)
}

async fn load(tx: &mut TenantTx, wish: &Wish, first: Date, last: Date) -> Result<Sheet, Problem> {
    let from = super::instant(tx, first.saturating_sub(1.day()), Time::midnight())?;
    let to = super::instant(tx, last.saturating_add(2.days()), Time::midnight())?;
    agenda::load(tx, &[wish.medico_id], (first, last), (from, to), wish.moving).await
}

fn shape(visit: Visit) -> Shape {
    let minutes = |minutes: i32| SignedDuration::from_mins(i64::from(minutes));
    Shape { duration: minutes(visit.duration), before: minutes(visit.before), after: minutes(visit.after) }
}

fn day(tx: &TenantTx, sheet: &Sheet, wish: &Wish, date: Date, now: Timestamp) -> Result<DaySlots, Problem> {
    let hours = hours(sheet, wish.medico_id, date);
    let opening = opening(tx, date, &hours)?;
    let blocks = blocks(sheet);
    let zone = tx.time_zone();
    let visit = shape(wish.visit);
    let (earliest, horizon) = limits(tx, sheet, wish.audience, now);
    let offered = |taken: Vec<Interval>, earliest: Timestamp| {
        Day::new(opening.clone(), taken).starts(visit, earliest, sheet.rules.passo_minutos, zone)
    };
    let holiday = holiday(sheet, date);
    let starts = match holiday {
        Some(_) => Vec::new(),
        None if date > horizon => Vec::new(),
        None => offered([blocks.clone(), busy(sheet)].concat(), earliest),
    };
    let reason = starts.is_empty().then(|| {
        if date < zone.to_datetime(now).date() {
            EmptyReason::Past
        } else if let Some(name) = holiday {
            EmptyReason::Holiday(name)
        } else if hours.is_empty() {
            EmptyReason::Closed
        } else if date > horizon {
            EmptyReason::BeyondHorizon
        } else if offered(Vec::new(), earliest).is_empty() {
            EmptyReason::Past
        } else if offered(blocks, earliest).is_empty() {
            EmptyReason::Blocked
        } else {
            EmptyReason::Full
        }
    });
    let times = starts.iter().map(|start| zone.to_datetime(*start).time()).collect();
    Ok(DaySlots { date, times, starts, reason, opening: hours })
}

/// The first instant and the last date an audience may book.
fn limits(tx: &TenantTx, sheet: &Sheet, audience: Audience, now: Timestamp) -> (Timestamp, Date) {
    match audience {
        Audience::Staff => (now, Date::MAX),
        Audience::Patient => {
            let notice = SignedDuration::from_mins(i64::from(sheet.rules.antecedencia_minutos));
            let today = tx.time_zone().to_datetime(now).date();
            (now + notice, today.saturating_add(sheet.rules.horizonte_dias.days()))
        }
    }
}

/// The hours of a date: its own if it has any, else those of its weekday.
fn hours(sheet: &Sheet, medico: MedicoId, date: Date) -> Vec<(i32, i32)> {
    let own: Vec<_> =
        sheet.excecoes.iter().filter(|own| own.medico_id == medico && own.dia == date).collect();
    let mut hours: Vec<(i32, i32)> = if own.is_empty() {
        let weekday = i16::from(date.weekday().to_monday_one_offset());
        let valid = |from: Option<Date>, to: Option<Date>| {
            from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to)
        };
        let weekly = sheet.horarios.iter().filter(|row| {
            row.medico_id == medico && row.dia_semana == weekday && valid(row.vale_de, row.vale_ate)
        });
        weekly.map(|row| (row.inicio_minuto, row.fim_minuto)).collect()
    } else {
        own.iter().filter_map(|own| own.inicio_minuto.zip(own.fim_minuto)).collect()
    };
    hours.sort_unstable();
    hours
}

fn opening(tx: &TenantTx, date: Date, hours: &[(i32, i32)]) -> Result<Vec<Interval>, Problem> {
    let instant = |minute: i32| {
        if minute >= 24 * 60 {
            return super::instant(tx, date.saturating_add(1.day()), Time::midnight());
        }
        let time = Time::midnight().saturating_add(minute.minutes());
        super::instant(tx, date, time)
    };
    hours.iter().map(|(from, to)| Ok(Interval::new(instant(*from)?, instant(*to)?))).collect()
}

fn blocks(sheet: &Sheet) -> Vec<Interval> {
    sheet.bloqueios.iter().map(|block| Interval::new(block.inicio_em, block.fim_em)).collect()
}

fn busy(sheet: &Sheet) -> Vec<Interval> {
    sheet.ocupados.iter().map(|busy| Interval::new(busy.ocupado_de, busy.ocupado_ate)).collect()
}

/// The name of the holiday that closes a date: the clinic's own word first, then the law's.
fn holiday(sheet: &Sheet, date: Date) -> Option<String> {
    let mut own = sheet.feriados.iter().filter(|own| own.dia == date).peekable();
    if own.peek().is_some() {
        return own.find(|own| own.fechado).map(|own| own.nome.clone());
    }
    feriados::national(date).map(str::to_owned)
}

/// Refuses a start that cannot be booked, with what is free instead. An `encaixe` may lie outside hours, on a block, or over another
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
    if start < now {
        return Err(refused(tx, wish, start, now, "Esse horário já passou.").await?);
    }
    if encaixe {
        return Ok(());
    }
    let date = tx.time_zone().to_datetime(start).date();
    let sheet = load(tx, wish, date, date).await?;
    let (earliest, horizon) = limits(tx, &sheet, wish.audience, now);
    let open = Day::new(opening(tx, date, &hours(&sheet, wish.medico_id, date))?, blocks(&sheet));
    let visit = shape(wish.visit);
    let sentence = if let Some(name) = holiday(&sheet, date) {
        Some(format!("Não há atendimento em {}: é feriado ({name}).", portuguese::day_month(date)))
    } else if !open.is_inside_opening(visit, start) {
        Some("A consulta não cabe no horário de atendimento desse dia.".to_owned())
    } else if !open.is_free(visit, start) {
        Some("O profissional não atende nesse horário.".to_owned())
    } else if start < earliest {
        Some("Esse horário está perto demais para marcar por aqui.".to_owned())
    } else if date > horizon {
        Some("A agenda ainda não está aberta para essa data.".to_owned())
    } else {
        None
    };
    if let Some(sentence) = sentence {
        return Err(refused(tx, wish, start, now, &sentence).await?);
    }
    if !Day::new(Vec::new(), busy(&sheet)).is_free(visit, start) {
        return Err(Problem::SlotTaken { alternatives: alternatives(tx, wish, start, now).await? });
    }
    Ok(())
}

async fn refused(
    tx: &mut TenantTx,
    wish: &Wish,
    start: Timestamp,
    now: Timestamp,
    reason: &str,
) -> Result<Problem, Problem> {
    let alternatives = alternatives(tx, wish, start, now).await?;
    Ok(Problem::SlotRefused { reason: reason.to_owned(), alternatives })
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
    let days = days(tx, wish, (first, last), now).await?;
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
