//! What a patient's message says: an intent and the facts in it. Deterministic and pure: words, not probabilities.
//!
//! [`normalize`] makes the text comparable, [`dates`] and [`times`] read when, [`intents`] read what is wanted. Anything that is not
//! recognised is [`Intent::Unknown`], and the dialogue asks again instead of guessing.

mod dates;
mod intents;
mod names;
mod normalize;
mod times;

use jiff::civil::{Date, Time};
use shared::id::MedicoId;

pub use intents::Intent;
pub(crate) use normalize::words;

/// What has to be known to read a message.
#[derive(Debug)]
pub struct Context<'a> {
    /// Today in the clinic's zone.
    pub today: Date,
    /// The clinic's professionals: id, name, specialty.
    pub medicos: &'a [(MedicoId, String, Option<String>)],
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understanding {
    /// What is wanted.
    pub intent: Intent,
    /// The day meant.
    pub day: Option<Date>,
    /// Not before this day.
    pub from: Option<Date>,
    /// A day or an hour that does not exist.
    pub invalid: bool,
    /// The hour meant.
    pub time: Option<Time>,
    /// The part of the day meant.
    pub between: Option<(Time, Time)>,
    /// The number of an option, counted from 1; -1 is the last.
    pub option: Option<i32>,
    /// The professionals meant: one by name, or those of a specialty.
    pub medicos: Vec<MedicoId>,
    /// A name the person introduced as such ("meu nome é …").
    pub nome: Option<String>,
}

impl Understanding {
    /// Whether it says anything about the appointment wanted.
    pub fn has_facts(&self) -> bool {
        self.day.is_some()
            || self.from.is_some()
            || self.time.is_some()
            || self.between.is_some()
            || !self.medicos.is_empty()
    }
}

/// Reads a message.
pub fn understand(text: &str, context: &Context<'_>) -> Understanding {
    let words = normalize::words(text);
    let when = dates::read(&words, context.today);
    let times = times::read(&words);
    let option = intents::option(&words);
    Understanding {
        intent: intents::read(&words, text),
        day: when.day,
        from: when.from,
        invalid: when.invalid || times.invalid,
        time: times.time,
        between: times.between,
        option,
        medicos: names::medicos(&words, context.medicos),
        nome: names::introduced(text),
    }
}

#[cfg(test)]
mod tests;
