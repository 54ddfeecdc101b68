//! What is free, and why something is not.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::change::ensure_movable;
use super::judge::may_stay;
use super::sheet::{Professional, Sheet};
use super::{Audience, Visit, Wish};
use crate::db::agendamentos::{self, Agendamento};
use crate::db::medicos::Medico;
use crate::db::{TenantTx, agenda, medicos};
use crate::domain::availability::{self, Occupation};
use crate::id::{AgendamentoId, ConvenioId, MedicoId, ServicoId};
use crate::problem::Problem;

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
    /// Blocked.
    Blocked,
    /// The professional is on holiday.
    Vacation,
    /// The visit is longer than any opening period.
    TooLong,
    /// Everything is taken.
    Full,
    /// The day, or what remained of it, is over.
    Past,
    /// Nearer than the clinic lets patients book.
    TooSoon,
    /// Further ahead than the clinic lets patients book.
    BeyondHorizon,
    /// The professional does not offer the service.
    NotOffered,
    /// The health plan is not served by this professional on that day.
    PlanNotServed,
    /// The day's quota of the health plan is used up.
    PlanFull,
}

impl EmptyReason {
    /// The stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Closed | Self::TooLong => "nao_atende",
            Self::Holiday(_) => "feriado",
            Self::Blocked => "bloqueio",
            Self::Vacation => "ferias",
            Self::Full => "lotado",
            Self::Past => "passado",
            Self::TooSoon => "antecedencia",
            Self::BeyondHorizon => "fora_do_periodo",
            Self::NotOffered => "servico",
            Self::PlanNotServed => "convenio",
            Self::PlanFull => "cota_convenio",
        }
    }

    /// One sentence, fit for patients too: never what a block is for.
    pub fn sentence(&self) -> String {
        match self {
            Self::Closed => "não há atendimento nesse dia.".to_owned(),
            Self::Holiday(name) => format!("é feriado ({name})."),
            Self::Blocked => "o profissional não atende nesse dia.".to_owned(),
            Self::Vacation => "o profissional está de férias.".to_owned(),
            Self::TooLong => "a consulta não cabe no horário de atendimento desse dia.".to_owned(),
            Self::Full => "os horários desse dia estão todos ocupados.".to_owned(),
            Self::Past => "esse dia já passou ou não tem mais horários.".to_owned(),
            Self::TooSoon => "esse dia está perto demais para marcar por aqui.".to_owned(),
            Self::BeyondHorizon => "a agenda ainda não está aberta para essa data.".to_owned(),
            Self::NotOffered => "o profissional não faz esse atendimento.".to_owned(),
            Self::PlanNotServed => "o profissional não atende esse convênio nesse dia.".to_owned(),
            Self::PlanFull => "as vagas do convênio nesse dia já acabaram.".to_owned(),
        }
    }

    /// The same of one start, whose day may have others.
    pub fn sentence_of_start(&self) -> String {
        match self {
            Self::Blocked => "o profissional não atende nesse horário.".to_owned(),
            Self::Past => "esse horário já passou.".to_owned(),
            Self::TooSoon => "esse horário está perto demais para marcar por aqui.".to_owned(),
            of_the_day => of_the_day.sentence(),
        }
    }
}

/// Why nothing opens on a date.
pub(super) fn closed(professional: &Professional, date: Date) -> EmptyReason {
    let holiday = professional.holidays.get(&date);
    holiday.map_or(EmptyReason::Closed, |name| EmptyReason::Holiday(name.clone()))
}

/// The days `first..=last` of one professional, each with its starts or with the reason why not.
///
/// # Errors
/// [`Problem::NotFound`] when the professional is not there; never an empty list when Postgres does not answer.
pub async fn days(
    tx: &mut TenantTx,
    wish: &Wish,
    period: (Date, Date),
    now: Timestamp,
) -> Result<Vec<DaySlots>, Problem> {
    let mut all = days_of(tx, wish, &[wish.medico_id], period, now).await?;
    all.remove(&wish.medico_id).ok_or(Problem::NotFound)
}

/// The same for several professionals, with the same number of queries.
///
/// # Errors
/// When Postgres does not answer.
pub async fn days_of(
    tx: &mut TenantTx,
    wish: &Wish,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
    now: Timestamp,
) -> Result<BTreeMap<MedicoId, Vec<DaySlots>>, Problem> {
    let sheet = Sheet::load(tx, wish, medicos, (first, last), now).await?;
    let today = tx.time_zone().to_datetime(now).date();
    let days = sheet.professionals.iter().map(|(medico, professional)| {
        let asked = Asked { tx, sheet: &sheet, professional, today, now };
        (*medico, asked.days(first, last))
    });
    Ok(days.collect())
}

/// What an appointment would become.
#[derive(Debug, Clone, Copy)]
pub struct Moving {
    /// Which.
    pub id: AgendamentoId,
    /// Whose it has to be, where only one professional's are the asker's to move.
    pub only: Option<MedicoId>,
    /// With whom it would be.
    pub medico_id: MedicoId,
    /// What would be done.
    pub servico_id: Option<ServicoId>,
    /// By which health plan.
    pub convenio_id: Option<ConvenioId>,
    /// Minutes; missing: what it takes now.
    pub duration: Option<i32>,
}

