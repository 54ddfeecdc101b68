//! One hour at one place: "15h", "9:30", "três e meia da tarde", "quinze pras quatro", "meio-dia e meia".

use jiff::civil::Time;

use crate::reading::numbers::{number, number_at};
use crate::reading::words::Words;

/// An hour, and where its words end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// `None` when there is no such hour.
    pub(super) time: Option<Time>,
    pub(super) end: usize,
    /// Whether the words leave no doubt that it is an hour.
    pub(super) sure: bool,
}

/// The hour that begins at a place. A bare number is one too, only not sure.
pub(super) fn read(words: &Words, at: usize) -> Option<Clock> {
    if !words.free(at) {
        return None;
    }
    noon(words, at)
        .or_else(|| to_the_hour(words, at))
        .or_else(|| written(words.text(at)).map(|(hour, minute)| finish(words, hour, minute, at + 1, true)))
        .or_else(|| spoken(words, at))
}

fn noon(words: &Words, at: usize) -> Option<Clock> {
    let (end, hour) = match (words.at(at, "meio dia"), words.at(at, "meia noite")) {
        (Some(end), _) => (end, 12),
        (_, Some(end)) => (end, 0),
        _ => return None,
    };
    let (minute, end) = minutes(words, end).unwrap_or((0, end));
    Some(Clock { time: time(hour, minute), end, sure: true })
}

/// "Quinze pras quatro", "10 para as 3".
fn to_the_hour(words: &Words, at: usize) -> Option<Clock> {
    let minutes = number(words.text(at)).filter(|minutes| [5, 10, 15, 20, 25].contains(minutes))?;
    let plural = words.raw(at + 1).to_lowercase() == "pras" || (words.at(at + 1, "para as|a").is_some());
    let from = if words.raw(at + 1).to_lowercase() == "pras" { at + 2 } else { at + 3 };
    let hour = number(words.text(from)).filter(|hour| (1..=24).contains(hour) && plural)?;
    Some(finish(words, hour - 1, 60 - minutes, from + 1, true))
}

/// "15h", "14h30", "9:30", "8.30", "15:30h".
fn written(word: &str) -> Option<(i32, i32)> {
    let word = word.trim_end_matches("min");
    if let Some((hour, minute)) = word.split_once([':', '.']) {
        let minute = minute.trim_end_matches(['h', 's', 'r']);
        return (minute.len() == 2)
            .then_some(())
            .and_then(|()| Some((hour.parse().ok()?, minute.parse().ok()?)));
    }
    let (hour, rest) = word.split_once('h')?;
    let hour = hour.parse().ok()?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    Some((hour, if rest.is_empty() { 0 } else { rest.parse().ok()? }))
}

/// "9 e meia", "oito horas", "sete da noite", and a bare "9".
fn spoken(words: &Words, at: usize) -> Option<Clock> {
    let (hour, end) = number_at(words, at).filter(|(_, end)| *end == at + 1)?;
    if words.at(end, "minutos|minutinhos|minutinho|dias|anos|ano|meses|mes|semana|semanas|pessoas|filhos|filhas|vezes|vagas|reais|consultas|criancas|gotas|mg|opcoes|horarios|x").is_some() {
        return None;
    }
    if words.at(end, "horas|h").is_some() {
        let duration = words.any(&[
            "esperei|esperando|espero .. horas",
            "faz|atras*|demor* .. horas",
            "daqui .. horas",
            "ha .. horas",
        ]);
        return (!duration).then(|| finish(words, hour, 0, end + 1, true));
    }
    if let Some((minute, end)) = minutes(words, end) {
        return Some(finish(words, hour, minute, end, true));
    }
    Some(finish(words, hour, 0, end, false))
}

/// A number whose "e" joins it to another: the 8 of "entre 8 e 10".
pub(super) fn bare(words: &Words, at: usize) -> Option<Clock> {
    let hour = number(words.text(at)).filter(|_| words.text(at + 1) == "e")?;
    let hour = if (1..=6).contains(&hour) { hour + 12 } else { hour };
    Some(Clock { time: time(hour, 0), end: at + 1, sure: false })
}

/// "E meia", "e quinze", "e pouca" after the hour.
fn minutes(words: &Words, at: usize) -> Option<(i32, usize)> {
    if words.text(at) != "e" {
        return None;
    }
    match words.text(at + 1) {
        "meia" => Some((30, at + 2)),
        "pouca" | "pouco" | "tanto" => Some((0, at + 2)),
        _ => {
            let (minute, end) = number_at(words, at + 1)?;
            // "8 e 9" are two hours; "8 e 15" is one.
            (minute % 5 == 0 && (10..60).contains(&minute)).then_some((minute, end))
        }
    }
}

/// Adds what follows the hour: "e meia", "da tarde".
fn finish(words: &Words, hour: i32, minute: i32, end: usize, sure: bool) -> Clock {
    let (minute, end) =
        if minute == 0 { minutes(words, end).unwrap_or((minute, end)) } else { (minute, end) };
    let part = words.at(end, "da|de|a|na|pela manha|tarde|noite|madrugada");
    let (hour, end) = match part {
        Some(after) => (of_part(hour, words.text(after - 1)), after),
        None if (1..=6).contains(&hour) && !exact(words, end) => (hour + 12, end),
        None => (hour, end),
    };
    Clock { time: time(hour, minute), end, sure: sure || part.is_some() }
}

/// "03:00" is a quarter of the day that somebody wrote out; "3" is the afternoon's.
fn exact(words: &Words, end: usize) -> bool {
    words.before(end, 1).starts_with('0')
}

fn of_part(hour: i32, part: &str) -> i32 {
    match (part, hour) {
        ("tarde" | "noite", 1..=11) => hour + 12,
        ("noite", 12) => 0,
        _ => hour,
    }
}

fn time(hour: i32, minute: i32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}
