//! At what hour: "15h", "15:30", "às 9", "três e meia da tarde", "de manhã", "depois do almoço".

use jiff::civil::{Time, time};

use super::normalize::says;

/// The hour a message means.
#[derive(Debug, Default)]
pub(super) struct Hour {
    pub(super) time: Option<Time>,
    pub(super) between: Option<(Time, Time)>,
    pub(super) invalid: bool,
}

/// Reads the hour, or the part of the day.
pub(super) fn read(words: &[String]) -> Hour {
    let between = part_of_day(words);
    let afternoon = between.is_some_and(|(from, _)| from.hour() >= 12);
    let spoken = words.iter().enumerate().find_map(|(at, word)| hour_at(words, at, word));
    let Some((hour, minute)) = spoken else {
        let noon = says(words, &["meio dia"]).then(|| time(12, 0, 0, 0));
        return Hour { time: noon, between: if noon.is_some() { None } else { between }, invalid: false };
    };
    let hour = if afternoon && (1..=11).contains(&hour) { hour + 12 } else { hour };
    match Time::new(hour, minute, 0, 0) {
        Ok(time) => Hour { time: Some(time), between: None, invalid: false },
        Err(_) => Hour { time: None, between, invalid: true },
    }
}

fn hour_at(words: &[String], at: usize, word: &str) -> Option<(i8, i8)> {
    let before = at.checked_sub(1).and_then(|at| words.get(at)).map(String::as_str);
    let after = |offset: usize| words.get(at + offset).map(String::as_str);
    if let Some((hour, minute)) = word.split_once(':') {
        return Some((hour.parse().ok()?, minute.trim_end_matches('h').parse().ok()?));
    }
    if let Some((hour, minute)) = word.split_once('h') {
        let hour = hour.parse().ok()?;
        let minute = minute.trim_end_matches("min");
        return Some((hour, if minute.is_empty() { half(after(1), after(2)) } else { minute.parse().ok()? }));
    }
    let hour = number(word)?;
    if after(1) == Some("h") {
        return Some((hour, half(after(2), after(3))));
    }
    let spoken_half = after(1) == Some("e") && after(2) == Some("meia");
    let of_day = after(1) == Some("da") && matches!(after(2), Some("manha" | "tarde" | "noite"));
    let at_hour = matches!(before, Some("as" | "umas" | "pelas"));
    (spoken_half || of_day || at_hour).then_some((hour, if spoken_half { 30 } else { 0 }))
}

fn half(first: Option<&str>, second: Option<&str>) -> i8 {
    if first == Some("e") && second == Some("meia") { 30 } else { 0 }
}

fn number(word: &str) -> Option<i8> {
    const WORDS: [&str; 12] =
        ["uma", "duas", "tres", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"];
    match WORDS.iter().position(|name| *name == word) {
        Some(at) => i8::try_from(at + 1).ok(),
        None => word.parse().ok().filter(|hour| (0..=99).contains(hour)),
    }
}

fn part_of_day(words: &[String]) -> Option<(Time, Time)> {
    let from_to = |from: i8, to: i8| Some((time(from, 0, 0, 0), time(to, 0, 0, 0)));
    if says(words, &["fim da tarde", "final da tarde", "depois do trabalho", "depois do servico"]) {
        return from_to(16, 20);
    }
    if says(words, &["depois do almoco", "a tarde", "de tarde", "da tarde", "tarde"])
        && !says(words, &["boa tarde"])
    {
        return from_to(12, 18);
    }
    if says(words, &["a noite", "de noite", "da noite"]) {
        return from_to(18, 23);
    }
    if says(words, &["de manha", "da manha", "pela manha", "manha", "cedo", "antes do almoco"]) {
        return from_to(5, 12);
    }
    None
}
