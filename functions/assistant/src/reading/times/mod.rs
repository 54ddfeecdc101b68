//! At what hour: "15h", "às 9", "três e meia da tarde", "depois das 17", "entre 14 e 16h", and the parts of the day.

mod clock;
mod period;

use std::ops::Range;

use jiff::civil::{Time, time};

use super::dates::Mention;
use super::understanding::{Hours, Period};
use super::words::{Kind, Words};
use clock::Clock;

/// The hours of a message.
#[derive(Debug, Default)]
pub(super) struct When {
    pub(super) hours: Hours,
    /// "Às 9 ou às 10": the second.
    pub(super) or: Option<Time>,
    pub(super) period: Option<Period>,
    pub(super) not_period: Option<Period>,
    pub(super) loose: bool,
    pub(super) invalid: bool,
}

/// Reads the hours and the part of the day, and takes their words. A number right after a day is an hour: "sexta 9".
pub(super) fn read(words: &mut Words, days: &[Mention]) -> When {
    let mut when = When::default();
    let mut at = 0;
    while at < words.len() {
        let Some((hours, range)) =
            range_at(words, at).or_else(|| limit_at(words, at)).or_else(|| at_hour(words, at, days))
        else {
            at += 1;
            continue;
        };
        when.loose |= is_loose(words, &range);
        let hours = match hours {
            Some(Hours::Until(end)) if is_end_of_work(words, range.start) => Some(Hours::From(end)),
            Some(Hours::At(end))
                if words.any(&["saio|sai|largo .. as"]) && is_end_of_work(words, range.start) =>
            {
                Some(Hours::From(end))
            }
            hours => hours,
        };
        match hours {
            Some(Hours::At(time)) if is_alternative(words, &range) && matches!(when.hours, Hours::At(_)) => {
                when.or = Some(time);
            }
            Some(hours) => when.hours = preferred(words, when.hours, hours, &range),
            None => when.invalid = true,
        }
        words.take(range.clone(), Kind::Hour);
        at = range.end;
    }
    if when.hours == Hours::Unsaid {
        if let Some((one, other)) = two_bare(words) {
            (when.hours, when.or) = (Hours::At(one), Some(other));
            words.take(0..words.len(), Kind::Hour);
        } else if let Some(time) = put_right(words) {
            when.hours = Hours::At(time);
            words.take(0..words.len(), Kind::Hour);
        }
    }
    let parts = period::read(words);
    // What is said with the hour only says which half of the day it is in.
    let exact = matches!(when.hours, Hours::At(_));
    when.period = parts.period.filter(|_| !exact);
    when.not_period = parts.not_period;
    if when.hours == Hours::Unsaid {
        (when.hours, when.loose) = (parts.hours, when.loose || parts.hours != Hours::Unsaid);
        when.period = when.period.filter(|_| !matches!(when.hours, Hours::At(_)));
    }
    if let (Hours::At(time), Some(Period::Afternoon | Period::Evening)) = (when.hours, parts.period) {
        when.hours = Hours::At(afternoon(time));
        when.or = when.or.map(afternoon);
    }
    if words.any(&["depois disso|dessa|dai|desse"])
        && let Hours::At(end) | Hours::Until(end) = when.hours
    {
        when.hours = Hours::From(end);
    }
    when
}

/// "9 ou 10", "pode ser 9 ou 10": two hours and nothing else. Small numbers are options as likely.
fn two_bare(words: &Words) -> Option<(Time, Time)> {
    let or = words.find("ou")?.start;
    let hour = |at: usize| {
        let clock = clock::read(words, at)?;
        clock.time.filter(|time| (7..=20).contains(&time.hour()) && clock.end == at + 1)
    };
    let (one, other) = (hour(or.checked_sub(1)?)?, hour(or + 1)?);
    let rest = |at: usize| {
        (or - 1..=or + 1).contains(&at)
            || matches!(
                words.text(at),
                "pode" | "ser" | "as" | "quero" | "queria" | "tanto" | "faz" | "por" | "mim" | "horas"
            )
    };
    (0..words.len()).all(rest).then_some((one, other))
}

/// "E não 9, 10": the second of two bare hours, the first denied.
fn put_right(words: &Words) -> Option<Time> {
    let no = words.find("nao")?.start;
    let hour = |at: usize| {
        let clock = clock::read(words, at)?;
        clock.time.filter(|time| (7..=20).contains(&time.hour()) && clock.end == at + 1)
    };
    hour(no + 1)?;
    let next = if words.text(no + 2) == "e" { no + 3 } else { no + 2 };
    let short = no <= 1 && next + 1 == words.len() && (words.breaks(no + 1) || next > no + 2);
    hour(next).filter(|_| short)
}

/// Whether an hour is the one at which somebody's work ends: "trabalho até as 18", "saio às 17:30".
fn is_end_of_work(words: &Words, at: usize) -> bool {
    (1..=4).any(|places| {
        at >= places
            && matches!(
                words.before(at, places),
                "trabalho"
                    | "trabalha"
                    | "trabalhamos"
                    | "estudo"
                    | "saio"
                    | "sai"
                    | "largo"
                    | "expediente"
                    | "aula"
                    | "trampo"
            )
            && !(1..places).any(|nearer| words.breaks(at - nearer - 1))
    })
}

