//! Labelled messages in a file: `{"utterances": [{"text", "now", "intent", ..}]}`, and how a reading is compared with its labels.
//!
//! `tests/data/understanding.json` shows the shape and says in its `format` what the words mean. A file is refused as a whole when a label is
//! unknown, so that a misspelt one never counts as passed. The clinic is implied: [`Clinic`] is one with a few professionals.

use assistant::reading::{
    Context, Days, Hours, Intent, Kin, Understanding, canonical_insurance, canonical_service,
    canonical_specialty, understand,
};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Deserializer};
use shared::domain::letras::plain;
use shared::id::MedicoId;

/// How far bounds that are only about right may be from those labelled.
const ABOUT_DAYS: i64 = 5;
const ABOUT_TIME: SignedDuration = SignedDuration::from_hours(1);

#[derive(Deserialize)]
struct File {
    utterances: Vec<Utterance>,
}

/// A message and what it says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of the file")]
pub struct Utterance {
    /// The message.
    pub text: String,
    #[serde(deserialize_with = "local")]
    now: DateTime,
    intent: String,
    #[serde(default)]
    also: Vec<String>,
    date: Option<Date>,
    date_any: Option<Vec<Date>>,
    date_range: Option<(Date, Date)>,
    date_from: Option<Date>,
    not_date: Option<Date>,
    from_date: Option<Date>,
    time: Option<Time>,
    time_from: Option<Time>,
    time_to: Option<Time>,
    time_range: Option<(Time, Time)>,
    period: Option<String>,
    professional: Option<String>,
    specialty: Option<String>,
    insurance: Option<String>,
    service: Option<String>,
    name: Option<String>,
    for_whom: Option<String>,
    option: Option<i32>,
    people: Option<u8>,
    #[serde(default)]
    asap: bool,
    #[serde(default)]
    any_time: bool,
    #[serde(default)]
    any_professional: bool,
    #[serde(default)]
    loose: bool,
    #[serde(default)]
    invalid: bool,
    #[serde(default)]
    odd: bool,
}

/// The clock on the wall, of a time with its offset.
fn local<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.get(..19).unwrap_or_default().parse().map_err(serde::de::Error::custom)
}

/// Reads a file.
///
/// # Errors
/// Where the text is not such a file, and why.
pub fn read(text: &str) -> Result<Vec<Utterance>, String> {
    let mut text = serde_json::Deserializer::from_str(text);
    let file: File = serde_path_to_error::deserialize(&mut text).map_err(|error| error.to_string())?;
    for utterance in &file.utterances {
        utterance.known()?;
    }
    Ok(file.utterances)
}

/// The clinic in which the messages are read.
pub struct Clinic {
    medicos: Vec<(MedicoId, String, Option<String>)>,
    convenios: Vec<String>,
    servicos: Vec<String>,
}

impl Clinic {
    /// A clinic of three professionals.
    ///
    /// # Errors
    /// Never, but that an id is parsed.
    pub fn new() -> Result<Self, String> {
        let medicos = [
            ("1", "Dra. Tânia Ribeiro", "Clínica Geral"),
            ("2", "Dr. Marco Aurélio Nunes", "Cardiologia"),
            ("3", "Dra. Helena Prado", "Dermatologia"),
        ];
        let medicos = medicos.map(|(id, name, specialty)| {
            Ok((id.parse().map_err(|_| "an id")?, name.to_owned(), Some(specialty.to_owned())))
        });
        Ok(Self {
            medicos: medicos.into_iter().collect::<Result<_, String>>()?,
            convenios: ["Unimed", "Bradesco Saúde", "Amil"].map(str::to_owned).to_vec(),
            servicos: ["Consulta", "Retorno", "Eletrocardiograma"].map(str::to_owned).to_vec(),
        })
    }

    /// Reads a message as this clinic would.
    pub fn understand(&self, utterance: &Utterance) -> Understanding {
        self.read(&utterance.text, utterance)
    }

    /// Reads any text at the moment of an utterance.
    pub fn read(&self, text: &str, at: &Utterance) -> Understanding {
        let context = Context {
            now: at.now,
            medicos: &self.medicos,
            convenios: &self.convenios,
            servicos: &self.servicos,
        };
        understand(text, &context)
    }
}

