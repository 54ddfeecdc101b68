//! The ways a day is named. Each reader looks at one place of the message and says which days stand there and where the words end.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::calendar::{self, coming, first_of, month, next, next_day_of_month, next_monday, weekday};
use super::{Mention, one, range};
use crate::reading::numbers::{number, number_at, ordinal};
use crate::reading::understanding::Days;
use crate::reading::words::Words;

type Reader = fn(&Words, usize, Date) -> Option<Mention>;

/// In this order: what is longer and surer goes first.
const READERS: [Reader; 14] = [
    holiday,
    relative,
    slashed,
    month_ordinal,
    part_of_month,
    nth_weekday,
    nth_week,
    day_of_month,
    ahead,
    weekend,
    spans,
    named_weekday,
    whole_month,
    years,
];

/// The days named at a place.
pub(super) fn read(words: &Words, at: usize, today: Date) -> Option<Mention> {
    READERS.iter().find_map(|reader| reader(words, at, today))
}

fn holiday(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let (key, end) = calendar::holiday_names().find_map(|(name, key)| Some((key, words.at(at, name)?)))?;
    let asks_in_general = key == "feriado" && !words.any(&["depois|antes|apos|ate .. feriado|feriadao"]);
    if asks_in_general {
        return Some(Mention::new(at..end, Days::Unsaid));
    }
    let day = calendar::holiday(key, today)?;
    let eve = words.before(at, 2) == "vespera" || words.before(at, 1) == "vespera";
    Some(one(at..end, Some(if eve { day.saturating_sub(1.day()) } else { day })))
}

/// "Hoje", "amanhã", "depois de amanhã", "ontem".
fn relative(words: &Words, at: usize, today: Date) -> Option<Mention> {
    const NAMES: [(&str, i32); 6] = [
        ("depois de amanha", 2),
        ("depois amanha", 2),
        ("amanha", 1),
        ("hoje", 0),
        ("anteontem", -2),
        ("ontem", -1),
    ];
    let (end, ahead) = NAMES.iter().find_map(|(name, ahead)| Some((words.at(at, name)?, *ahead)))?;
    if words.at(at, "ontem").is_some() && words.before(at, 1) == "para" {
        return Some(Mention::new(at..end, Days::Unsaid));
    }
    Some(one(at..end, Some(today.saturating_add(ahead.days()))))
}

/// "12/03", "12/3/2027", "16-3-27".
fn slashed(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let word = words.text(at);
    let by_point = word.matches('.').count() == 2;
    let parts: Vec<&str> = word.split(|c| c == '/' || c == '-' || (by_point && c == '.')).collect();
    let (day, month, year) = match parts.as_slice() {
        [day, month] => (day.parse().ok()?, month.parse().ok()?, None),
        [day, month, year] => (day.parse().ok()?, month.parse().ok()?, Some(year.parse::<i16>().ok()?)),
        _ => return None,
    };
    let date = match year {
        Some(year) => Date::new(if year < 100 { year + 2000 } else { year }, month, day).ok(),
        None => coming(day, month, today),
    };
    Some(one(at..at + 1, date))
}

/// "Primeiro de abril", "1º de maio".
fn month_ordinal(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let from = if words.text(at) == "dia" { at + 1 } else { at };
    if !matches!(words.text(from), "primeiro" | "1º" | "1o") {
        return None;
    }
    match month(words.text(from + 2)).filter(|_| words.text(from + 1) == "de") {
        Some(month) => Some(one(at..from + 3, coming(1, month, today))),
        None if from > at => Some(one(at..from + 1, next_day_of_month(1, today))),
        None => None,
    }
}

/// A month that is spoken of: "abril", "mês que vem", "mês"; its first day and where the words end.
fn month_named(words: &Words, at: usize, today: Date) -> Option<(Date, usize)> {
    if let Some(month) = month(words.text(at)) {
        let end = if words.at(at + 1, "que vem").is_some() { at + 3 } else { at + 1 };
        return Some((first_of(month, today)?, end));
    }
    let next = today.first_of_month().saturating_add(1.month());
    for name in ["mes que vem", "proximo mes", "mes seguinte", "outro mes"] {
        if let Some(end) = words.at(at, name) {
            return Some((next, end));
        }
    }
    for name in ["desse|deste|nesse|neste|esse|este mes", "mes"] {
        if let Some(end) = words.at(at, name) {
            return Some((today.first_of_month(), end));
        }
    }
    None
}

