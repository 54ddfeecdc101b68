//! Names with the words people use for them. One table per subject; [`find`] is the only reader.

use std::ops::Range;

use super::given_names::is_given;
use super::spelling::alike;
use super::words::{Words, plain};

/// A canonical name and what people say for it, apart by `|`. A single word also matches with a slip of the key, when it is long enough.
pub(super) type Entry = (&'static str, &'static str);

/// The first entry spoken of, and its words; one that is denied ("não é unimed, é bradesco") only when there is no other. What is longer
/// goes first, so that "clínico geral" is not "geral".
pub(super) fn find(words: &Words, table: &[Entry]) -> Option<(&'static str, Range<usize>)> {
    // "Neurologista" is a slip away from "nefrologista": what is written right goes before slips.
    let exactly = |word: &str, part: &str| word == part || (is_link(word) && is_link(part));
    // Bruno Castro has nothing to do with "gastro".
    let of_a_name =
        |at: usize| is_given(words.before(at, 1)) && words.raw(at).starts_with(char::is_uppercase);
    let here = |at| {
        let slip = || if of_a_name(at) { None } else { longest(words, at, table, nearly) };
        longest(words, at, table, exactly).or_else(slip)
    };
    let mut found = (0..words.len()).filter_map(here);
    let first = found.next()?;
    let denied = (1..=2).any(|places| words.before(first.1.start, places) == "nao");
    let other = if denied { found.find(|(name, _)| *name != first.0) } else { None };
    Some(other.unwrap_or(first))
}

/// Another entry that is spoken of beside one.
pub(super) fn find_beside(
    words: &Words,
    table: &[Entry],
    name: &str,
) -> Option<(&'static str, Range<usize>)> {
    let exactly = |word: &str, part: &str| word == part || (is_link(word) && is_link(part));
    let here = |at| longest(words, at, table, exactly);
    (0..words.len()).filter_map(here).find(|(other, _)| *other != name)
}

/// "Médico de pele", "da pele", "para pele".
fn is_link(word: &str) -> bool {
    matches!(word, "de" | "da" | "do" | "das" | "dos" | "para")
}

/// "Clínica" is the place, although a slip away from "clínico"; "pronto" is not "procto".
fn nearly(word: &str, part: &str) -> bool {
    !matches!(word, "clinica" | "pronto" | "pronta" | "canais") && alike(word, part)
}

type Same = fn(&str, &str) -> bool;

fn longest(words: &Words, at: usize, table: &[Entry], same: Same) -> Option<(&'static str, Range<usize>)> {
    let length = |said: &str| said.split('|').filter_map(|phrase| phrase_at(words, at, phrase, same)).max();
    let here = table.iter().filter_map(|(name, said)| Some((*name, length(said)?)));
    here.max_by_key(|(_, length)| *length).map(|(name, length)| (name, at..at + length))
}

fn phrase_at(words: &Words, at: usize, phrase: &str, same: Same) -> Option<usize> {
    let mut length = 0;
    for part in phrase.split(' ') {
        let here = at + length;
        let fits = match part.strip_suffix('*') {
            Some(start) => words.text(here).starts_with(start),
            None => same(words.text(here), part),
        };
        if !words.free(here) || !fits {
            return None;
        }
        length += 1;
        // "Médico pra minha coluna".
        let owned = ["minha", "meu", "a", "o", "os", "as"].contains(&words.text(at + length));
        length += usize::from(owned && is_link(part));
    }
    Some(length)
}

/// The canonical name of a name a clinic wrote ("Unimed Uberlândia" → "unimed"); the plain name when the table does not know it.
pub(super) fn canonical(name: &str, table: &[Entry]) -> String {
    find(&Words::of(name), table).map_or_else(|| plain(name), |(name, _)| name.to_owned())
}

/// The name of the clinic's own list spoken of: all its longer words, in any order.
pub(super) fn of_clinic(words: &Words, names: &[String]) -> Option<String> {
    let spoken = |name: &&String| {
        let parts = Words::of(name);
        let mut long = parts.list().iter().filter(|part| part.text.len() > 3).peekable();
        long.peek().is_some()
            && long.all(|part| words.list().iter().any(|word| alike(&word.text, &part.text)))
    };
    names.iter().find(spoken).map(|name| plain(name))
}