impl Utterance {
    fn known(&self) -> Result<(), String> {
        let labels = std::iter::once(&self.intent).chain(&self.also);
        match labels.into_iter().find(|label| Intent::of_label(label).is_none()) {
            Some(label) => Err(format!("{}: unknown intent `{label}`", self.text)),
            None => Ok(()),
        }
    }

    /// The intent labelled first.
    pub fn label(&self) -> &str {
        &self.intent
    }

    /// Every difference between the labels and what was read.
    pub fn differences(&self, said: &Understanding) -> Vec<String> {
        let mut found = Vec::new();
        if self.intent != said.intent.label() && !self.also.iter().any(|also| also == said.intent.label()) {
            found.push(format!("intent {} instead of {}", said.intent.label(), self.intent));
        }
        let mut unless = |holds: bool, what: &str| {
            if !holds {
                found.push(what.to_owned());
            }
        };
        unless(
            self.days_agree(said),
            &format!("days {:?} not {:?} of {:?}", said.days, said.not_days, said.current_day),
        );
        unless(self.hours_agree(said), &format!("hours {:?} {:?}", said.hours, said.period));
        unless(
            self.who_agrees(said),
            &format!("who {:?} {:?} {:?} {:?}", said.professional, said.specialty, said.name, said.for_whom),
        );
        unless(self.names_agree(said), &format!("names {:?} {:?}", said.insurance, said.service));
        unless(self.option.is_none() || self.option == said.option, &format!("option {:?}", said.option));
        unless(self.people.is_none() || self.people == said.people, &format!("people {:?}", said.people));
        unless(!self.asap || said.asap, "not asap");
        unless(!self.any_time || said.any_time, "not any time");
        unless(!self.any_professional || said.any_professional, "not any professional");
        // A mismatch of weekday and date may be asked about although both dates are labelled.
        unless(self.invalid == said.invalid || self.date_any.is_some(), &format!("invalid {}", said.invalid));
        found
    }

    /// What was read although nobody labelled it.
    pub fn made_up(&self, said: &Understanding) -> Vec<String> {
        let days = self.says_days() || self.not_date.is_some() || self.from_date.is_some();
        let hours = [self.time, self.time_from, self.time_to].iter().any(Option::is_some)
            || self.time_range.is_some()
            || self.period.is_some();
        let mut found = Vec::new();
        let mut only = |labelled: bool, read: bool, what: String| {
            if read && !labelled {
                found.push(what);
            }
        };
        let read = said.days != Days::Unsaid || !said.not_days.is_empty() || said.current_day.is_some();
        only(days, read, format!("{:?} not {:?}", said.days, said.not_days));
        only(hours, said.hours != Hours::Unsaid || said.period.is_some(), format!("{:?}", said.hours));
        only(self.professional.is_some(), said.professional.is_some(), format!("{:?}", said.professional));
        only(self.specialty.is_some(), said.specialty.is_some(), format!("{:?}", said.specialty));
        only(self.insurance.is_some(), said.insurance.is_some(), format!("{:?}", said.insurance));
        only(self.name.is_some(), said.name.is_some(), format!("{:?}", said.name));
        only(self.option.is_some(), said.option.is_some(), format!("{:?}", said.option));
        found
    }

    fn says_days(&self) -> bool {
        self.date.is_some()
            || self.date_any.is_some()
            || self.date_range.is_some()
            || self.date_from.is_some()
    }

    fn days_agree(&self, said: &Understanding) -> bool {
        // In a message that wants no new time the one day there is is the appointment's, under either label.
        let same_thing = !matches!(said.intent, Intent::Reschedule | Intent::Book | Intent::Inform);
        let current = said.current_day.or_else(|| said.day().filter(|_| same_thing));
        let one = said.day().or_else(|| said.current_day.filter(|_| same_thing));
        let none = said.days == Days::Unsaid && said.current_day.is_none();
        self.date.is_none_or(|date| one == Some(date))
            && self.date_any.as_ref().is_none_or(|any| within(any, &said.days))
            && self.date_range.is_none_or(|range| self.spans(range, &said.days))
            && self
                .date_from
                .is_none_or(|from| matches!(said.days, Days::From(first) if self.near(first, from)))
            && self.not_date.is_none_or(|not| said.not_days.contains(&not))
            && self.from_date.is_none_or(|date| current == Some(date))
            && (!self.odd || self.says_days() || self.from_date.is_some() || none)
    }

