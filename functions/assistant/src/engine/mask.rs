//! What must not leave: numbers that name a person, addresses, and more of a name than the first.

/// Digits from which on a number may be a phone or a document; a date has eight only with slashes, which part numbers here.
const PERSONAL: usize = 8;

/// The text without phones, CPF, CNS and e-mail addresses, and with the first names only of `people`.
pub(super) fn mask(text: &str, people: &[String]) -> String {
    let mut text = text.to_owned();
    for nome in people {
        let first = nome.split(' ').next().unwrap_or_default();
        if first.len() < nome.len() {
            text = text.replace(nome.as_str(), first).replace(&nome.to_lowercase(), &first.to_lowercase());
        }
    }
    let text: Vec<&str> = text
        .split_inclusive(char::is_whitespace)
        .flat_map(|word| {
            let bare = word.trim_end();
            let (bare, rest) = word.split_at(bare.len());
            [if bare.contains('@') { "[e-mail]" } else { bare }, rest]
        })
        .collect();
    numbers(&text.concat())
}

fn numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars() {
        if c.is_ascii_digit()
            || (!run.is_empty() && " .-()+".contains(c))
            || (run.is_empty() && "+(".contains(c))
        {
            run.push(c);
            continue;
        }
        flush(&mut out, &mut run);
        out.push(c);
    }
    flush(&mut out, &mut run);
    out
}

fn flush(out: &mut String, run: &mut String) {
    if run.chars().filter(char::is_ascii_digit).count() < PERSONAL {
        out.push_str(run);
    } else {
        let end = run.trim_end_matches([' ', '.', '-', '(', '+']).len();
        out.push_str("[número]");
        out.push_str(run.get(end..).unwrap_or_default());
    }
    run.clear();
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
        ] {
            assert_eq!(mask(text, &people), masked);
        }
    }
}
