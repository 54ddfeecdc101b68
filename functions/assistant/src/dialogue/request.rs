//! What was said, taken into what is wanted. The last word counts: "não, é dia 13" changes the day and keeps the hour.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use shared::domain::nome::Nome;

use super::memory::{Another, Errand, Request, When, Whom};
use super::people::as_written;
use crate::reading::{Days, Hours, Understanding, alike};

/// Whether it says anything of days or hours.
fn speaks_of_when(said: &Understanding) -> bool {
    speaks_of_days(said) || speaks_of_hours(said) || said.asap || said.latest
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
        self.settle_for_the_other(said);
        self.take_days(said);
        self.take_hours(said);
        self.asap |= said.asap;
        if said.latest && !speaks_of_hours(said) {
            self.widen();
        }
        // An hour that is said, or "o quanto antes", goes before.
        self.latest = said.latest || (self.latest && !speaks_of_hours(said) && !said.asap);
        if let Some(other) = &said.or {
            (self.or, self.or_else) = (Some(Box::new(Self::of(other))), said.or_else);
        }
    }

    /// "Terça", after "segunda às 10 ou terça às 11": then at eleven.
    fn settle_for_the_other(&mut self, said: &Understanding) {
        let Some(day) = said.day().filter(|_| !speaks_of_hours(said)) else { return };
        if !self.allows_own_day(day)
            && let Some(or) = self.or.take_if(|or| or.allows_day(day))
        {
            *self = *or;
        }
    }

    /// What a message says of days and hours.
    pub(super) fn of(said: &Understanding) -> Self {
        let mut when = Self::default();
        when.take(said);
        when
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
                self.days.retain(|day| !said.not_days.contains(day));
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
        (self.asap, self.or, self.told_empty) = (false, None, false);
    }

    fn take_hours(&mut self, said: &Understanding) {
        if said.hours != Hours::Unsaid || said.period.is_some() || said.any_time {
            // "Umas nove e pouca" is an hour that begins at nine.
            let loosely = said.time().filter(|_| said.loose);
            self.time = said.time().filter(|_| !said.loose);
            self.between = loosely.map_or_else(|| said.between(), |time| Some((time, after(time))));
            // "Não de manhã", and then "nem depois das 17".
            let limits = matches!(said.hours, Hours::From(_) | Hours::Until(_)) && said.period.is_none();
            self.not_between = self.not_between.filter(|_| limits);
            self.or_time = said.or_hour.filter(|_| self.time.is_some());
            self.or = None;
        }
        if let Some(period) = said.not_period {
            (self.time, self.or_time, self.not_between) = (None, None, Some(period.bounds()));
        }
    }

    /// Whether a time would do, by its day and by its hour.
    pub(super) fn allows(&self, at: DateTime) -> bool {
        let own = self.allows_own_day(at.date()) && self.allows_time(at.time());
        own || self.or.as_ref().is_some_and(|or| or.allows(at))
    }

    /// Whether a day would do at some hour.
    pub(super) fn allows_day(&self, day: Date) -> bool {
        self.allows_own_day(day) || self.or.as_ref().is_some_and(|or| or.allows_day(day))
    }

    fn allows_own_day(&self, day: Date) -> bool {
        (self.days.is_empty() || self.days.contains(&day)) && !self.denies(day)
    }

    pub(super) fn denies(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_one_offset();
        self.not_days.contains(&day) || (self.days.is_empty() && self.not_weekdays.contains(&weekday))
    }

    /// Whether a time of day would do, on the first of two wishes.
    pub(super) fn allows_time(&self, time: Time) -> bool {
        let within = |(from, to): (Time, Time)| (from..to).contains(&time);
        self.time.is_none_or(|wanted| wanted == time || self.or_time == Some(time))
            && self.between.is_none_or(within)
            && !self.not_between.is_some_and(within)
    }

    /// The hour that was asked for as about right.
    pub(super) fn about(&self) -> Option<Time> {
        self.between.filter(|(from, until)| after(*from) == *until).map(|(from, _)| from)
    }

    /// Whether the time of day is narrowed.
    pub(super) fn narrows_time(&self) -> bool {
        self.time.is_some() || self.between.is_some() || self.not_between.is_some()
    }

    /// Any time of day will do after all.
    pub(super) fn widen(&mut self) {
        (self.time, self.or_time, self.between, self.not_between) = (None, None, None, None);
        self.latest = false;
        self.or = None;
    }

    /// Any day will do after all.
    pub(super) fn forget_days(&mut self) {
        self.days.clear();
        self.not_days.clear();
        self.not_weekdays.clear();
        (self.from, self.until, self.or, self.told_empty) = (None, None, None, false);
    }
}

/// "Menos quarta" is every Wednesday.
fn denied_weekdays(said: &Understanding) -> impl Iterator<Item = i8> {
    said.not_days.iter().filter(|_| said.not_weekdays).map(|day| day.weekday().to_monday_one_offset())
}

/// A visit of which this is said.
fn another(said: &Understanding, when: When) -> Another {
    let nome = said.name.as_deref().and_then(|nome| Nome::parse(nome).ok());
    let somebody_else = nome.is_some() || said.for_whom.is_some() || said.for_me;
    Another {
        medicos: said.medicos.clone(),
        when,
        same_person: !somebody_else,
        nome: nome.map(|nome| as_written(nome.as_str())),
        whom: if said.for_whom.is_some() { Whom::Other } else { Whom::Writer },
    }
}

