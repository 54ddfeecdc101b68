//! The calendars of a question: rows from the database as the slot engine wants them.
//!
//! What is asked decides how far is looked: first the hours, then, over the stretch in which they can hold an answer, whatever is in the
//! way. One question each.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::opening::professionals;
use super::plan::Plan;
use super::{Audience, Wish};
use crate::db::TenantTx;
use crate::db::agenda::{self, Rules, Stretch, Wanted};
use crate::db::bloqueios::Tipo;
use crate::db::reservas;
use crate::domain::availability::{
    self, Busy, Calendar, Grid, GridKind, Horizon, Hours, Interval, Occupation, Policy, Question, Window,
};
use crate::id::{MedicoId, RecursoId};
use crate::problem::Problem;

/// How far around a window a resource is open: always, as far as anybody can tell.
const ALWAYS: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Some professionals over some days.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) professionals: BTreeMap<MedicoId, Professional>,
    pub(super) policy: Policy,
    resources: Vec<(RecursoId, Calendar)>,
    /// What strangers keep and whoever asks passes over, the oldest first.
    passed: Vec<agenda::Reservado>,
    pub(super) grid: Grid,
    visit: availability::Visit,
    window: Window,
    now: Timestamp,
}

/// One professional of the sheet.
#[derive(Debug)]
pub(super) struct Professional {
    pub(super) calendar: Calendar,
    /// The holidays that close the clinic.
    pub(super) holidays: BTreeMap<Date, String>,
    /// Blocks that are holidays of the professional.
    pub(super) vacations: Vec<Interval>,
    /// Whether they still work here.
    pub(super) active: bool,
    /// Whether the service asked for is theirs.
    pub(super) offers: bool,
    /// What the health plan asked for allows.
    pub(super) plan: Option<Plan>,
}

impl Sheet {
    /// Loads the sheet of `medicos` for the dates `first..=last`. A professional who left is not on it.
    ///
    /// # Errors
    /// When Postgres does not answer: never an empty sheet instead.
    pub(super) async fn load(
        tx: &mut TenantTx,
        wish: &Wish,
        medicos: &[MedicoId],
        (first, last): (Date, Date),
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let zone = tx.time_zone().clone();
        let (rules, mut professionals) = professionals(tx, medicos, (first, last), wish.convenio_id).await?;
        professionals.retain(|_, professional| professional.active);
        let offered_by = wish.visit.service.as_ref().map_or(&[][..], |service| &service.medicos);
        for (medico, professional) in &mut professionals {
            professional.offers = offered_by.is_empty() || offered_by.contains(medico);
        }
        let mut sheet = Self {
            policy: policy(&rules, wish.audience),
            grid: grid(&rules, wish),
            visit: wish.visit.shape(),
            window: Window { first, last, zone },
            professionals,
            resources: Vec::new(),
            passed: Vec::new(),
            now,
        };
        sheet.fill(tx, wish, medicos).await?;
        Ok(sheet)
    }

