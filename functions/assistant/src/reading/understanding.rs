//! What a message was understood to say.

use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use shared::id::MedicoId;

use super::intents::Intent;

/// What a message says. Whatever it does not speak of is `None`, empty or `false`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is said or not, in any combination")]
pub struct Understanding {
    /// "No mesmo dia" as what stands.
    pub same_day: bool,
    /// "Mais tarde" than what stands.
    pub later: bool,
    /// "Mais cedo" than what stands or was offered: "não tem antes?"
    pub earlier: bool,
    /// An emergency of the mind.
    pub despair: bool,
    /// The hour of another visit, "o mesmo horário".
    pub same_time: bool,
    /// "Às 9 ou às 10": the second hour.
    pub or_hour: Option<Time>,
    /// What is wanted.
    pub intent: Intent,
    /// The days meant.
    pub days: Days,
    /// Whether the one day meant was named by its weekday alone, so that an earlier "semana que vem" says which one.
    pub weekday: bool,
    /// Days that are not meant ("menos quinta", "sexta não").
    pub not_days: Vec<Date>,
    /// Whether those were named as weekdays, so that the same day of other weeks is meant too.
    pub not_weekdays: bool,
    /// The day of the appointment spoken of: "tenho consulta *dia 12*, queria mudar pro dia 15", "cancela a *de amanhã*".
    pub current_day: Option<Date>,
    /// The hours meant.
    pub hours: Hours,
    /// The part of the day meant.
    pub period: Option<Period>,
    /// The part of the day that is not meant ("sem ser de manhã").
    pub not_period: Option<Period>,
    /// The professional named, in lower case without accents; one the clinic does not have is named too.
    pub professional: Option<String>,
    /// The clinic's professionals meant: those named, else those of the specialty.
    pub medicos: Vec<MedicoId>,
    /// The specialty meant, by its canonical name ("cardiologia"), whether the clinic has it or not.
    pub specialty: Option<String>,
    /// The convênio meant, by its canonical name; "particular" for none, "sus" for the public one.
    pub insurance: Option<String>,
    /// The service meant, by its canonical name ("retorno", "limpeza").
    pub service: Option<String>,
    /// A person's name, as it was typed.
    pub name: Option<String>,
    /// For whom, when it is not the writer.
    pub for_whom: Option<Kin>,
    /// For how many people, when it is said.
    pub people: Option<u8>,
    /// The number of an option, counted from 1; -1 is the last. "A segunda" has this and a day: the dialogue knows what was asked.
    pub option: Option<i32>,
    /// The sooner the better.
    pub asap: bool,
    /// Any day will do.
    pub any_day: bool,
    /// Any hour will do.
    pub any_time: bool,
    /// Any professional will do.
    pub any_professional: bool,
    /// Days or hours are only about right ("umas 10", "fim do mês").
    pub loose: bool,
    /// A day or an hour that does not exist, or a weekday that is not that date's: to be refused or asked about.
    pub invalid: bool,
    /// Whether it asks something.
    pub question: bool,
}

/// Days meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Days {
    /// None is said.
    #[default]
    Unsaid,
    /// One day.
    One(Date),
    /// Any of these, in the order they were said.
    AnyOf(Vec<Date>),
    /// From the first to the last, both included.
    Range(Date, Date),
    /// Not before this day.
    From(Date),
}

/// Hours meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hours {
    /// None is said.
    #[default]
    Unsaid,
    /// At this one.
    At(Time),
    /// Not before the first, not after the second.
    Between(Time, Time),
    /// Not before.
    From(Time),
    /// Not after.
    Until(Time),
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// "De manhã": up to noon.
    Morning,
    /// "À tarde": from noon to six.
    Afternoon,
    /// "À noite": from six on.
    Evening,
}

impl Period {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Morning => "manha",
            Self::Afternoon => "tarde",
            Self::Evening => "noite",
        }
    }

    /// From when to when.
    pub fn bounds(self) -> (Time, Time) {
        match self {
            Self::Morning => (time(5, 0, 0, 0), time(12, 0, 0, 0)),
            Self::Afternoon => (time(12, 0, 0, 0), time(18, 0, 0, 0)),
            Self::Evening => (time(18, 0, 0, 0), time(23, 0, 0, 0)),
        }
    }
}

/// Who a person is to the one who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// "Meu filho", "minha bebê".
    Child,
    /// "Minha mãe".
    Mother,
    /// "Meu pai".
    Father,
    /// "Meu marido".
    Husband,
    /// "Minha esposa".
    Wife,
    /// "Meu namorado", "minha companheira".
    Partner,
    /// "Meu irmão".
    Brother,
    /// "Minha irmã".
    Sister,
    /// "Meu avô".
    Grandfather,
    /// "Minha vó".
    Grandmother,
    /// "Meu neto".
    Grandchild,
    /// Uncles, cousins, in-laws.
    Relative,
    /// "Uma amiga", "meu vizinho".
    Friend,
    /// "Outra pessoa".
    Other,
}

impl Kin {
    /// The word for it in the files of labelled utterances.
    pub fn label(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Mother => "mother",
            Self::Father => "father",
            Self::Husband => "husband",
            Self::Wife => "wife",
            Self::Partner => "partner",
            Self::Brother => "brother",
            Self::Sister => "sister",
            Self::Grandfather => "grandfather",
            Self::Grandmother => "grandmother",
            Self::Grandchild => "grandchild",
            Self::Relative => "relative",
            Self::Friend => "friend",
            Self::Other => "other",
        }
    }
}

impl Understanding {
    /// The one day meant.
    pub fn day(&self) -> Option<Date> {
        match &self.days {
            Days::One(day) => Some(*day),
            _ => None,
        }
    }

    /// The first of the days meant, when they are several or open.
    pub fn first_day(&self) -> Option<Date> {
        match &self.days {
            Days::Unsaid | Days::One(_) => None,
            Days::AnyOf(days) => days.iter().min().copied(),
            Days::Range(first, _) | Days::From(first) => Some(*first),
        }
    }

    /// Whether a day is among those meant; `true` when none are said.
    pub fn allows(&self, day: Date) -> bool {
        let meant = match &self.days {
            Days::Unsaid => true,
            Days::One(one) => *one == day,
            Days::AnyOf(days) => days.contains(&day),
            Days::Range(first, last) => (*first..=*last).contains(&day),
            Days::From(first) => *first <= day,
        };
        meant && !self.not_days.contains(&day)
    }

    /// The hour meant.
    pub fn time(&self) -> Option<Time> {
        match self.hours {
            Hours::At(time) => Some(time),
            _ => None,
        }
    }

    /// From when (included) to when (not included) it may be, from the hours and the part of the day.
    pub fn between(&self) -> Option<(Time, Time)> {
        let (first, last) = self.period.map_or((time(0, 0, 0, 0), time(23, 59, 0, 0)), Period::bounds);
        // The last hour named still counts: "até as 10" takes 10:00.
        let after = |time: Time| time.saturating_add(1.minute());
        match self.hours {
            Hours::Between(from, to) => Some((from, after(to))),
            Hours::From(from) => Some((from, last.max(from))),
            Hours::Until(to) => Some((first.min(to), after(to))),
            Hours::Unsaid => self.period.map(Period::bounds),
            Hours::At(_) => None,
        }
    }

    /// Whether it says anything about the appointment wanted.
    pub fn has_facts(&self) -> bool {
        self.days != Days::Unsaid
            || self.hours != Hours::Unsaid
            || self.period.is_some()
            || !self.medicos.is_empty()
    }
}