/// The visits after the first: those that were spoken of, and as many more as were counted.
fn several(said: &Understanding) -> Vec<Another> {
    let spoken = said.visits.iter().skip(1).map(|said| another(said, When::of(said)));
    let counted = usize::from(said.people.unwrap_or(1).saturating_sub(1));
    let unspoken = std::iter::repeat_with(|| Another { whom: Whom::Other, ..Another::default() });
    let missing = (counted + 1).saturating_sub(said.visits.len().max(1));
    spoken.chain(unspoken.take(missing)).collect()
}

fn after(time: Time) -> Time {
    time.checked_add(1.hour()).unwrap_or(Time::MAX)
}

impl Request {
    /// Takes with whom, when and for whom; whether anything of it was said.
    pub(super) fn take(&mut self, said: &Understanding) -> bool {
        // With whom goes first: "quinta com ele" may speak of the next visit, whose day it is then.
        let mut took = self.take_with_whom(said);
        if speaks_of_when(said) {
            took = true;
            self.keep_the_rest_of_the_choice(said);
            self.when.take(said);
        }
        // Whose appointment is moved is known: "meu chefe não liberou" names no other patient.
        if matches!(self.errand, Errand::Move(_)) {
            return took;
        }
        if self.take_one_more(said) {
            return true;
        }
        took |= self.take_who(said);
        took |= self.take_more(said);
        took
    }

    /// "E pra mim também", while somebody else's is arranged: one more after this one.
    fn take_one_more(&mut self, said: &Understanding) -> bool {
        let arranged = self.nome.is_some() || self.paciente_id.is_some() || self.whom != Whom::Writer;
        let whose = said.for_me || said.for_name || said.for_whom.is_some();
        let more = said.too && whose && arranged && said.visits.is_empty();
        if more {
            self.next.push(another(said, When::default()));
        }
        more
    }

    /// Takes for whom it is; whether anything of it was said.
    pub(super) fn take_who(&mut self, said: &Understanding) -> bool {
        if matches!(self.errand, Errand::Move(_)) {
            return false;
        }
        let mut took = false;
        if said.for_me && said.for_whom.is_none() && self.whom == Whom::Other {
            // The name given before was the other's.
            (took, self.whom, self.nome, self.paciente_id) = (true, Whom::Writer, None, None);
        }
        if let Some(nome) = said.name.as_deref().and_then(|nome| Nome::parse(nome).ok()) {
            let nome = self.put_right(as_written(nome.as_str()));
            (took, self.nome, self.paciente_id) = (true, Some(nome), None);
        }
        if said.for_whom.is_some() && self.whom == Whom::Writer {
            (took, self.whom, self.paciente_id) = (true, Whom::Other, None);
            // The name given before was the writer's.
            if said.name.is_none() {
                self.nome = None;
            }
        }
        took
    }

    /// Takes the visits after this one, or that there are none; whether anything of it was said.
    pub(super) fn take_more(&mut self, said: &Understanding) -> bool {
        if said.visits.len() > 1 || said.people.is_some_and(|people| people > 1) {
            self.next = several(said);
            return true;
        }
        let dropped = said.only_one && !self.next.is_empty();
        if dropped {
            self.next.clear();
        }
        dropped
    }

    /// "O nome é Karla com K", of Carla Mendes Rocha: her first name, and no other person.
    fn put_right(&self, nome: String) -> String {
        match self.nome.as_deref().and_then(|whole| whole.split_once(' ')) {
            Some((first, rest)) if !nome.contains(' ') && alike(first, &nome) => format!("{nome} {rest}"),
            _ => nome,
        }
    }

    fn take_with_whom(&mut self, said: &Understanding) -> bool {
        if !said.medicos.is_empty() {
            self.keep_the_rest_of_the_choice(said);
            (self.medicos, self.any_medico) = (said.medicos.clone(), false);
        } else if !said.pointed.is_empty() {
            self.point(said);
        } else if said.any_professional {
            (self.medicos, self.any_medico) = (Vec::new(), true);
        } else {
            return false;
        }
        true
    }

    /// Takes "com ela" for whoever of these was spoken of; of several visits the one with her is arranged first.
    fn point(&mut self, said: &Understanding) {
        let pointed = &said.pointed;
        if self.medicos.iter().any(|medico| pointed.contains(medico)) {
            self.medicos.retain(|medico| pointed.contains(medico));
            return;
        }
        let with_them = |next: &&mut Another| next.medicos.iter().any(|medico| pointed.contains(medico));
        let Some(next) = self.next.iter_mut().find(with_them) else {
            self.keep_the_rest_of_the_choice(said);
            (self.medicos, self.any_medico) = (pointed.clone(), false);
            return;
        };
        std::mem::swap(&mut self.medicos, &mut next.medicos);
        std::mem::swap(&mut self.when, &mut next.when);
        if !next.same_person {
            std::mem::swap(&mut self.nome, &mut next.nome);
            std::mem::swap(&mut self.whom, &mut next.whom);
            self.paciente_id = None;
        }
        self.chosen = None;
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