    fn near(&self, found: Date, labelled: Date) -> bool {
        let apart = found.duration_since(labelled).as_hours().abs() / 24;
        apart <= if self.loose { ABOUT_DAYS } else { 0 }
    }

    fn spans(&self, (first, last): (Date, Date), days: &Days) -> bool {
        match days {
            Days::Range(from, to) => self.near(*from, first) && self.near(*to, last),
            // A weekend is two days, however it is labelled.
            Days::AnyOf(any) => first.series(1.day()).take_while(|day| *day <= last).eq(any.iter().copied()),
            _ => false,
        }
    }

    fn hours_agree(&self, said: &Understanding) -> bool {
        let (from, to) = match said.hours {
            Hours::Unsaid | Hours::At(_) => (None, None),
            Hours::From(from) => (Some(from), None),
            Hours::Until(to) => (None, Some(to)),
            Hours::Between(from, to) => (Some(from), Some(to)),
        };
        let about =
            |found: Option<Time>, labelled: Time| found.is_some_and(|found| self.about(found, labelled));
        // Of bounds only about right, one may be known without the other.
        self.time.is_none_or(|time| about(said.time(), time))
            && self.time_from.is_none_or(|time| about(from, time) && (to.is_none() || self.loose))
            && self.time_to.is_none_or(|time| about(to, time) && (from.is_none() || self.loose))
            && self.time_range.is_none_or(|(first, last)| about(from, first) && about(to, last))
            && self
                .period
                .as_deref()
                .is_none_or(|period| said.period.is_some_and(|found| found.label() == period))
    }

    fn about(&self, found: Time, labelled: Time) -> bool {
        let apart = found.duration_since(labelled).abs();
        apart <= if self.loose { ABOUT_TIME } else { SignedDuration::ZERO }
    }

    fn who_agrees(&self, said: &Understanding) -> bool {
        let same = |label: &Option<String>, found: &Option<String>, canonical: fn(&str) -> String| {
            label
                .as_ref()
                .is_none_or(|label| found.as_ref().is_some_and(|found| canonical(label) == canonical(found)))
        };
        same(&self.professional, &said.professional, plain)
            && same(&self.specialty, &said.specialty, canonical_specialty)
            && same(&self.name, &said.name, plain)
            && self
                .for_whom
                .as_deref()
                .is_none_or(|label| said.for_whom.is_some_and(|kin| is_kin(label, kin)))
    }

    fn names_agree(&self, said: &Understanding) -> bool {
        let same = |label: &Option<String>, found: &Option<String>, canonical: fn(&str) -> String| {
            label
                .as_ref()
                .is_none_or(|label| found.as_ref().is_some_and(|found| canonical(label) == canonical(found)))
        };
        same(&self.insurance, &said.insurance, canonical_insurance)
            && same(&self.service, &said.service, canonical_service)
    }
}

fn within(any: &[Date], days: &Days) -> bool {
    match days {
        Days::One(day) => any.contains(day),
        Days::AnyOf(days) => days.iter().all(|day| any.contains(day)),
        Days::Range(first, last) => {
            first.series(1.day()).take_while(|day| day <= last).all(|day| any.contains(&day))
        }
        Days::Unsaid | Days::From(_) => false,
    }
}

/// Labels may be wider than the words: a spouse is a husband or a wife.
fn is_kin(label: &str, kin: Kin) -> bool {
    let wider = match kin {
        Kin::Husband | Kin::Wife | Kin::Partner => "spouse",
        Kin::Brother | Kin::Sister => "sibling",
        Kin::Grandfather | Kin::Grandmother => "grandparent",
        Kin::Mother | Kin::Father => "parent",
        _ => "other",
    };
    label == kin.label() || label == wider
}
