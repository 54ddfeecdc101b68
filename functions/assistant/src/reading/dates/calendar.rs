//! Reckoning with the calendar: the next such weekday, the months, the weeks, the holidays people name.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use shared::domain::feriados::{self, Optional, easter};

/// The weekday a word names.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "segunda" | "segundas" | "2ª" | "2a" => Weekday::Monday,
        "terca" | "tercas" | "3ª" | "3a" => Weekday::Tuesday,
        "quarta" | "quartas" | "4ª" | "4a" => Weekday::Wednesday,
        "quinta" | "quintas" | "5ª" | "5a" => Weekday::Thursday,
        "sexta" | "sextas" | "6ª" | "6a" | "sexto-feira" => Weekday::Friday,
        "sabado" | "sabados" | "sabadao" => Weekday::Saturday,
        "domingo" | "domingao" => Weekday::Sunday,
        _ => return None,
    })
}

/// The month a word names.
pub(super) fn month(word: &str) -> Option<i8> {
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
    let is = |name: &str| name == word || (word.len() == 3 && name.starts_with(word));
    let at = MONTHS.iter().position(|name| is(name))?;
    i8::try_from(at + 1).ok()
}

/// The next such weekday; today is none.
pub(super) fn next(weekday: Weekday, today: Date) -> Date {
    let ahead = weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset();
    let ahead = i32::from(ahead).rem_euclid(7);
    today.saturating_add(if ahead == 0 { 7 } else { ahead }.days())
}

/// The Monday of next week.
pub(super) fn next_monday(today: Date) -> Date {
    next(Weekday::Monday, today)
}

/// The Sunday that ends this week; on a Sunday people mean the week that begins.
pub(super) fn end_of_week(today: Date) -> Date {
    if today.weekday() == Weekday::Sunday {
        today.saturating_add(6.days())
    } else {
        next(Weekday::Sunday, today)
    }
}

/// A day and month without a year is the next one that comes.
pub(super) fn coming(day: i8, month: i8, today: Date) -> Option<Date> {
    // A leap day is not looked for years ahead: this year's 29 February does not exist.
    (0..=1).filter_map(|ahead| Date::new(today.year() + ahead, month, day).ok()).find(|date| *date >= today)
}

/// "Dia 12" is the next 12th.
pub(super) fn next_day_of_month(day: i8, today: Date) -> Option<Date> {
    (0..=2)
        .filter_map(|ahead| {
            let month = today.first_of_month().saturating_add(ahead.months());
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| *date >= today)
}

/// The first day of the next such month; this month's is the one that runs.
pub(super) fn first_of(month: i8, today: Date) -> Option<Date> {
    let year = today.year() + i16::from(month < today.month());
    Date::new(year, month, 1).ok()
}

/// The holidays people name when they speak of a day; the last day of those that last.
const HOLIDAYS: [(&str, &str); 17] = [
    ("natal", "natal"),
    ("ano novo", "ano novo"),
    ("reveillon", "ano novo"),
    ("semana santa", "pascoa"),
    ("dia das maes", "maes"),
    ("dia dos pais", "pais"),
    ("virada do ano", "ano novo"),
    ("carnaval", "carnaval"),
    ("quarta de cinzas|cinza", "cinzas"),
    ("pascoa", "pascoa"),
    ("sexta feira santa", "santa"),
    ("sexta santa", "santa"),
    ("tiradentes", "tiradentes"),
    ("corpus christi|cristi", "corpus"),
    ("finados", "finados"),
    ("feriado|feriadao", "feriado"),
    ("independencia", "independencia"),
];

/// The patterns that name holidays, each with its key for [`holiday`].
pub(super) fn holiday_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    HOLIDAYS.into_iter()
}

/// The next day of a holiday.
pub(super) fn holiday(key: &str, today: Date) -> Option<Date> {
    let in_year = |year: i16| match key {
        "natal" => Date::new(year, 12, 25).ok(),
        "ano novo" => Date::new(year, 1, 1).ok(),
        "carnaval" => Optional::CarnavalTerca.on(year),
        "cinzas" => Optional::QuartaCinzas.on(year),
        "pascoa" => easter(year),
        "santa" => easter(year)?.checked_sub(2.days()).ok(),
        "tiradentes" => Date::new(year, 4, 21).ok(),
        "corpus" => Optional::CorpusChristi.on(year),
        "finados" => Date::new(year, 11, 2).ok(),
        "independencia" => Date::new(year, 9, 7).ok(),
        "maes" => Date::new(year, 5, 1).ok()?.nth_weekday_of_month(2, Weekday::Sunday).ok(),
        "pais" => Date::new(year, 8, 1).ok()?.nth_weekday_of_month(2, Weekday::Sunday).ok(),
        _ => None,
    };
    if key == "feriado" {
        return today.series(1.day()).take(366).find(|day| feriados::national(*day).is_some());
    }
    (0..=1).filter_map(|ahead| in_year(today.year() + ahead)).find(|day| *day >= today)
}
