//! What a message says: an intent and the facts in it. Deterministic and pure: words, not probabilities.
//!
//! [`mod@words`] makes the text comparable. Then one reader per kind of fact looks for its own and takes the words it understood: [`names`],
//! [`insurances`], [`dates`], [`times`], [`professionals`], [`specialties`], [`people`], [`services`], [`options`], [`wishes`]. With the facts
//! known, [`intents`] says what is wanted, and [`several`] takes apart what speaks of more than one visit. A fact of the language is a line in a table of its reader; the readers are short loops over them.
//!
//! Anything that is not recognised is [`Intent::Unknown`], and the dialogue asks again instead of guessing.

mod dates;
mod given_names;
mod insurances;
mod intents;
mod lexicon;
mod names;
mod numbers;
mod options;
mod pattern;
mod people;
mod professionals;
mod services;
mod several;
mod specialties;
mod spelling;
mod times;
mod understanding;
mod wishes;
mod words;

use jiff::civil::{Date, DateTime};
use shared::id::MedicoId;

use dates::Mention;
use intents::Facts;
use times::When;
use wishes::Wishes;
use words::Words;

pub use insurances::canonical as canonical_insurance;
pub use intents::{Intent, Quality};
pub use services::canonical as canonical_service;
pub use specialties::canonical as canonical_specialty;
pub use understanding::{Days, Hours, Kin, Period, Understanding};

/// What has to be known to read a message.
#[derive(Debug)]
pub struct Context<'a> {
    /// Now, in the clinic's zone.
    pub now: DateTime,
    /// The clinic's professionals: id, name, specialty.
    pub medicos: &'a [(MedicoId, String, Option<String>)],
    /// The convênios the clinic takes, by name; what is not known by heart is recognised from here.
    pub convenios: &'a [String],
    /// The services the clinic offers, by name; likewise.
    pub servicos: &'a [String],
}

impl Context<'_> {
    fn today(&self) -> Date {
        self.now.date()
    }
}

/// Reads a message.
pub fn understand(text: &str, context: &Context<'_>) -> Understanding {
    let mut words = Words::of(text);
    let said = read(&mut words, context);
    with_several(said, &words, context)
}

/// What the parts of a message say, of one that speaks of several visits or of one time or another.
fn with_several(mut said: Understanding, words: &Words, context: &Context<'_>) -> Understanding {
    let parts = several::visits(words).into_iter();
    let parts: Vec<Understanding> = parts.map(|mut part| read(&mut part, context)).collect();
    if !parts.is_empty() {
        said.visits = parts;
    } else if let Some((mut one, mut other)) = several::alternatives(words) {
        said.take_when(read(&mut one, context));
        said.or = Some(Box::new(read(&mut other, context)));
    } else if let Some((mut one, mut other)) = several::otherwise(words) {
        let (one, mut other) = (read(&mut one, context), read(&mut other, context));
        if other.hours == Hours::Unsaid && other.same_time {
            other.hours = one.hours;
        }
        said.take_when(one);
        (said.or, said.or_else) = (Some(Box::new(other)), true);
    }
    said.asks = asked_beside(said.intent, words, context);
    said
}

/// What a message of several parts asks of the clinic beside what it is for.
fn asked_beside(intent: Intent, words: &Words, context: &Context<'_>) -> Vec<Intent> {
    // Whatever goes before everything is answered alone.
    if matches!(intent, Intent::Urgent | Intent::Human | Intent::Stop | Intent::Unknown) {
        return Vec::new();
    }
    let parts = several::clauses(words).into_iter().filter(|part| part.len() > 1);
    let mut asked = Vec::new();
    for mut part in parts {
        let beside = read(&mut part, context).intent;
        let asks = beside.is(Quality::AskedBeside) && (part.asks || beside != Intent::Info);
        if asks && beside != intent && !asked.contains(&beside) {
            asked.push(beside);
        }
    }
    asked
}

fn read(words: &mut Words, context: &Context<'_>) -> Understanding {
    let mut said = Understanding { question: words.asks, ..Understanding::default() };
    said.name = names::read(words);
    said.insurance = insurances::read(words, context.convenios);
    said.service = services::read(words, context.servicos);
    let days = dates::read(words, context.today());
    let (specialty, practising) = specialties::read(words, context.medicos);
    let (professional, named) = professionals::read(words, context.medicos);
    (said.specialty, said.professional) = (specialty, professional);
    said.medicos = if said.professional.is_some() { named } else { practising };
    if said.name.is_none() && said.professional.is_none() {
        said.name = names::single(words);
    }
    said.for_whom = people::for_whom(words);
    said.people = people::count(words);
    (said.for_me, said.only_one) = (people::for_me(words), people::only_one(words));
    let hours = times::read(words, &days);
    if said.name.is_none() {
        said.name = names::beneficiary(words);
        said.for_name = said.name.is_some();
    }
    if said.name.is_none() {
        said.name = names::trailing(words);
    }
    said.given = names::given(words);
    (said.all_of_them, said.too) = (people::all_of_them(words), people::too(words));
    if said.medicos.is_empty() && said.professional.is_none() {
        said.medicos = professionals::preferred(words, context.medicos);
    }
    said.pointed = professionals::pointed(words, context.medicos);
    said.option = options::read(words);
    let wishes = wishes::read(words);
    said.intent = intents::read(words, &facts(&said, &days, &hours, &wishes));
    said.despair = said.intent == Intent::Urgent && intents::is_of_mind(words);
    with_when(&mut said, words, &days, &hours);
    with_wishes(&mut said, &wishes);
    said
}