/// Past "de", "do", "desse".
fn after_of(words: &Words, at: usize) -> usize {
    if matches!(words.text(at), "de" | "do" | "da" | "em" | "no") { at + 1 } else { at }
}

/// "Fim do mês", "comecinho de abril", "segunda quinzena de maio".
fn part_of_month(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let part = words.text(at);
    let fortnight = words.text(at + 1) == "quinzena";
    let from = if fortnight { at + 2 } else { at + 1 };
    // "Na segunda quinzena" alone is this month's.
    let here = fortnight.then(|| (today.first_of_month(), from));
    let (first, end) = month_named(words, after_of(words, from), today).or(here)?;
    let day = |number: i8| Date::new(first.year(), first.month(), number).ok();
    let (begins, ends) = match (part, fortnight) {
        ("primeira", true) => (first, day(15)?),
        ("segunda" | "ultima", true) => (day(16)?, first.last_of_month()),
        (part, false) => part_of(first, part)?,
        _ => return None,
    };
    // "No começo do mês", said when it is over, is next month's.
    let mention = if ends < today {
        range(at..end, begins.saturating_add(1.month()), ends.saturating_add(1.month()))
    } else {
        range(at..end, begins.max(today), ends)
    };
    Some(Mention { loose: !fortnight, ..mention })
}

/// A third of a month: its beginning, middle or end.
fn part_of(first: Date, part: &str) -> Option<(Date, Date)> {
    let day = |number: i8| Date::new(first.year(), first.month(), number).ok();
    Some(match part {
        "comeco" | "comecinho" | "inicio" | "comecin" => (first, day(10)?),
        "meio" | "meados" | "meiado" => (day(11)?, day(20)?),
        "fim" | "final" | "finalzinho" | "finzinho" | "fins" => (day(21)?, first.last_of_month()),
        _ => return None,
    })
}

/// "Primeira segunda de abril", "última sexta do mês".
fn nth_weekday(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let nth = ordinal(words.text(at)).filter(|nth| *nth <= 5)?;
    let weekday = weekday(words.text(at + 1))?;
    let from = if words.text(at + 2) == "feira" { at + 3 } else { at + 2 };
    let (first, end) = month_named(words, after_of(words, from), today)?;
    let nth = i8::try_from(nth).ok()?;
    Some(one(at..end, first.nth_weekday_of_month(nth, weekday).ok()))
}

/// "Primeira semana de abril", "última semana do mês".
fn nth_week(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let nth = ordinal(words.text(at)).filter(|nth| *nth <= 4)?;
    if words.text(at + 1) != "semana" {
        return None;
    }
    let (first, end) = month_named(words, after_of(words, at + 2), today)?;
    let (begins, ends) = if nth == -1 {
        (first.last_of_month().saturating_sub(6.days()), first.last_of_month())
    } else {
        let begins = first.saturating_add((7 * (nth - 1)).days());
        (begins, begins.saturating_add(6.days()))
    };
    Some(Mention { loose: true, ..range(at..end, begins, ends) })
}

/// "Dia 12", "dia 12 do mês que vem", "12 de março", "dia vinte e três", "dia 10/4".
fn day_of_month(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let named = matches!(words.text(at), "dia" | "dias" | "data");
    let from = if named { at + 1 } else { at };
    if named && let Some(mention) = slashed(words, from, today) {
        return Some(Mention { range: at..mention.range.end, ..mention });
    }
    let (day, end) = number_at(words, from)?;
    let bare_word = words.text(from).starts_with(|c: char| !c.is_ascii_digit());
    let of = after_of(words, end);
    let month_name = month_named(words, of, today)
        .filter(|_| of > end || month(words.text(of)).is_some_and(|_| !professional_of(words, of)));
    let day = i8::try_from(day).unwrap_or(i8::MAX);
    if let Some((first, end)) = month_name {
        return Some(in_month(at..end, day, first, month(words.text(of)), words, today));
    }
    let unit = matches!(words.text(end), "horas" | "h" | "semanas" | "dias" | "meses" | "anos");
    if !named || unit || (bare_word && words.text(from) == "um" && words.text(end) == "dia") {
        return None;
    }
    Some(one(at..end, next_day_of_month(day, today)))
}

