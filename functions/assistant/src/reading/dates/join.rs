//! Mentions that belong together: "sexta, dia 13", "segunda ou quarta", "entre 16 e 20", "a partir de", "menos quinta".

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Mention, calendar, one};
use crate::reading::numbers::{number, number_at};
use crate::reading::understanding::Days;
use crate::reading::words::{Kind, Words};

/// Puts neighbours together and reads what stands before and after them.
pub(super) fn join(words: &mut Words, found: Vec<Mention>, today: Date) -> Vec<Mention> {
    let mut joined: Vec<Mention> = Vec::new();
    for mention in bare_numbers(words, found, today) {
        let mention = Mention { not: is_excluded(words, &mention), ..mention };
        let pair = joined.last().and_then(|last| combine(words, last, &mention));
        match pair {
            Some(pair) => {
                joined.pop();
                joined.push(pair);
            }
            None => joined.push(mention),
        }
    }
    joined.into_iter().map(|mention| bounded(words, mention, today)).collect()
}

/// Numbers that are days by what stands beside them: "12 ou 13/03", "sexta 13", "dia 16 ou 17", "de 15 em diante".
fn bare_numbers(words: &mut Words, found: Vec<Mention>, today: Date) -> Vec<Mention> {
    let mut all = Vec::with_capacity(found.len());
    for mention in found {
        if let Some(before) = number_before(words, &mention) {
            words.take(before.range.clone(), Kind::Day);
            all.push(before);
        }
        all.push(mention);
        while let Some(after) = all.last().and_then(|last| number_after(words, last, today)) {
            words.take(after.range.clone(), Kind::Day);
            all.push(after);
        }
    }
    if all.is_empty()
        && let Some(open) = open_number(words, today)
    {
        words.take(open.range.clone(), Kind::Day);
        all.push(open);
    }
    all
}

/// "De 15 em diante".
fn open_number(words: &Words, today: Date) -> Option<Mention> {
    let at = (0..words.len()).find(|at| words.at(at + 1, "em|para diante|frente").is_some())?;
    let day = number(words.text(at)).and_then(|day| i8::try_from(day).ok())?;
    Some(one(at..at + 1, calendar::next_day_of_month(day, today)))
}

/// The 12 of "12 ou 13/03" and of "entre 15 e 20 de abril": of the month of what follows.
fn number_before(words: &Words, mention: &Mention) -> Option<Mention> {
    let Days::One(known) = mention.days else { return None };
    let at = mention.range.start.checked_sub(2)?;
    let digits = words.text(at).bytes().all(|byte| byte.is_ascii_digit());
    let spoken = words.text(mention.range.start);
    let numeric = spoken.starts_with(|c: char| c.is_ascii_digit());
    if !words.free(at)
        || !digits
        || !numeric
        || !matches!(words.text(at + 1), "e" | "ou" | "a" | "ate" | "ao")
    {
        return None;
    }
    let day = i8::try_from(number(words.text(at))?).ok()?;
    Some(one(at..at + 1, Some(Date::new(known.year(), known.month(), day).ok()?)))
}

/// The 17 of "dia 16 ou 17", the 13 of "sexta 13".
fn number_after(words: &Words, mention: &Mention, today: Date) -> Option<Mention> {
    let Days::One(known) = mention.days else { return None };
    let end = mention.range.end;
    let first = words.text(mention.range.start);
    if calendar::weekday(first).is_some() && mention.range.len() <= 2 {
        let (day, after) = number_at(words, end)?;
        let day = i8::try_from(day).ok()?;
        let date =
            calendar::next_day_of_month(day, today).filter(|date| date.weekday() == known.weekday())?;
        // "Quarta, 9 ou 10 da manhã".
        let other = words.at(after, "ou").and_then(|other| number_at(words, other));
        let is_hour = is_hour(words, after) || other.is_some_and(|(_, after)| is_hour(words, after));
        return if is_hour || !words.free(end) { None } else { Some(one(end..after, Some(date))) };
    }
    let by_number = matches!(first, "dia" | "dias") || number(first).is_some();
    let links = matches!(words.text(end), "e" | "ou" | "a" | "ate" | "ao");
    // "Dia 16, 17 ou 18" has a comma where another has an "ou".
    let listed =
        words.breaks(end - 1) && (number(words.text(end)).is_some()) && words.at(end + 1, "ou|e").is_some();
    let next = if listed { end } else { end + 1 };
    let (day, after) = number_at(words, next).filter(|_| by_number && (links || listed))?;
    if !words.free(next) || is_hour(words, after) {
        return None;
    }
    let day = i8::try_from(day).ok()?;
    let same_month = Date::new(known.year(), known.month(), day).ok().filter(|date| *date > known);
    Some(one(next..after, Some(same_month.or_else(|| calendar::next_day_of_month(day, today))?)))
}

