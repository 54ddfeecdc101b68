//! The number of an option: "2", "opção 3", "o primeiro", "a última".

use super::numbers::{number_at, ordinal};
use super::words::Words;

/// What may stand around the number of a choice.
const AROUND: [&str; 73] = [
    "gentileza",
    "lista",
    "fechar",
    "verdade",
    "melhor",
    "alias",
    "moca",
    "opcao",
    "opcoes",
    "numero",
    "num",
    "nº",
    "a",
    "o",
    "de",
    "do",
    "da",
    "essa",
    "esse",
    "quero",
    "queria",
    "prefiro",
    "vou",
    "fico",
    "com",
    "pode",
    "ser",
    "escolho",
    "horario",
    "por",
    "favor",
    "item",
    "eu",
    "sim",
    "mesmo",
    "data",
    "no",
    "na",
    "marca",
    "seria",
    "e",
    "fica",
    "alternativa",
    "dia",
    "letra",
    "resposta",
    "nao",
    "entao",
    "querer",
    "esta",
    "otimo",
    "otima",
    "bom",
    "boa",
    "perfeito",
    "perfeita",
    "beleza",
    "ok",
    "ai",
    "que",
    "voce",
    "falou",
    "disse",
    "mandou",
    "passou",
    "mostrou",
    "aqui",
    "serve",
    "obrigado",
    "este",
    "esta",
    "mim",
    "para",
];

/// "O de baixo", "esse de cima", "o penúltimo": where it stands in the list.
fn by_place(words: &Words) -> Option<i32> {
    const PLACES: [(&str, i32); 3] = [("de baixo", -1), ("de cima", 1), ("penultimo|penultima", -2)];
    PLACES.iter().find_map(|(place, value)| {
        let found = words.find(place)?;
        let only = (0..words.len()).all(|at| found.contains(&at) || AROUND.contains(&words.text(at)));
        only.then_some(*value)
    })
}

/// Reads the option; only of a message that says little else.
pub(super) fn read(words: &Words) -> Option<i32> {
    if let Some(place) = by_place(words) {
        return Some(place);
    }
    let by_name = words.find("opcao|alternativa|item").is_some();
    let mut found = None;
    let mut at = 0;
    while at < words.len() {
        let (value, end) = match (ordinal(words.text(at)), number_at(words, at)) {
            (Some(value), _) => (value, at + 1),
            (None, Some((value, end))) => (value, end),
            (None, None) if AROUND.contains(&words.text(at)) => {
                at += 1;
                continue;
            }
            _ => return None,
        };
        // An hour or a day was read there; "a segunda" is both, "segunda" alone is the day.
        let article = matches!(words.before(at, 1), "a" | "o") || by_name;
        let dated = !words.free(at) && (!article || ordinal(words.text(at)).is_none());
        let weekday_alone =
            matches!(words.text(at), "segunda" | "terca" | "quarta" | "quinta" | "sexta") && !article;
        let article_of_number = matches!(words.text(at), "um" | "uma") && words.len() > 1 && !by_name;
        if found.is_some() || dated || weekday_alone || article_of_number {
            return None;
        }
        found = Some(value);
        at = end;
    }
    found.filter(|value| *value < 0 || (1..=31).contains(value))
}