fn in_month(
    range: std::ops::Range<usize>,
    day: i8,
    first: Date,
    named: Option<i8>,
    words: &Words,
    today: Date,
) -> Mention {
    let after = if words.text(range.end) == "de" { range.end + 1 } else { range.end };
    let year = number(words.text(after)).filter(|year| (2000..2100).contains(year));
    if let (Some(year), Some(month)) = (year, named) {
        let date = i16::try_from(year).ok().and_then(|year| Date::new(year, month, day).ok());
        return one(range.start..after + 1, date);
    }
    let date = match named {
        Some(month) => coming(day, month, today),
        None => Date::new(first.year(), first.month(), day).ok(),
    };
    one(range, date)
}

/// "Marco" after a number is a month only with its "de" or its cedilla; "2 com o Marco" is not read here anyway.
fn professional_of(words: &Words, at: usize) -> bool {
    words.text(at) == "marco" && !words.raw(at).to_lowercase().contains('ç')
}

/// "Daqui a 15 dias", "em duas semanas", "dentro de um mês".
fn ahead(words: &Words, at: usize, today: Date) -> Option<Mention> {
    if let Some(from) = words.at(at, "proximas|proximos") {
        let (count, end) = number_at(words, from)?;
        let days = if words.text(end).starts_with("semana") { count * 7 } else { count };
        words.at(end, "semana*|dia|dias")?;
        return Some(Mention { loose: true, ..range(at..end + 1, today, today.saturating_add(days.days())) });
    }
    let from = [
        "daqui a uns|umas|mais",
        "daqui uns|umas|a|ha|mais",
        "daqui",
        "dentro de uns|umas",
        "dentro de",
        "em uns|umas",
        "em",
    ]
    .iter()
    .find_map(|lead| words.at(at, lead))?;
    let (count, end) = number_at(words, from)?;
    let loose = matches!(words.before(from, 1), "uns" | "umas");
    let days = match words.text(end) {
        "dia" | "dias" => today.checked_add(count.days()),
        "semana" | "semanas" => today.checked_add((count * 7).days()),
        "mes" | "meses" => today.checked_add(count.months()),
        "ano" | "anos" => today.checked_add(count.years()),
        // "Daqui a duas sextas".
        name => Ok(next(weekday(name)?, today.saturating_add((count * 7 - 7).days()))),
    };
    Some(one(at..end + 1, days.ok())).map(|mention| Mention { loose, ..mention })
}

/// "Semana que vem", "essa semana", "início da semana que vem", "mês que vem".
fn spans(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let monday = next_monday(today);
    let (whole, part) = match words.text(at) {
        "comeco" | "comecinho" | "inicio" => (after_of(words, at + 1), Some((0, 2))),
        "meio" => (after_of(words, at + 1), Some((1, 3))),
        "fim" | "final" | "finalzinho" => (after_of(words, at + 1), Some((3, 4))),
        _ => (at, None),
    };
    let weeks = [
        ("semana que vem", monday),
        ("proxima semana", monday),
        ("semana seguinte", monday),
        ("outra semana", monday),
        ("essa|esta|nessa|nesta|dessa|desta semana", today),
    ];
    let named = weeks.into_iter().find_map(|(name, first)| Some((words.at(whole, name)?, first)));
    let (end, first) = named.or_else(|| is_other_week(words, whole).then_some((whole + 1, monday)))?;
    let last = if first == today { calendar::end_of_week(today) } else { first.saturating_add(6.days()) };
    let Some((from, to)) = part else {
        return Some(range(at..end, first, last));
    };
    let begin = last.saturating_sub(6.days());
    let mention = range(at..end, begin.saturating_add(from.days()), begin.saturating_add(to.days()));
    Some(Mention { loose: true, ..mention })
}

/// "Essa semana não dá, só na outra".
fn is_other_week(words: &Words, at: usize) -> bool {
    words.text(at) == "outra"
        && words.any(&["essa|esta|nessa|nesta semana nao", "nao .. essa|esta|nessa|nesta semana"])
}

