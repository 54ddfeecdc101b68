//! Whom: professionals by name or specialty, with a typo or without the accent, and the name a person gives as theirs.

use shared::id::MedicoId;

use super::normalize::{alike, words};

/// The professionals a message speaks of: those named, else those of a specialty.
pub(super) fn medicos(said: &[String], medicos: &[(MedicoId, String, Option<String>)]) -> Vec<MedicoId> {
    let speaks_of = |name: &str| {
        words(name).iter().filter(|part| part.len() > 2).any(|part| said.iter().any(|word| alike(word, part)))
    };
    let named: Vec<_> = medicos.iter().filter(|(_, name, _)| speaks_of(name)).map(|(id, ..)| *id).collect();
    if !named.is_empty() {
        return named;
    }
    let stem = |word: &str| word.chars().take(6).collect::<String>();
    let treats = |specialty: &str| {
        words(specialty).iter().filter(|part| part.len() > 4).any(|part| {
            said.iter().any(|word| word.len() > 4 && (alike(word, part) || stem(word) == stem(part)))
        })
    };
    medicos
        .iter()
        .filter(|(_, _, specialty)| specialty.as_deref().is_some_and(treats))
        .map(|(id, ..)| *id)
        .collect()
}

/// "meu nome é Ana Lima", "me chamo …", "é para a minha filha, a Domingas" is not read: the dialogue asks.
pub(super) fn introduced(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let lead = ["meu nome é ", "meu nome e ", "me chamo ", "aqui é a ", "aqui é o ", "aqui quem fala é "];
    let at = lead.iter().find_map(|lead| lower.find(lead).map(|at| at + lead.len()))?;
    let rest = text.get(at..)?;
    let end = rest.find([',', '.', '!', '?', '\n']).unwrap_or(rest.len());
    let name: Vec<&str> =
        rest.get(..end)?.split_whitespace().take_while(|word| starts_like_a_name(word)).collect();
    (!name.is_empty()).then(|| name.join(" "))
}

fn starts_like_a_name(word: &str) -> bool {
    matches!(word, "da" | "de" | "do" | "das" | "dos" | "e")
        || word.chars().next().is_some_and(char::is_uppercase)
}