    /// Judged as of another instant; what was kept and is over by the one it was loaded at is in nobody's way.
    pub(super) fn seen_from(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// Puts in what is in the way.
    async fn fill(&mut self, tx: &mut TenantTx, wish: &Wish, medicos: &[MedicoId]) -> Result<(), Problem> {
        let stretch = self.stretch();
        let needs = wish.visit.needs();
        let recursos: Vec<RecursoId> = needs.iter().map(|need| need.recurso_id).collect();
        let wanted = Wanted { medicos, recursos: &recursos, stretch, moving: wish.moving };
        let found = agenda::in_the_way(tx, wanted, self.now).await?;
        for block in found.bloqueios {
            let interval = Interval::new(block.inicio_em, block.fim_em);
            for (medico, professional) in &mut self.professionals {
                if block.medico_id.is_none_or(|whose| whose == *medico) {
                    professional.calendar.busy.push(entry(interval, Occupation::Blocked));
                    if block.tipo == Tipo::Ferias {
                        professional.vacations.push(interval);
                    }
                }
            }
        }
        for taken in found.ocupados {
            if let Some(professional) = self.professionals.get_mut(&taken.medico_id) {
                professional.take(&taken, wish);
            }
        }
        // What an owner chose or was offered is no obstacle to them; what they asked for is, or they could ask for one time again and again.
        // What strangers kept again and again is one to nobody.
        let own = |kept: &agenda::Reservado| !kept.pedido && Some(&kept.dono) == wish.owner.as_ref();
        let (passed, kept): (Vec<_>, Vec<_>) = found
            .reservados
            .into_iter()
            .filter(|kept| !own(kept) && (kept.firme || !kept.estranho))
            .partition(|kept| kept.estranho && wish.over_strangers);
        self.passed = passed;
        for kept in &kept {
            if let Some(professional) = self.professionals.get_mut(&kept.medico_id) {
                professional.calendar.busy.push(hold(kept));
            }
        }
        let zone = tx.time_zone();
        let calendar = |need: &Need| (need.recurso_id, need.calendar(zone, stretch, &found.recursos, &kept));
        self.resources = needs.iter().map(calendar).collect();
        Ok(())
    }

    /// The instants that can hold an answer, and whole days around the window for whatever is counted per day.
    fn stretch(&self) -> Stretch {
        let all = self.professionals.values().map(|professional| &professional.calendar).collect();
        let question = self.question(Vec::new(), all);
        let day = SignedDuration::from_hours(26);
        let window = self.window.bounds().widened(day, day);
        let reach = availability::reach(&question).unwrap_or(window);
        Stretch { from: window.from.min(reach.from), to: window.to.max(reach.to) }
    }

    fn question<'a>(&'a self, all: Vec<&'a Calendar>, any: Vec<&'a Calendar>) -> Question<'a> {
        let (policy, window) = (&self.policy, self.window.clone());
        Question { now: self.now, all, any, visit: self.visit, grid: self.grid, policy, window }
    }

    /// The starts of one professional.
    pub(super) fn starts(&self, professional: &Professional) -> Vec<Timestamp> {
        let all = self.resources.iter().map(|(_, resource)| resource).collect();
        let mut starts = availability::starts(&self.question(all, vec![&professional.calendar]));
        if let Some(plan) = &professional.plan {
            let zone = &self.window.zone;
            starts.retain(|start| plan.refuses(zone.to_datetime(*start).date()).is_none());
        }
        if professional.offers { starts } else { Vec::new() }
    }

    /// The starts a calendar would have if no resource were needed.
    pub(super) fn starts_alone(&self, calendar: &Calendar) -> Vec<Timestamp> {
        availability::starts(&self.question(Vec::new(), vec![calendar]))
    }

    /// The same, were no notice asked for.
    pub(super) fn starts_without_notice(&self, calendar: &Calendar) -> Vec<Timestamp> {
        let policy = Policy { notice: SignedDuration::ZERO, ..self.policy.clone() };
        availability::starts(&Question { policy: &policy, ..self.question(Vec::new(), vec![calendar]) })
    }

    /// Whether nothing is in the way of an explicit start, in the calendar and in the resources needed.
    pub(super) fn is_free(&self, calendar: &Calendar, start: Timestamp) -> bool {
        self.is_free_among(calendar, &self.resources, start)
    }

    fn is_free_among(
        &self,
        calendar: &Calendar,
        resources: &[(RecursoId, Calendar)],
        start: Timestamp,
    ) -> bool {
        let mut resources = resources.iter().map(|(_, resource)| resource);
        self.is_free_alone(calendar, start)
            && resources.all(|resource| self.fits(resource, start) && self.is_free_alone(resource, start))
    }

    /// Ends what strangers keep where `wish` is placed: the youngest first, and no more than has to, for where there are several seats the
    /// others stay. The caller holds the locks of the professional and of the resources.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(super) async fn end_strangers(
        &self,
        tx: &mut TenantTx,
        wish: &Wish,
        start: Timestamp,
    ) -> Result<(), Problem> {
        let placed = wish.visit.at(start);
        let meets = |kept: &&agenda::Reservado| kept.ocupado_de < placed.to && kept.ocupado_ate > placed.from;
        let mut standing: Vec<_> = self.passed.iter().filter(meets).collect();
        let mut ended = Vec::new();
        while !self.is_free_beside(wish, start, &standing) {
            let Some(kept) = standing.pop() else { break };
            ended.push(kept);
        }
        // What was passed on the way to what is really in the way stays: another professional's, where a room is left.
        for kept in std::mem::take(&mut ended).into_iter().rev() {
            standing.push(kept);
            if !self.is_free_beside(wish, start, &standing) {
                standing.pop();
                ended.push(kept);
            }
        }
        let ended: Vec<_> = ended.iter().map(|kept| kept.id).collect();
        if ended.is_empty() { Ok(()) } else { reservas::take(tx, wish.medico_id, &ended).await }
    }

    /// Whether a start would be free if what strangers keep stood in the way.
    fn is_free_beside(&self, wish: &Wish, start: Timestamp, standing: &[&agenda::Reservado]) -> bool {
        let Some(professional) = self.professionals.get(&wish.medico_id) else { return true };
        let mut calendar = professional.calendar.clone();
        let mut resources = self.resources.clone();
        for kept in standing {
            if kept.medico_id == wish.medico_id {
                calendar.busy.push(hold(kept));
            }
            for (id, resource) in &mut resources {
                resource.busy.extend(hold_of(kept, *id));
            }
        }
        self.is_free_among(&calendar, &resources, start)
    }

    /// The same, of one calendar only.
    pub(super) fn is_free_alone(&self, calendar: &Calendar, start: Timestamp) -> bool {
        availability::is_free(calendar, self.visit, &self.policy, self.now, start)
    }

    /// Whether the visit lies inside one opening range.
    pub(super) fn fits(&self, calendar: &Calendar, start: Timestamp) -> bool {
        availability::fits_open(calendar, self.visit, start)
    }
}