/// Whether what follows a number makes it an hour.
fn is_hour(words: &Words, after: usize) -> bool {
    ["horas|h", "e meia|pouco|pouca|pouquinho", "da|de manha|tarde|noite"]
        .iter()
        .any(|unit| words.at(after, unit).is_some())
}

/// What two mentions are together, when they are together.
fn combine(words: &Words, first: &Mention, second: &Mention) -> Option<Mention> {
    if first.not != second.not {
        return None;
    }
    let gap = first.range.end..second.range.start;
    let mut between: Vec<&str> = gap.clone().map(|at| words.text(at)).collect();
    // "Quarta de manhã ou quinta de tarde".
    if let Some(or) = between.iter().position(|word| *word == "ou")
        && between
            .iter()
            .take(or)
            .all(|word| matches!(*word, "de" | "a" | "manha" | "tarde" | "noite" | "cedo"))
    {
        between.drain(..or);
    }
    let span = first.range.start..second.range.end;
    let loose = first.loose || second.loose;
    let invalid = first.invalid || second.invalid;
    let whole = |days: Days, invalid: bool| {
        Some(Mention { range: span.clone(), days, loose, invalid, not: first.not })
    };
    match (between.as_slice(), &first.days, &second.days) {
        ([] | ["dia" | "e"] | ["no" | "na", "dia"], Days::One(a), Days::One(b))
            if names_the_same(words, first, second) =>
        {
            if a == b || same_weekday(words, first, *b) {
                return whole(Days::One(*b), invalid);
            }
            whole(Days::AnyOf(vec![*b, *a]), true)
        }
        // "Segunda, terça ou quarta".
        ([], a, b) if words.breaks(first.range.end - 1) && all(a, b).is_some() => {
            whole(Days::AnyOf(all(a, b)?), invalid)
        }
        (["ou" | "e", rest @ ..], a, b) if small(rest) && either(words, first) => {
            whole(Days::AnyOf(all(a, b)?), invalid)
        }
        (["a" | "ate" | "e", rest @ ..], Days::One(a), Days::One(b)) if small(rest) => {
            whole(Days::Range(*a, later(words, second, *a, *b)?), invalid)
        }
        (["ao"] | ["ao", "dia"], Days::One(a), Days::One(b)) if a < b => whole(Days::Range(*a, *b), invalid),
        // "Semana que vem, na terça": that week's.
        (rest, Days::Range(from, to), Days::One(day)) if leads_on(rest) && is_named(words, second) => {
            whole(Days::One(weekday_in(*day, *from, *to)?), invalid)
        }
        ([] | ["de" | "em"], Days::Range(..), Days::One(b)) | ([], Days::One(b), Days::Range(..)) => {
            whole(Days::One(*b), invalid)
        }
        ([], Days::One(a), Days::AnyOf(_)) => whole(Days::One(*a), invalid),
        _ => None,
    }
}

/// "De segunda a quinta", said on a Wednesday, ends in next week too.
fn later(words: &Words, mention: &Mention, first: Date, last: Date) -> Option<Date> {
    let weekday = calendar::weekday(words.text(mention.range.start)).is_some();
    let last = if weekday && last < first { last.saturating_add(7.days()) } else { last };
    (first < last).then_some(last)
}

/// Whether a mention is a weekday by its name.
fn is_named(words: &Words, mention: &Mention) -> bool {
    calendar::weekday(words.text(mention.range.start)).is_some()
}

/// The same weekday, in the weeks that are spoken of; `None` when it is not in them.
fn weekday_in(day: Date, from: Date, to: Date) -> Option<Date> {
    let later = (0..=6).map(|weeks| day.saturating_add((weeks * 7).days()));
    later.skip_while(|day| *day < from).take_while(|day| *day <= to).next()
}

/// Words that lead from a week to one of its days.
fn leads_on(words: &[&str]) -> bool {
    words.iter().all(|word| {
        matches!(
            *word,
            "na" | "no" | "de" | "em" | "a" | "pode" | "ser" | "talvez" | "tipo" | "numa" | "num" | "uma"
        )
    })
}

/// A weekday beside a date says the day once more.
fn names_the_same(words: &Words, first: &Mention, second: &Mention) -> bool {
    let is_weekday = |mention: &Mention| calendar::weekday(words.text(mention.range.start)).is_some();
    let relative = matches!(words.text(first.range.start), "hoje" | "amanha" | "depois");
    let together = words.text(first.range.end) != "e";
    together && ((is_weekday(first) != is_weekday(second)) || relative)
}

fn same_weekday(words: &Words, first: &Mention, date: Date) -> bool {
    calendar::weekday(words.text(first.range.start)) == Some(date.weekday())
}

