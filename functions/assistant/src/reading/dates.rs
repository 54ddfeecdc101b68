//! When: "amanhã", "sexta", "sexta que vem", "dia 12", "12/03", "daqui a 3 dias", "semana que vem".

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::normalize::says;

/// The day a message means.
#[derive(Debug, Default)]
pub(super) struct When {
    pub(super) day: Option<Date>,
    pub(super) from: Option<Date>,
    pub(super) invalid: bool,
}

/// Reads the day.
pub(super) fn read(words: &[String], today: Date) -> When {
    let mut when = When::default();
    if let Some((day, month, year)) = slashed(words) {
        when.day = calendar(day, month, year, today);
        when.invalid = when.day.is_none();
        return when;
    }
    if let Some((day, month)) = written(words) {
        when.day = match month {
            Some(month) => calendar(day, month, None, today),
            None => next_day_of_month(day, today),
        };
        when.invalid = when.day.is_none();
        return when;
    }
    if says(words, &["depois de amanha"]) {
        when.day = Some(today.saturating_add(2.days()));
    } else if says(words, &["hoje"]) && !says(words, &["hoje nao"]) {
        when.day = Some(today);
    } else if says(words, &["amanha"]) {
        when.day = Some(today.saturating_add(1.day()));
    } else if let Some(days) = in_days(words) {
        when.day = Some(today.saturating_add(days.days()));
    } else if let Some(weekday) = weekday(words) {
        when.day = Some(next(weekday, words, today));
    } else if says(words, &["semana que vem", "proxima semana", "outra semana"]) {
        when.from = Some(monday_after(today));
    } else if says(words, &["mes que vem", "proximo mes"]) {
        when.from = Some(today.first_of_month().saturating_add(1.month()));
    }
    when
}

/// "12/03", "12/3/2027", "16/3/27".
fn slashed(words: &[String]) -> Option<(i8, i8, Option<i16>)> {
    words.iter().find_map(|word| {
        let mut parts = word.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next());
        let year = match year {
            None => None,
            Some(year) => Some(year.parse::<i16>().ok().map(|y| if y < 100 { y + 2000 } else { y })?),
        };
        Some((day.parse().ok()?, month.parse().ok()?, year))
    })
}

/// "dia 12", "12 de março".
fn written(words: &[String]) -> Option<(i8, Option<i8>)> {
    for (at, word) in words.iter().enumerate() {
        let Ok(day) = word.parse::<i8>() else { continue };
        let after = |offset: usize| words.get(at + offset).map(String::as_str);
        let month = (after(1) == Some("de")).then(|| after(2).and_then(month)).flatten();
        let named = at > 0 && words.get(at - 1).is_some_and(|before| before == "dia");
        if month.is_some() || (named && after(1) != Some("h")) {
            return Some((day, month));
        }
    }
    None
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "janeiro",
        "fevereiro",
        "marco",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ];
    let at = MONTHS.iter().position(|name| *name == word || name.get(..3) == Some(word))?;
    i8::try_from(at + 1).ok()
}

/// A day and month without a year is the next one that comes.
fn calendar(day: i8, month: i8, year: Option<i16>, today: Date) -> Option<Date> {
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => (0..=4)
            .filter_map(|ahead| Date::new(today.year() + ahead, month, day).ok())
            .find(|date| *date >= today),
    }
}

/// "dia 12" is the next 12th.
fn next_day_of_month(day: i8, today: Date) -> Option<Date> {
    (0..=2)
        .filter_map(|ahead| {
            let month = today.first_of_month().saturating_add(ahead.months());
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| *date >= today)
}

/// "daqui a 3 dias", "daqui 15 dias", "daqui a duas semanas".
fn in_days(words: &[String]) -> Option<i32> {
    let at = words.iter().position(|word| word == "daqui")?;
    let number = words.iter().skip(at + 1).find_map(|word| count(word))?;
    if says(words, &["dias", "dia"]) {
        Some(number)
    } else if says(words, &["semanas", "semana"]) {
        Some(number * 7)
    } else {
        None
    }
}

fn count(word: &str) -> Option<i32> {
    match word {
        "um" | "uma" => Some(1),
        "dois" | "duas" => Some(2),
        "tres" => Some(3),
        "quatro" => Some(4),
        "cinco" => Some(5),
        other => other.parse().ok().filter(|number| (1..=180).contains(number)),
    }
}

fn weekday(words: &[String]) -> Option<Weekday> {
    words.iter().find_map(|word| match word.as_str() {
        "segunda" => Some(Weekday::Monday),
        "terca" => Some(Weekday::Tuesday),
        "quarta" => Some(Weekday::Wednesday),
        "quinta" => Some(Weekday::Thursday),
        "sexta" => Some(Weekday::Friday),
        "sabado" => Some(Weekday::Saturday),
        "domingo" => Some(Weekday::Sunday),
        _ => None,
    })
}

/// A weekday is the next one, today included only as "hoje"; with "que vem" it is next week's.
fn next(weekday: Weekday, words: &[String], today: Date) -> Date {
    let ahead =
        i32::from(weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset()).rem_euclid(7);
    let ahead = if ahead == 0 { 7 } else { ahead };
    let soonest = today.saturating_add(ahead.days());
    let next_week = says(words, &["que vem", "da semana que vem", "da outra semana"]);
    if next_week && soonest < monday_after(today) { soonest.saturating_add(7.days()) } else { soonest }
}

fn monday_after(today: Date) -> Date {
    let ahead = 7 - i32::from(today.weekday().to_monday_zero_offset());
    today.saturating_add(ahead.days())
}