impl Professional {
    fn take(&mut self, taken: &agenda::Ocupado, wish: &Wish) {
        self.calendar.busy.push(Busy {
            interval: Interval::new(taken.inicio_em, taken.fim_em),
            before: taken.inicio_em.duration_since(taken.ocupado_de),
            after: taken.ocupado_ate.duration_since(taken.fim_em),
            seats: 1,
            occupation: Occupation::Confirmed,
        });
        if let Some(plan) = &mut self.plan
            && taken.convenio_id == wish.convenio_id
        {
            plan.count(self.calendar.zone.to_datetime(taken.inicio_em).date());
        }
    }

    /// The calendar with only some of its entries.
    pub(super) fn with_only(&self, keep: impl Fn(&Busy) -> bool) -> Calendar {
        let mut calendar = self.calendar.clone();
        calendar.busy.retain(|busy| keep(busy));
        calendar
    }
}

/// An entry that keeps nothing free around itself.
fn entry(interval: Interval, occupation: Occupation) -> Busy {
    Busy { interval, before: SignedDuration::ZERO, after: SignedDuration::ZERO, seats: 1, occupation }
}

fn hold(kept: &agenda::Reservado) -> Busy {
    let interval = Interval::new(kept.ocupado_de, kept.ocupado_ate);
    if kept.pedido {
        return entry(interval, Occupation::Pending);
    }
    entry(interval, Occupation::Hold { owner: kept.dono.clone(), expires_at: kept.expira_em })
}