/// Only small words: "na segunda ou na terça", not "hoje e marca pra quinta".
fn small(words: &[&str]) -> bool {
    words
        .iter()
        .all(|word| matches!(*word, "na" | "no" | "dia" | "de" | "a" | "o" | "em" | "ate" | "talvez" | "ou"))
}

/// "Entre segunda e quarta" is a range although it says "e".
fn either(words: &Words, first: &Mention) -> bool {
    let start = first.range.start;
    !(matches!(words.before(start, 1), "entre") || words.before(start, 2) == "entre")
}

fn all(first: &Days, second: &Days) -> Option<Vec<Date>> {
    let days = |days: &Days| match days {
        Days::One(day) => Some(vec![*day]),
        Days::AnyOf(days) => Some(days.clone()),
        _ => None,
    };
    Some([days(first)?, days(second)?].concat())
}

/// Past the small words before a mention: the place of the word that matters.
fn lead(words: &Words, start: usize) -> usize {
    const SMALL: [&str; 15] =
        ["o", "a", "os", "as", "de", "do", "da", "dia", "no", "na", "essa", "esta", "proxima", "em", "para"];
    let mut at = start;
    // The "da" of "não dá na sexta" is a verb.
    while at > 0 && SMALL.contains(&words.before(at, 1)) && words.before(at, 2) != "nao" {
        at -= 1;
    }
    at
}

/// "A partir de", "depois de", "até", "antes de", "em diante".
fn bounded(words: &Words, mention: Mention, today: Date) -> Mention {
    let (Some(first), Some(last)) = ends(&mention.days) else { return mention };
    let after = mention.range.end;
    let open = words.at(after, "em|para diante|frente").is_some();
    let start = lead(words, mention.range.start);
    let from_on = words.before(start, 1) == "partir" || open;
    let days = match words.before(start, 1) {
        _ if from_on => Days::From(first),
        "depois" | "apos" => Days::From(last.saturating_add(1.day())),
        "ate" => Days::Range(today, last),
        "antes" => Days::Range(today, first.saturating_sub(1.day())),
        _ => return mention,
    };
    Mention { days, ..mention }
}

fn ends(days: &Days) -> (Option<Date>, Option<Date>) {
    match days {
        Days::One(day) => (Some(*day), Some(*day)),
        Days::Range(first, last) => (Some(*first), Some(*last)),
        Days::AnyOf(days) => (days.iter().min().copied(), days.iter().max().copied()),
        Days::Unsaid | Days::From(_) => (None, None),
    }
}

/// "Menos quinta", "não pode ser sexta", "sexta não posso".
fn is_excluded(words: &Words, mention: &Mention) -> bool {
    const BEFORE: [&str; 8] = [
        "menos|exceto|fora|tirando",
        "sem ser",
        "nao pode ser",
        "nao quero|posso|consigo|da|e|vou|serve|gosto",
        "nao de|na|no|dia",
        "nao quero que seja",
        "nao vai dar",
        "nao tenho como",
    ];
    // "Sem ser essa sexta, a outra" means the other.
    let week = words.text(mention.range.end.saturating_sub(1)) == "semana";
    if words.any(&["a|na outra"]) && !week {
        return false;
    }
    let start = lead(words, mention.range.start);
    let led = BEFORE.iter().any(|pattern| {
        let length = pattern.split(' ').count();
        let from = start.checked_sub(length);
        // "Não, é dia 13" denies something else.
        from.is_some_and(|from| words.at(from, pattern) == Some(start) && !words.breaks(from))
    });
    let corrected =
        start >= 2 && words.before(start, 1) == "nao" && words.breaks(start - 2) && !words.breaks(start - 1);
    let led = led || corrected;
    let end = mention.range.end;
    let followed = words.text(end) == "nao"
        && (!words.breaks(end - 1))
        && (words.breaks(end)
            || end + 1 == words.len()
            || words
                .at(end + 1, "posso|consigo|da|vai|pode|quero|serve|tenho|rola|dou|estou|trabalho*|que|porque|pois|moca")
                .is_some());
    let bad = ["e|fica|seria", "para mim e|fica"].iter().any(|lead| {
        words
            .at(end, lead)
            .is_some_and(|after| words.at(after, "ruim|dificil|complicado|pessimo|horrivel").is_some())
    });
    let busy = words.at(end, "eu trabalho|viajo|estudo|nao").is_some();
    // "Mas segunda eu faço fisio".
    let taken = words.before(start, 1) == "mas"
        && words.at(end, "eu|ja|sempre faco|tenho|vou|levo|busco|cuido|estou|trabalho|estudo").is_some();
    led || followed || bad || taken || (busy && words.any(&["nao .. posso|consigo|da", "eu nao"]))
}
