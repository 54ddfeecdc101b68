//! What must not leave: numbers that name a person, addresses, and more of a name than the first.

use shared::domain::letras::plain;

use super::numbers;

/// The text without phones, CPF, CNS and e-mail addresses, and with the first names only of `people`.
pub(super) fn mask(text: &str, people: &[String]) -> String {
    let text = people.iter().fold(text.to_owned(), |text, nome| {
        text.split_inclusive('\n').map(|line| first_names(line, nome)).collect::<String>()
    });
    let text: Vec<&str> = text
        .split_inclusive(char::is_whitespace)
        .flat_map(|word| {
            let bare = word.trim_end();
            let (bare, rest) = word.split_at(bare.len());
            [if bare.contains('@') { "[e-mail]" } else { bare }, rest]
        })
        .collect();
    numbers::masked(&text.concat())
}

/// A line with the further names left out wherever two or more words of a person's name stand together, however they are written: "Joana P.
/// Lima", "JOANA LIMA", "Lima, Joana". One by itself stays, for it may be a professional's.
fn first_names(line: &str, nome: &str) -> String {
    let parts: Vec<String> = nome.split_whitespace().map(bare).collect();
    let Some(first) = parts.first() else { return line.to_owned() };
    // Of two letters and more; "de" and "P." belong to a name only inside one.
    let is_name = |word: &str| word.len() > 2 && parts.iter().any(|part| part == word);
    let is_link = |word: &str| matches!(word, "de" | "da" | "do" | "dos" | "das" | "e") || word.len() == 1;
    let words: Vec<&str> = line.split_inclusive(char::is_whitespace).collect();
    let plain: Vec<String> = words.iter().map(|word| bare(word)).collect();
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let run = plain.iter().skip(at).take_while(|word| is_name(word) || is_link(word)).count();
        let run = plain.iter().skip(at).take(run).rposition(|word| is_name(word)).map_or(0, |last| last + 1);
        let names = plain.iter().skip(at).take(run).filter(|word| is_name(word)).count();
        if names < 2 || !plain.get(at).is_some_and(|word| is_name(word)) {
            out.push_str(word);
            at += 1;
            continue;
        }
        let kept = (at..at + run).find(|place| plain.get(*place) == Some(first));
        out.push_str(
            kept.and_then(|place| words.get(place))
                .map_or("[nome]", |word| word.trim_end().trim_end_matches(',')),
        );
        let last = words.get(at + run - 1).copied().unwrap_or_default();
        let end = last.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        out.push_str(last.get(end..).unwrap_or_default());
        at += run;
    }
    out
}

/// A word as it is compared.
fn bare(word: &str) -> String {
    plain(word).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_person_is_taken_out() {
        let people = ["Joana Pereira Lima".to_owned()];
        for (text, masked) in [
            ("meu zap é (11) 98888-7777, tá", "meu zap é [número], tá"),
            ("+55 11 98888 7777", "[número]"),
            ("cpf 123.456.789-09 ok", "cpf [número] ok"),
            ("escreve pra ana@exemplo.com por favor", "escreve pra [e-mail] por favor"),
            ("dia 01/12/2026 às 09:30", "dia 01/12/2026 às 09:30"),
            ("a consulta custa R$ 1.250,00?", "a consulta custa R$ 1.250,00?"),
            ("👤 Joana Pereira Lima\njoana pereira lima", "👤 Joana\njoana"),
            ("cartão 898001160660761.", "cartão [número]."),
            ("é pra JOANA LIMA, tá?", "é pra JOANA, tá?"),
            ("Joana P. Lima quer marcar", "Joana quer marcar"),
            ("Lima, Joana", "Joana"),
            ("sou a Joana de Pereira e Lima.", "sou a Joana."),
            ("a ficha da Pereira Lima", "a ficha da [nome]"),
            ("com o dr. Lima, pra Joana", "com o dr. Lima, pra Joana"),
            ("joána pereira", "joána"),
        ] {
            assert_eq!(mask(text, &people), masked);
        }
    }
}
