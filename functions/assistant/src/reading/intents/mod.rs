//! What is wanted. Ordered tables of phrases: the first rule that fits is the intent, so what matters most stands first: an emergency goes
//! before everything, a question is no answer, and a negative is never a yes because a word contains one.
//!
//! [`Rule`] is one line of a table; [`emergency`], [`interruptions`], [`errands`] and [`answers`] hold the tables; [`facts`] decides about messages that
//! only state something.

mod answers;
mod emergency;
mod errands;
mod facts;
mod intent;
mod interruptions;

use super::words::Words;

pub(super) use emergency::is_of_mind;
pub(super) use facts::Facts;
pub use intent::{Intent, Quality};

/// When a rule may apply, besides its phrases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// With a question mark.
    Asked,
    /// Without one.
    Told,
    /// Of at most so many words, and not asked.
    Short(usize),
    /// Without a day or an hour, and not asked.
    Bare(usize),
}

/// One intent, the phrases that say it, and those beside which they do not.
struct Rule {
    intent: Intent,
    when: When,
    any: &'static [&'static str],
    unless: &'static [&'static str],
}

impl Rule {
    fn fits(&self, words: &Words, facts: &Facts) -> bool {
        let applies = match self.when {
            When::Always => true,
            When::Asked => words.asks,
            When::Told => !words.asks,
            When::Short(most) => !words.asks && words.len() <= most,
            When::Bare(most) => !words.asks && words.len() <= most && !facts.any(),
        };
        applies && words.any(self.any) && !words.any(self.unless)
    }
}

/// Reads the intent of a message in which these facts stand.
pub(super) fn read(words: &Words, facts: &Facts) -> Intent {
    if emergency::is_told(words) {
        return Intent::Urgent;
    }
    let of = |rules: &[Rule]| rules.iter().find(|rule| rule.fits(words, facts)).map(|rule| rule.intent);
    of(interruptions::RULES)
        .or_else(|| of(errands::RULES))
        .or_else(|| facts::corrected(words, facts))
        .or_else(|| facts::detailed(words, facts))
        .or_else(|| of(answers::BOOKING))
        .or_else(|| of(answers::RULES))
        .or_else(|| facts::stated(words, facts))
        .or_else(|| of(answers::LAST))
        .unwrap_or_default()
}