/// What a kept time takes of a resource.
fn hold_of(kept: &agenda::Reservado, recurso: RecursoId) -> Option<Busy> {
    let mut needed = kept.recursos.iter().zip(&kept.precisa);
    let (_, quantity) = needed.find(|(id, _)| **id == recurso)?;
    Some(Busy { seats: u32::try_from(*quantity).unwrap_or(1), ..hold(kept) })
}

/// A resource a visit needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// Which.
    pub(super) recurso_id: RecursoId,
    /// How many of it.
    pub(super) quantity: i32,
    /// How many there are.
    pub(super) exists: i32,
}

impl Need {
    /// The resource as a calendar that is always open. To need `q` of `n` is to need one seat of `n - q + 1`.
    fn calendar(
        self,
        zone: &TimeZone,
        stretch: Stretch,
        taken: &[agenda::RecursoOcupado],
        kept: &[agenda::Reservado],
    ) -> Calendar {
        let always = Interval::new(stretch.from, stretch.to).widened(ALWAYS, ALWAYS);
        let seats = u32::try_from(self.exists - self.quantity + 1).unwrap_or(0);
        let mut busy: Vec<Busy> = taken
            .iter()
            .filter(|taken| taken.recurso_id == self.recurso_id)
            .map(|taken| Busy {
                seats: u32::try_from(taken.quantidade).unwrap_or(1),
                ..entry(Interval::new(taken.ocupado_de, taken.ocupado_ate), Occupation::Confirmed)
            })
            .collect();
        busy.extend(kept.iter().filter_map(|kept| hold_of(kept, self.recurso_id)));
        let mut hours = Hours::default();
        if seats > 0 {
            hours.extra.push(always);
        }
        Calendar { zone: zone.clone(), hours, busy, capacity: seats.max(1), max_per_day: None }
    }
}

fn policy(rules: &Rules, audience: Audience) -> Policy {
    let pending_blocks = rules.pedidos_bloqueiam;
    match audience {
        Audience::Staff => Policy { pending_blocks, ..Policy::default() },
        Audience::Patient => Policy {
            notice: SignedDuration::from_mins(i64::from(rules.antecedencia_minutos)),
            horizon: Some(Horizon { days: rules.horizonte_dias, business: rules.horizonte_tipo == "uteis" }),
            pending_blocks,
            hold_owner: None,
        },
    }
}

fn grid(rules: &Rules, wish: &Wish) -> Grid {
    let service = wish.visit.service.as_ref();
    let word = service.and_then(|service| service.grade.as_deref()).unwrap_or(&rules.grade);
    let kind = match word {
        "periodo" => GridKind::RangeStart,
        "dia" => GridKind::DayGrid,
        "otimizada" => GridKind::Optimized,
        _ => GridKind::Clock,
    };
    let step = service.and_then(|service| service.passo_minutos).unwrap_or(rules.passo_minutos);
    Grid { kind, ..Grid::clock(step) }
}

/// The calendars of `medicos`, also of those who left, with the blocks that meet the dates and no appointments: for what was offered.
///
/// # Errors
/// When Postgres does not answer.
pub(super) async fn calendars(
    tx: &mut TenantTx,
    medicos: &[MedicoId],
    (first, last): (Date, Date),
) -> Result<BTreeMap<MedicoId, Calendar>, Problem> {
    let (_, mut found) = professionals(tx, medicos, (first, last), None).await?;
    let window = Window { first, last, zone: tx.time_zone().clone() }.bounds();
    let stretch = Stretch { from: window.from, to: window.to };
    for block in agenda::bloqueios(tx, medicos, stretch).await? {
        let interval = Interval::new(block.inicio_em, block.fim_em);
        for (_, professional) in
            found.iter_mut().filter(|(medico, _)| block.medico_id.is_none_or(|whose| whose == **medico))
        {
            professional.calendar.busy.push(entry(interval, Occupation::Blocked));
        }
    }
    Ok(found.into_iter().map(|(medico, professional)| (medico, professional.calendar)).collect())
}