/// As [`days`], of an appointment staff may move: what it takes itself is free to it, and where it lies is among the starts while it may stay,
/// whatever the grid and the clock say. Also how long it would take.
///
/// # Errors
/// [`Problem::NotFound`] as whoever moves it would be told; [`Problem::TransitionRefused`] when it cannot be moved any more.
pub async fn days_moving(
    tx: &mut TenantTx,
    moving: &Moving,
    period: (Date, Date),
    now: Timestamp,
) -> Result<(i32, Vec<DaySlots>), Problem> {
    let before = agendamentos::get(tx, moving.id, moving.only).await?;
    ensure_movable(&before)?;
    let medico: Medico = medicos::get(tx, moving.medico_id).await?;
    if let Some(another) = moving.convenio_id.filter(|_| moving.convenio_id != before.convenio_id) {
        agenda::convenio_nome(tx, another).await?;
    }
    let terms = (moving.servico_id, moving.convenio_id);
    let visit = Visit::changed(tx, &before, &medico, terms, moving.duration).await?;
    let wish = Wish {
        convenio_id: moving.convenio_id,
        moving: Some(before.id),
        over_strangers: true,
        ..Wish::new(medico.id, visit, Audience::Staff)
    };
    let mut days = days(tx, &wish, period, now).await?;
    if medico.id == before.medico_id && stays(tx, &before, &wish, now).await? {
        let own = tx.time_zone().to_datetime(before.inicio_em);
        if let Some(day) = days.iter_mut().find(|day| day.date == own.date()) {
            day.put(before.inicio_em, own.time());
        }
    }
    Ok((wish.visit.duration, days))
}

/// Whether it may take what it would where it lies: what only gives back may, whatever was closed around it meanwhile.
async fn stays(
    tx: &mut TenantTx,
    before: &Agendamento,
    wish: &Wish,
    now: Timestamp,
) -> Result<bool, Problem> {
    let start = before.inicio_em;
    let same = wish.visit.service.as_ref().map(|service| service.id) == before.servico_id;
    if same && wish.visit.at(start).end <= before.fim_em {
        return Ok(true);
    }
    may_stay(tx, wish, start, before.encaixe, now).await
}

impl DaySlots {
    /// A start more, unless it is there.
    fn put(&mut self, start: Timestamp, time: Time) {
        if let Err(place) = self.starts.binary_search(&start) {
            self.starts.insert(place, start);
            self.times.insert(place, time);
            self.reason = None;
        }
    }
}

/// A question about one professional.
struct Asked<'a> {
    tx: &'a TenantTx,
    sheet: &'a Sheet,
    professional: &'a Professional,
    today: Date,
    now: Timestamp,
}

/// The dates that would have starts, were it not for some of what is in the way; worked out when a day is empty.
struct Without {
    notice: Vec<Date>,
    entries: Vec<Date>,
    visits: Vec<Date>,
}

impl Asked<'_> {
    fn days(&self, first: Date, last: Date) -> Vec<DaySlots> {
        let starts = self.sheet.starts(self.professional);
        let mut days: BTreeMap<Date, DaySlots> = BTreeMap::new();
        let mut date = first;
        while date <= last {
            days.insert(date, self.empty(date));
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        for start in starts {
            let local = self.tx.time_zone().to_datetime(start);
            if let Some(day) = days.get_mut(&local.date()) {
                day.times.push(local.time());
                day.starts.push(start);
            }
        }
        let mut without = None;
        for day in days.values_mut().filter(|day| day.starts.is_empty()) {
            day.reason = Some(self.why(day, &mut without));
        }
        days.into_values().collect()
    }

    fn empty(&self, date: Date) -> DaySlots {
        let periods = self.professional.calendar.hours.periods(date);
        let opening = periods.iter().map(|period| (period.from, period.to)).collect();
        DaySlots { date, times: Vec::new(), starts: Vec::new(), reason: None, opening }
    }

    /// The first of the reasons that apply, from the one nobody can help to the one that may change any minute.
    fn why(&self, day: &DaySlots, without: &mut Option<Without>) -> EmptyReason {
        let (sheet, professional) = (self.sheet, self.professional);
        let last_date = sheet.policy.last_date(self.tx.time_zone(), self.now);
        if day.date < self.today {
            return EmptyReason::Past;
        }
        if !professional.offers {
            return EmptyReason::NotOffered;
        }
        if day.opening.is_empty() {
            return closed(professional, day.date);
        }
        if last_date.is_some_and(|last| day.date > last) {
            return EmptyReason::BeyondHorizon;
        }
        if let Some(reason) = professional.plan.as_ref().and_then(|plan| plan.refuses(day.date)) {
            return reason;
        }
        let without = without.get_or_insert_with(|| self.without());
        if !without.entries.contains(&day.date) {
            if without.notice.contains(&day.date) {
                EmptyReason::TooSoon
            } else if day.date == self.today {
                EmptyReason::Past
            } else {
                EmptyReason::TooLong
            }
        } else if without.visits.contains(&day.date) {
            EmptyReason::Full
        } else if self.on_vacation(day.date) {
            EmptyReason::Vacation
        } else {
            EmptyReason::Blocked
        }
    }

    fn without(&self) -> Without {
        let dates = |starts: Vec<Timestamp>| {
            let mut dates: Vec<Date> =
                starts.iter().map(|start| self.tx.time_zone().to_datetime(*start).date()).collect();
            dates.dedup();
            dates
        };
        let empty = self.professional.with_only(|_| false);
        let blocked = self.professional.with_only(|busy| busy.occupation == Occupation::Blocked);
        Without {
            notice: dates(self.sheet.starts_without_notice(&empty)),
            entries: dates(self.sheet.starts_alone(&empty)),
            visits: dates(self.sheet.starts_alone(&blocked)),
        }
    }

    fn on_vacation(&self, date: Date) -> bool {
        let open = availability::open(&self.professional.calendar, date, date);
        self.professional.vacations.iter().any(|away| open.iter().any(|open| open.overlaps(*away)))
    }
}
