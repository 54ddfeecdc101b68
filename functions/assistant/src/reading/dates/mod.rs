//! On which days: "amanhã", "sexta que vem", "dia 12", "12/03", "daqui a 15 dias", "depois do carnaval", "segunda ou terça".
//!
//! [`mention`] finds each place where days are named, [`join`] puts neighbours together ("sexta, dia 13", "segunda ou quarta", "do 10 ao
//! 15", "a partir de"), and [`settle()`] says, once the intent is known, which are wanted, which are not, and which is the appointment's that
//! the message is about.

mod calendar;
mod join;
mod mention;
mod settle;

use std::ops::Range;

use jiff::civil::Date;

use super::understanding::Days;
use super::words::{Kind, Words};

pub(super) use settle::settle;

/// Days named at some place of the message.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    /// The words.
    pub(super) range: Range<usize>,
    /// The days; unsaid where words of days name none ("pra ontem").
    pub(super) days: Days,
    /// Whether the days are only about right.
    pub(super) loose: bool,
    /// Whether there is no such day.
    pub(super) invalid: bool,
    /// Whether the days are excluded.
    pub(super) not: bool,
}

impl Mention {
    fn new(range: Range<usize>, days: Days) -> Self {
        Self { range, days, loose: false, invalid: false, not: false }
    }
}

/// One day, or none where there is no such day.
fn one(range: Range<usize>, date: Option<Date>) -> Mention {
    let mention = Mention::new(range, date.map_or(Days::Unsaid, Days::One));
    Mention { invalid: date.is_none(), ..mention }
}

fn range(words: Range<usize>, first: Date, last: Date) -> Mention {
    Mention::new(words, Days::Range(first, last))
}

/// Whether a mention is a weekday's name and nothing else.
pub(super) fn is_weekday(words: &Words, mention: &Mention) -> bool {
    let mut named = mention.range.clone().filter(|at| calendar::weekday(words.text(*at)).is_some());
    let others = mention.range.clone().any(|at| {
        let word = words.text(at);
        calendar::weekday(word).is_none()
            && !matches!(word, "na" | "no" | "para" | "feira" | "de" | "a" | "o")
    });
    named.next().is_some() && named.next().is_none() && !others
}

/// Nouns that make an ordinal of "segunda" or "quarta".
const COUNTED: &str = "opiniao|via|vez|vezes|dose|doses|consulta|sessao|sessoes|avaliacao|opcao|filha|parte|etapa|\
                       fase|avenida|rua|andar|serie|ligacao|chamada|reclamacao|cirurgia|gravidez|gestacao|gestante|tentativa|pessoa|idade|mao|crianca|aplicacao|alternativa";

/// Reads every mention of days, and takes their words.
pub(super) fn read(words: &mut Words, today: Date) -> Vec<Mention> {
    hide_ordinals(words);
    if let Some(days) = two_bare(words, today) {
        let range = 0..words.len();
        words.take(range.clone(), Kind::Day);
        return vec![Mention::new(range, Days::AnyOf(days))];
    }
    let mut found: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match words
            .free(at)
            .then(|| mention::read(words, at, today).or_else(|| late_number(words, at, today)))
            .flatten()
        {
            Some(mention) => {
                at = mention.range.end.max(at + 1);
                words.take(mention.range.clone(), Kind::Day);
                // "Doendo desde o natal" is how long, not when.
                let since = (1..=2).any(|places| words.before(mention.range.start, places) == "desde");
                if !since {
                    found.push(mention);
                }
            }
            None => at += 1,
        }
    }
    join::join(words, found, today)
}

/// "23 de tarde": no hour of the afternoon, so a day.
fn late_number(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let day = super::numbers::number(words.text(at)).filter(|day| (21..=31).contains(day))?;
    words.at(at + 1, "de|da|a|na|pela manha|tarde")?;
    Some(one(at..at + 1, calendar::next_day_of_month(i8::try_from(day).ok()?, today)))
}

/// "28 ou 29": two days and nothing else, where no hour is that late.
fn two_bare(words: &Words, today: Date) -> Option<Vec<Date>> {
    let number = |at: usize| super::numbers::number(words.text(at)).and_then(|day| i8::try_from(day).ok());
    let (one, other) = (number(0)?, number(2)?);
    let days = words.len() == 3 && words.text(1) == "ou" && one.max(other) > 20;
    let next = |day: i8| calendar::next_day_of_month(day, today);
    days.then(|| Some(vec![next(one)?, next(other)?]))?
}

/// "Segunda opinião" and "quarta vez" are no weekdays.
fn hide_ordinals(words: &mut Words) {
    for at in 0..words.len() {
        let counted = words.at(at + 1, COUNTED).is_some();
        if counted && calendar::weekday(words.text(at)).is_some() {
            words.take(at..at + 1, Kind::Ordinal);
        }
    }
}