/// "Fim de semana", "fds".
fn weekend(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let end = ["fim|final de semana", "fds", "finde"].iter().find_map(|name| words.at(at, name))?;
    let saturday = if today.weekday() == Weekday::Saturday { today } else { next(Weekday::Saturday, today) };
    let next_one = words.at(end, "que vem").is_some() || words.before(at, 1) == "outro";
    let first_of_next = next_monday(today);
    let saturday =
        if next_one && saturday < first_of_next { saturday.saturating_add(7.days()) } else { saturday };
    let end = words.at(end, "que vem").unwrap_or(end);
    Some(Mention::new(at..end, Days::AnyOf(vec![saturday, saturday.saturating_add(1.day())])))
}

/// "Sexta", "sexta-feira", "sexta que vem", "próxima terça", "quarta da semana que vem".
fn named_weekday(words: &Words, at: usize, today: Date) -> Option<Mention> {
    // "Ter" is a verb more often than a Tuesday.
    let tuesday = words.text(at) == "ter"
        && (words.len() == 1 || number(words.text(at + 1)).is_some() || words.text(at + 1).contains('/'));
    let weekday = if tuesday { Weekday::Tuesday } else { weekday(words.text(at))? };
    let numbered =
        words.text(at).ends_with(['ª', 'a']) && words.text(at).starts_with(|c: char| c.is_ascii_digit());
    let feira = words.text(at + 1) == "feira";
    if numbered && !feira {
        return None;
    }
    let mut end = if feira { at + 2 } else { at + 1 };
    let soonest = next(weekday, today);
    let later = [
        "que vem",
        "da|na semana que vem",
        "da|na proxima semana",
        "da|na outra semana",
        "da semana seguinte",
    ];
    let next_week = later.iter().find_map(|name| words.at(end, name));
    let not_this = words.any(&["sem ser|nao essa", "essa nao", "essa @dia nao", "essa .. nao a outra"])
        && words.any(&["outra"]);
    end = next_week.unwrap_or(end);
    if let Some(this_week) = words.at(end, "dessa|desta semana|agora") {
        end = this_week;
    }
    let another = words.before(at, 1) == "outra";
    let push = (next_week.is_some() || another || not_this) && soonest < next_monday(today);
    Some(one(at..end, Some(if push { soonest.saturating_add(7.days()) } else { soonest })))
}

/// "Em abril", "mês que vem", "esse mês".
fn whole_month(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let spoken = words.text(at);
    if let Some(number) = month(spoken) {
        // "Set", "out" and "mar" alone are words; "marco" without its cedilla may be a person.
        let led = matches!(words.before(at, 1), "em" | "de" | "mes" | "para" | "ate" | "so");
        // "Pro Marco" is a person: months have no article.
        let article = matches!(
            words.raw(at.wrapping_sub(1)).to_lowercase().as_str(),
            "pro" | "pelo" | "do" | "o" | "ao" | "no"
        );
        if article && number == 3 && !words.raw(at).to_lowercase().contains('ç') {
            return None;
        }
        let led = led && (spoken.len() > 3 || matches!(words.before(at, 1), "em" | "mes"));
        let written = spoken.len() > 3 && number != 3;
        let cedilla = words.raw(at).to_lowercase().contains('ç');
        if !(written || cedilla || (led && (number != 3 || words.raw(at).starts_with('m')))) {
            return None;
        }
    } else if spoken == "mes" && words.at(at, "mes que vem|seguinte").is_none() {
        return None;
    }
    let (first, end) = month_named(words, at, today)?;
    // "Mês que vem, no começo" says the part behind.
    let part =
        ["no|bem|mais|la comeco|inicio|comecinho|meio|fim|final", "comeco|inicio|comecinho|meio|fim|final"];
    if let Some(after) = part.iter().find_map(|part| words.at(end, part)) {
        let (begins, ends) = part_of(first, words.before(after, 1))?;
        return Some(Mention { loose: true, ..range(at..after, begins.max(today), ends) });
    }
    Some(range(at..end, first.max(today), first.last_of_month()))
}

fn years(words: &Words, at: usize, today: Date) -> Option<Mention> {
    let end = ["ano que vem", "proximo ano"].iter().find_map(|name| words.at(at, name))?;
    let first = Date::new(today.year() + 1, 1, 1).ok()?;
    Some(range(at..end, first, first.last_of_year()))
}
