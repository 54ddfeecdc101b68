//! Several things in one message: "uma com o dr Marco e outra com a dra Tânia", "pra mim e pro meu filho", "quarta de manhã ou quinta à tarde".
//! Each part is read by itself.

use super::given_names::is_given;
use super::people::names_kin;
use super::words::{Kind, Words};

/// Of a longer message nobody can say which part speaks of what, and whoever sends one must not make it read over and over.
const MOST_WORDS: usize = 120;

/// The parts that each speak of a visit of their own; none when the message speaks of one.
pub(super) fn visits(words: &Words) -> Vec<Words> {
    cut(words, |at| begins_another(words, at))
}

/// The two halves of "quarta de manhã ou quinta à tarde"; `None` where not each of them has a day and an hour.
pub(super) fn alternatives(words: &Words) -> Option<(Words, Words)> {
    let at = (1..words.len()).find(|at| words.text(*at) == "ou")?;
    let holds =
        |kind, range: std::ops::Range<usize>| range.into_iter().any(|at| words.kind(at) == Some(kind));
    let whole = |range: std::ops::Range<usize>| holds(Kind::Day, range.clone()) && holds(Kind::Hour, range);
    (whole(0..at) && whole(at + 1..words.len())).then(|| (words.part(0..at), words.part(at + 1..words.len())))
}

/// The parts of a longer message, each of which may ask something: "atende Unimed, onde fica e quanto custa?"
pub(super) fn clauses(words: &Words) -> Vec<Words> {
    const ASKING: &str = "qual|quais|quanto|onde|como|se|tem|aceita|atende|voce|que";
    cut(words, |at| words.breaks(at - 1) || (words.text(at) == "e" && words.at(at + 1, ASKING).is_some()))
}

/// The parts from each place that begins one to the next; none when there is no such place.
fn cut(words: &Words, begins: impl Fn(usize) -> bool) -> Vec<Words> {
    if words.len() > MOST_WORDS {
        return Vec::new();
    }
    let starts: Vec<usize> = (1..words.len()).filter(|at| begins(*at)).collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let ends = starts.iter().copied().chain([words.len()]);
    let starts = std::iter::once(0).chain(starts.iter().copied());
    starts.zip(ends).map(|(start, end)| words.part(start..end)).collect()
}

/// What is wanted, and what only if that can't be: "amanhã às 9, senão sexta".
pub(super) fn otherwise(words: &Words) -> Option<(Words, Words)> {
    const OTHERWISE: [&str; 3] = [
        "se nao tiver|der|puder|houver|for|conseguir pode ser",
        "se nao tiver|der|puder|houver|for|conseguir",
        "senao",
    ];
    let (at, end) = (1..words.len())
        .find_map(|at| OTHERWISE.iter().find_map(|phrase| Some((at, words.at(at, phrase)?))))?;
    let names_a_day =
        |range: std::ops::Range<usize>| range.into_iter().any(|at| words.kind(at) == Some(Kind::Day));
    (names_a_day(0..at) && names_a_day(end..words.len()))
        .then(|| (words.part(0..at), words.part(end..words.len())))
}

/// "E outra com…", "e pro meu filho", "e pra Ana", "e com a dra Tânia", after something that speaks of a first visit.
fn begins_another(words: &Words, at: usize) -> bool {
    // "É pro meu filho" begins nothing; without its accent it is told apart by what goes before.
    let and = words.text(at - 1) == "e" && words.raw(at - 1).eq_ignore_ascii_case("e");
    let led = and || words.breaks(at - 1);
    led && (is_another(words, at) || is_for_another(words, at, and) || is_with_another(words, at))
}

fn is_another(words: &Words, at: usize) -> bool {
    const ONE: &str = "uma|um com|para|na|no|de|as|amanha|hoje";
    const OTHER: &str = "outra|outro com|para|na|no|de|as|amanha|hoje";
    let before = |patterns: &[&str]| words.part(0..at).any(patterns);
    let other = words.at(at, OTHER).is_some() && before(&[ONE, "duas|dois|2 consultas|horarios"]);
    other || (words.at(at, ONE).is_some() && before(&[ONE]))
}

/// Whether somebody is meant from here on, and somebody else was before.
fn is_for_another(words: &Words, at: usize, and: bool) -> bool {
    // "Pro João, meu filho" is one.
    let apart = and || words.text(at) == "para";
    apart
        && names_somebody(words, at)
        && (0..at).any(|at| names_somebody(words, at))
        && !words.any(&["nao .. para mim|eu|ele|ela", "nao e para"])
}

fn names_somebody(words: &Words, at: usize) -> bool {
    let led = words.text(at) == "para";
    let who = at + usize::from(led);
    let writer = led && matches!(words.text(who), "mim" | "eu");
    let given = who + usize::from(matches!(words.text(who), "o" | "a"));
    // "Minha mãe" alone is whoever it is for only after one that was.
    let kin = matches!(words.text(who), "meu" | "minha") && names_kin(words, who + 1);
    writer || kin || (led && is_given(words.text(given)) && words.kind(given) != Some(Kind::Professional))
}

/// "Com o dr Marco e com a dra Tânia": both, and not one or the other.
fn is_with_another(words: &Words, at: usize) -> bool {
    const WITH: &str = "com .. @medico";
    words.before(at, 1) == "e" && words.at(at, WITH).is_some() && words.part_as_read(0..at).any(&[WITH])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_one_can_follow_is_taken_apart() {
        let parts = |text: &str| (visits(&Words::of(text)).len(), clauses(&Words::of(text)).len());
        assert_eq!(parts("uma com o marco e outra com a tania").0, 2);
        assert_eq!(parts("quanto custa, e onde fica?").1, 2);
        assert_eq!(parts(&"pra mim e pra ana, ".repeat(40)), (0, 0));
    }
}