fn afternoon(hour: Time) -> Time {
    if (1..=11).contains(&hour.hour()) { time(hour.hour() + 12, hour.minute(), 0, 0) } else { hour }
}

/// "Não é às 9, é às 10": the last hour that is not denied counts.
fn preferred(words: &Words, old: Hours, new: Hours, range: &Range<usize>) -> Hours {
    let denied = (1..=3).any(|places| words.before(range.start, places) == "nao") && old != Hours::Unsaid;
    if denied || (is_alternative(words, range) && old != Hours::Unsaid) { old } else { new }
}

fn is_alternative(words: &Words, range: &Range<usize>) -> bool {
    words.before(range.start, 1) == "ou" || words.before(range.start, 2) == "ou"
}

type Found = (Option<Hours>, Range<usize>);

/// "Entre 14 e 16h", "das 14 às 16", "de 9h as 11h".
fn range_at(words: &Words, at: usize) -> Option<Found> {
    let from = ["entre as", "entre", "das", "de", "da"].iter().find_map(|lead| words.at(at, lead))?;
    let first = clock::read(words, from)?;
    // "Entre 8 e 10" is not ten past eight.
    let first = if words.text(at) == "entre" { clock::bare(words, from).unwrap_or(first) } else { first };
    let joined = ["e as|a|o", "ate as|a|o", "ao", "e", "as", "a", "ate"]
        .iter()
        .find_map(|link| words.at(first.end, link))?;
    let second = clock::read(words, joined)?;
    let by_hours = first.sure || second.sure || words.text(at) == "das" || words.text(first.end) == "as";
    if !(by_hours || words.text(at) == "entre") {
        return None;
    }
    let hours = match (first.time, second.time) {
        (Some(from), Some(to)) => {
            // "Entre 8 e 10 da noite" says it once for both.
            let from = if to.hour() >= 12 && afternoon(from) < to && from.hour() < 7 {
                afternoon(from)
            } else {
                from
            };
            Some(Hours::Between(morning(from, to), to))
        }
        _ => None,
    };
    Some((hours, at..second.end))
}

/// "Das 6 às 8 da manhã" begins in the morning too.
fn morning(from: Time, to: Time) -> Time {
    if from > to && from.hour() >= 12 { time(from.hour() - 12, from.minute(), 0, 0) } else { from }
}

/// "Depois das 17", "a partir das 9", "antes das 10", "até as 11".
fn limit_at(words: &Words, at: usize) -> Option<Found> {
    const LIMITS: [(&str, bool); 11] = [
        ("depois da|das|de", true),
        ("apos as|a", true),
        ("apos", true),
        ("partir da|das|de", true),
        ("antes da|das|de", false),
        ("ate as|a|umas", false),
        ("ate", false),
        ("depois do", true),
        ("partir do", true),
        ("antes do", false),
        ("ate o", false),
    ];
    let read = |lead: &str| clock::read(words, words.at(at, lead)?);
    let (Clock { time, end, .. }, after) =
        LIMITS.iter().find_map(|(lead, after)| Some((read(lead)?, *after)))?;
    Some((time.map(if after { Hours::From } else { Hours::Until }), at..end))
}

/// An hour by itself; a bare number needs a word or a day before it.
fn at_hour(words: &Words, at: usize, days: &[Mention]) -> Option<Found> {
    let clock = clock::read(words, at)?;
    let led = matches!(words.before(at, 1), "as" | "das" | "pelas" | "umas" | "uns" | "aas" | "ah");
    let led = led || words.at(at.saturating_sub(2), "volta de|das").is_some_and(|end| end == at);
    let led = led || words.raw(at.saturating_sub(1)).eq_ignore_ascii_case("pras");
    let after_day = days.iter().any(|day| day.range.end == at && (1..=1).contains(&(clock.end - at)));
    let likely = clock.time.is_some_and(|time| (7..=20).contains(&time.hour()));
    if !(clock.sure || led || (after_day && likely)) {
        return None;
    }
    // "Uma hora" is a length of time, "às uma" an hour.
    let length = matches!(words.text(at), "uma" | "um")
        && !led
        && words.at(clock.end.saturating_sub(1), "tarde|manha|noite|meia|quinze|trinta").is_none();
    let minutes = words.at(clock.end, "minutos").is_some();
    if length || minutes {
        return None;
    }
    Some((clock.time.map(Hours::At), at..clock.end))
}

fn is_loose(words: &Words, range: &Range<usize>) -> bool {
    let start = range.start;
    let before = |places: usize| words.before(start, places);
    matches!(before(1), "umas" | "uns" | "pelas")
        || matches!(before(2), "volta" | "umas" | "la" | "mais" | "tipo")
        || matches!(words.text(range.start), "umas" | "pelas")
        || range.clone().any(|at| matches!(words.text(at), "pouca" | "pouco" | "tanto"))
        || words.at(range.end, "mais ou menos").is_some()
}
