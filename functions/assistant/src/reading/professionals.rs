//! With whom. A title or "com" before a name lets slips of the key through; without them only the name itself counts.

use shared::id::MedicoId;

use super::spelling::within;
use super::words::{Kind, Words};

/// Words after a title that are no name.
const NO_NAMES: [&str; 33] = [
    "que", "de", "da", "do", "pode", "me", "esta", "para", "atende", "tem", "e", "ou", "por", "hoje",
    "amanha", "mesmo", "ai", "ja", "vai", "disse", "pediu", "falou", "passou", "mandou", "nao", "no", "na",
    "quando", "se", "a", "o", "um", "uma",
];

/// Who is named, and which of the clinic's professionals that is.
pub(super) fn read(
    words: &mut Words,
    medicos: &[(MedicoId, String, Option<String>)],
) -> (Option<String>, Vec<MedicoId>) {
    let mut found = (None, Vec::new());
    for at in 0..words.len() {
        let titled = words.before(at, 1) == "dr";
        if !words.free(at) || words.text(at) == "dr" {
            continue;
        }
        let ids = named(words, at, medicos, slack(words, at, titled));
        if !ids.is_empty() {
            let name = part_of(words, at, medicos).unwrap_or_else(|| words.text(at).to_owned());
            words.take(at..at + 1, Kind::Professional);
            if !denied(words, at) {
                found = (Some(name), ids);
            }
        } else if titled
            && found.0.is_none()
            && !NO_NAMES.contains(&words.text(at))
            && is_word(words.text(at))
        {
            // Somebody this clinic does not have: the dialogue can say so.
            found = (Some(words.text(at).to_owned()), Vec::new());
            words.take(at..at + 1, Kind::Professional);
        }
    }
    found
}

fn is_word(word: &str) -> bool {
    word.len() > 2 && word.chars().all(char::is_alphabetic)
}

/// How many slips are let through; `None` when a name here is not spoken of at all.
fn slack(words: &Words, at: usize, titled: bool) -> Option<usize> {
    let word = words.text(at);
    let with = words.before(at, 1) == "com"
        || (matches!(words.before(at, 1), "a" | "o") && words.before(at, 2) == "com");
    let pointed = matches!(
        words.before(at, 1),
        "o" | "a" | "do" | "da" | "pelo" | "pela" | "para" | "medico" | "e" | "ou" | "no" | "na"
    );
    match () {
        () if titled && word.len() >= 4 => Some(1 + usize::from(word.len() > 6)),
        () if with && word.len() >= 5 => Some(1),
        () if titled || with || pointed || words.len() <= 2 => Some(0),
        () if words.raw(at).starts_with(char::is_uppercase) => Some(0),
        // "Marcar marco amanhã", "tania amanhã 8h".
        () if words.kind(at + 1) == Some(Kind::Day) => Some(0),
        () if matches!(words.before(at, 1), "marcar" | "marca" | "agendar" | "agenda")
            && words.len() > at + 1 =>
        {
            Some(0)
        }
        // "Amanhã 8h marco".
        () if words.kind(at.wrapping_sub(1)) == Some(Kind::Day) || is_clock(words.before(at, 1)) => Some(0),
        () => None,
    }
}

fn is_clock(word: &str) -> bool {
    word == "horas" || (word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(['h', ':']))
}

fn named(
    words: &Words,
    at: usize,
    medicos: &[(MedicoId, String, Option<String>)],
    slack: Option<usize>,
) -> Vec<MedicoId> {
    let Some(slack) = slack else { return Vec::new() };
    let word = words.text(at);
    let is = |part: &str| part == word || (slack > 0 && part.len() >= 4 && within(word, part, slack));
    let mut exact: Vec<MedicoId> = Vec::new();
    let mut near: Vec<MedicoId> = Vec::new();
    for (id, name, _) in medicos {
        let parts = name_parts(name);
        if parts.iter().any(|part| part == word) {
            exact.push(*id);
        } else if parts.iter().any(|part| is(part)) {
            near.push(*id);
        }
    }
    if exact.is_empty() { near } else { exact }
}

/// The name as the clinic writes it, for a word with a slip in it.
fn part_of(words: &Words, at: usize, medicos: &[(MedicoId, String, Option<String>)]) -> Option<String> {
    let word = words.text(at);
    let parts = || medicos.iter().flat_map(|(_, name, _)| name_parts(name));
    parts().find(|part| part == word).or_else(|| parts().find(|part| within(word, part, 2)))
}

/// The parts of a name that name somebody: no titles, no "da".
fn name_parts(name: &str) -> Vec<String> {
    let words = Words::of(name);
    let parts = words.list().iter().map(|word| word.text.clone());
    parts.filter(|part| part.len() > 2 && !matches!(part.as_str(), "dos" | "das" | "sra")).collect()
}

/// "Não com o dr Marco", "sem ser a Tânia".
fn denied(words: &Words, at: usize) -> bool {
    let start = (0..4)
        .filter_map(|back| at.checked_sub(back))
        .take_while(|at| *at > 0)
        .find(|start| !matches!(words.before(*start, 1), "dr" | "o" | "a" | "com"));
    let start = start.unwrap_or(0);
    let said = |places: usize| words.before(start, places);
    (said(1) == "nao" && !words.breaks(start - 1))
        || (said(2) == "nao" && matches!(said(1), "e" | "quero" | "era"))
        || (said(2) == "sem" && said(1) == "ser")
        || said(1) == "menos"
}
