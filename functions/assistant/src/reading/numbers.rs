//! Numbers in digits and in words: "12", "doze", "vinte e três".

use super::words::Words;

const UNITS: [&str; 20] = [
    "zero",
    "um",
    "dois",
    "tres",
    "quatro",
    "cinco",
    "seis",
    "sete",
    "oito",
    "nove",
    "dez",
    "onze",
    "doze",
    "treze",
    "catorze",
    "quinze",
    "dezesseis",
    "dezessete",
    "dezoito",
    "dezenove",
];
const TENS: [(&str, i32); 5] =
    [("vinte", 20), ("trinta", 30), ("quarenta", 40), ("cinquenta", 50), ("sessenta", 60)];

/// The number that one word is.
pub(super) fn number(word: &str) -> Option<i32> {
    if word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok();
    }
    let word = match word {
        "uma" => "um",
        "duas" => "dois",
        "quatorze" => "catorze",
        "dezaseis" => "dezesseis",
        other => other,
    };
    let unit = UNITS.iter().position(|unit| *unit == word).and_then(|at| i32::try_from(at).ok());
    unit.or_else(|| TENS.iter().find(|(ten, _)| *ten == word).map(|(_, value)| *value))
}

/// The number that begins at a place, and where it ends: "vinte e três" is one.
pub(super) fn number_at(words: &Words, at: usize) -> Option<(i32, usize)> {
    let first = number(words.text(at))?;
    let is_ten = TENS.iter().any(|(ten, _)| *ten == words.text(at));
    if is_ten
        && words.text(at + 1) == "e"
        && let Some(unit) = number(words.text(at + 2)).filter(|unit| (1..=9).contains(unit))
        && !words.text(at + 2).starts_with(|c: char| c.is_ascii_digit())
    {
        return Some((first + unit, at + 3));
    }
    Some((first, at + 1))
}

/// The number of an ordinal: "primeiro", "2ª", "último" as -1.
pub(super) fn ordinal(word: &str) -> Option<i32> {
    const STEMS: [&str; 10] =
        ["primeir", "segund", "terceir", "quart", "quint", "sext", "setim", "oitav", "non", "decim"];
    if matches!(word, "ultimo" | "ultima") {
        return Some(-1);
    }
    if let Some(digits) = word.strip_suffix(['º', 'ª']) {
        return digits.parse().ok();
    }
    let stem = word.strip_suffix(['o', 'a'])?;
    STEMS.iter().position(|known| *known == stem).and_then(|at| i32::try_from(at + 1).ok())
}