fn facts(said: &Understanding, days: &[Mention], hours: &When, wishes: &Wishes) -> Facts {
    Facts {
        day: days.iter().any(|mention| !mention.not),
        not_day: days.iter().any(|mention| mention.not),
        hour: hours.hours != Hours::Unsaid
            || hours.period.is_some()
            || hours.not_period.is_some()
            || hours.invalid,
        professional: said.professional.is_some() || !said.medicos.is_empty(),
        specialty: said.specialty.is_some(),
        insurance: said.insurance.is_some(),
        service: said.service.is_some(),
        name: said.name.is_some(),
        kin: said.for_whom.is_some(),
        people: said.people.is_some(),
        option: said.option.is_some(),
        open: wishes.asap || wishes.latest || wishes.any_day || wishes.any_time || wishes.any_professional,
    }
}

fn with_wishes(said: &mut Understanding, wishes: &Wishes) {
    said.latest = wishes.latest;
    said.asap = wishes.asap && !wishes.latest && said.intent != Intent::Urgent;
    said.any_day = wishes.any_day;
    said.any_time = wishes.any_time && said.hours == Hours::Unsaid;
    said.any_professional = wishes.any_professional;
    (said.same_day, said.later, said.earlier) = (wishes.same_day, wishes.later, wishes.earlier);
    said.same_time = wishes.same_time;
}

fn with_when(said: &mut Understanding, words: &Words, days: &[Mention], hours: &When) {
    let settled = dates::settle(words, days, said.intent, hours.hours != Hours::Unsaid);
    (said.days, said.not_days, said.current_day) = (settled.days, settled.not, settled.current);
    (said.hours, said.period, said.not_period) = (hours.hours, hours.period, hours.not_period);
    said.not_weekdays =
        days.iter().filter(|mention| mention.not).all(|mention| dates::is_weekday(words, mention))
            && !said.not_days.is_empty();
    said.or_hour = hours.or;
    said.weekday = matches!(days, [only] if dates::is_weekday(words, only));
    said.loose = settled.loose || hours.loose;
    said.invalid = settled.invalid || hours.invalid;
}

/// Words after which nobody stops on purpose.
const GOING_ON: [&str; 22] = [
    "e", "ou", "mas", "com", "de", "do", "da", "no", "na", "para", "pra", "pro", "pelo", "pela", "por",
    "que", "so", "se", "porque", "meu", "minha", "um",
];

/// Whether a message only opens or breaks off, so that more is likely to come: "oi, tudo bem?", "queria marcar com", "então,".
pub(crate) fn is_unfinished(text: &str) -> bool {
    let end = text.trim_end();
    if end.ends_with([',', ':']) || end.ends_with("...") || end.ends_with('…') {
        return true;
    }
    // Neither the day nor the clinic decides whether somebody only says hello.
    let nothing_known = Context { now: DateTime::default(), medicos: &[], convenios: &[], servicos: &[] };
    let breaks_off = words(text).last().is_some_and(|word| GOING_ON.contains(&word.as_str()));
    breaks_off || understand(text, &nothing_known).intent == Intent::Greeting
}

/// Whether a message could be nothing but a name.
pub(crate) fn could_be_a_name(text: &str) -> bool {
    names::could_be(&Words::of(text))
}

/// A name somewhere in a message, for whoever has asked for one.
pub(crate) fn name_within(text: &str) -> Option<String> {
    names::within(&Words::of(text))
}

/// The health plan a text speaks of, of those known by heart.
pub(crate) fn insurance_in(text: &str) -> Option<String> {
    insurances::read(&mut Words::of(text), &[])
}

/// Whether two names may be one with a slip in it: "Carla" and "Karla".
pub(crate) fn alike(one: &str, other: &str) -> bool {
    spelling::within(&words::plain(one), &words::plain(other), 1)
}

/// The words of a message as they are compared.
pub(crate) fn words(text: &str) -> Vec<String> {
    Words::of(text).list().iter().map(|word| word.text.clone()).collect()
}

#[cfg(test)]
mod tests;
