//! What was said, taken into what is wanted. The last word counts: "não, é dia 13" changes the day and keeps the hour.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use shared::domain::nome::Nome;

use super::memory::{Errand, Request, When, Whom};
use super::people::as_written;
use crate::reading::{Days, Hours, Understanding};

/// Whether it says anything of days or hours.
fn speaks_of_when(said: &Understanding) -> bool {
    speaks_of_days(said) || speaks_of_hours(said) || said.asap
}

fn speaks_of_days(said: &Understanding) -> bool {
    said.days != Days::Unsaid || said.any_day || !said.not_days.is_empty()
}

fn speaks_of_hours(said: &Understanding) -> bool {
    said.hours != Hours::Unsaid || said.period.is_some() || said.not_period.is_some() || said.any_time
}

impl When {
    /// Takes what is said of days and hours.
    pub(super) fn take(&mut self, said: &Understanding) {
        self.take_days(said);
        self.take_hours(said);
        self.asap |= said.asap;
    }

    /// "Quinta" after "semana que vem" is that week's.
    fn within_the_range(&self, day: Date) -> Date {
        let Some((from, until)) = self.from.zip(self.until).filter(|(from, _)| day < *from) else {
            return day;
        };
        let shifted = (1..=6).map(|weeks| day.saturating_add(weeks.weeks())).find(|later| *later >= from);
        shifted.filter(|later| *later <= until).unwrap_or(day)
    }

    fn take_days(&mut self, said: &Understanding) {
        let (days, from, until) = match &said.days {
            Days::Unsaid if said.any_day => (Vec::new(), None, None),
            Days::Unsaid => {
                self.not_days.extend(&said.not_days);
                self.not_weekdays.extend(denied_weekdays(said));
                return;
            }
            Days::One(day) if said.weekday => (vec![self.within_the_range(*day)], None, None),
            Days::One(day) => (vec![*day], None, None),
            Days::AnyOf(days) => (days.clone(), None, None),
            Days::Range(first, last) => (Vec::new(), Some(*first), Some(*last)),
            Days::From(first) => (Vec::new(), Some(*first), None),
        };
        (self.days, self.from, self.until) = (days, from, until);
        self.not_days.clone_from(&said.not_days);
        self.not_weekdays = denied_weekdays(said).collect();
        self.asap = false;
    }

    fn take_hours(&mut self, said: &Understanding) {
        if said.hours != Hours::Unsaid || said.period.is_some() || said.any_time {
            // "Umas nove e pouca" is an hour that begins at nine.
            let loosely = said.time().filter(|_| said.loose);
            self.time = said.time().filter(|_| !said.loose);
            self.between = loosely.map_or_else(|| said.between(), |time| Some((time, after(time))));
            self.not_between = None;
            self.or_time = said.or_hour.filter(|_| self.time.is_some());
        }
        if let Some(period) = said.not_period {
            (self.time, self.or_time, self.not_between) = (None, None, Some(period.bounds()));
        }
    }

    /// Whether a time of day would do.
    pub(super) fn allows_time(&self, time: Time) -> bool {
        let within = |(from, to): (Time, Time)| (from..to).contains(&time);
        self.time.is_none_or(|wanted| wanted == time || self.or_time == Some(time))
            && self.between.is_none_or(within)
            && !self.not_between.is_some_and(within)
    }

    /// Whether the time of day is narrowed.
    pub(super) fn narrows_time(&self) -> bool {
        self.time.is_some() || self.between.is_some() || self.not_between.is_some()
    }

    /// Any time of day will do after all.
    pub(super) fn widen(&mut self) {
        (self.time, self.or_time, self.between, self.not_between) = (None, None, None, None);
    }

    /// Any day will do after all.
    pub(super) fn forget_days(&mut self) {
        self.days.clear();
        self.not_days.clear();
        self.not_weekdays.clear();
        (self.from, self.until) = (None, None);
    }
}

/// "Menos quarta" is every Wednesday.
fn denied_weekdays(said: &Understanding) -> impl Iterator<Item = i8> {
    said.not_days.iter().filter(|_| said.not_weekdays).map(|day| day.weekday().to_monday_one_offset())
}

fn after(time: Time) -> Time {
    time.checked_add(1.hour()).unwrap_or(Time::MAX)
}

impl Request {
    /// Takes with whom, when and for whom; whether anything of it was said.
    pub(super) fn take(&mut self, said: &Understanding) -> bool {
        let mut took = speaks_of_when(said);
        if took {
            self.keep_the_rest_of_the_choice(said);
            self.when.take(said);
        }
        if !said.medicos.is_empty() {
            took = true;
            self.keep_the_rest_of_the_choice(said);
            (self.medicos, self.any_medico) = (said.medicos.clone(), false);
        } else if said.any_professional {
            took = true;
            (self.medicos, self.any_medico) = (Vec::new(), true);
        }
        // Whose appointment is moved is known: "meu chefe não liberou" names no other patient.
        if matches!(self.errand, Errand::Move(_)) {
            return took;
        }
        if let Some(nome) = said.name.as_deref().and_then(|nome| Nome::parse(nome).ok()) {
            (took, self.nome, self.paciente_id) = (true, Some(as_written(nome.as_str())), None);
        }
        if said.for_whom.is_some() && self.whom == Whom::Writer {
            (took, self.whom, self.paciente_id) = (true, Whom::Other, None);
            // The name given before was the writer's.
            if said.name.is_none() {
                self.nome = None;
            }
        }
        if let Some(people) = said.people.filter(|people| *people > 1) {
            (took, self.more_people) = (true, people - 1);
        }
        took
    }

    /// Of a time that was chosen, what is not corrected now is still wanted.
    fn keep_the_rest_of_the_choice(&mut self, said: &Understanding) {
        let Some(chosen) = self.chosen.take() else { return };
        if !speaks_of_days(said) {
            self.when.forget_days();
            self.when.days = vec![chosen.at.date()];
        }
        if !speaks_of_hours(said) {
            self.when.widen();
            self.when.time = Some(chosen.at.time());
        }
        if self.medicos.is_empty() {
            self.medicos = vec![chosen.medico_id];
        }
    }
}
