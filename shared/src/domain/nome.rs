//! Names of people, as they gave them.

use std::fmt;

/// A name: 2 to 120 characters, at least one letter, no invisible tricks.
#[derive(Clone, PartialEq, Eq)]
pub struct Nome(String);

/// The text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name")]
pub struct NomeError;

impl Nome {
    /// Reads a name; outer and repeated spaces go.
    ///
    /// # Errors
    /// When it is too short or too long, has no letter, or holds control, direction or zero-width characters.
    pub fn parse(text: &str) -> Result<Self, NomeError> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = name.chars().count();
        let fits = (2..=120).contains(&length) && name.chars().any(char::is_alphabetic);
        if fits && !name.chars().any(is_trick) { Ok(Self(name)) } else { Err(NomeError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// "Maria" of "Maria Souza": how a message greets.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// "Maria S." of "Maria Aparecida de Souza": what is told of a patient where the whole name is nobody's business.
pub fn short_name(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    let initial = words.next_back().and_then(|last| last.chars().find(|c| c.is_alphabetic()));
    match initial {
        Some(initial) => format!("{first} {}.", initial.to_uppercase()),
        None => first.to_owned(),
    }
}

/// Characters that change how the text around them looks.
fn is_trick(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl fmt::Debug for Nome {
    /// Never the name: it ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nome(…)")
    }
}

/// A name as it is told where it would be trusted: whoever books may write an address of the web for theirs.
pub fn without_links(nome: &str) -> String {
    let kept = |c: char| c.is_alphabetic() || matches!(c, '\'' | '-');
    let letters: String = nome.chars().map(|c| if kept(c) { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The most of a clinic's name that a letter says.
const LONGEST_IN_A_LETTER: usize = 80;

/// A clinic's name in a letter to an address that never asked for one. A clinic calls itself what it likes, and the letter leaves in the platform's name.
pub fn in_a_letter(clinica: &str) -> String {
    let said: String = without_links(clinica).chars().take(LONGEST_IN_A_LETTER).collect();
    if said.is_empty() { "uma clínica".to_owned() } else { said.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_given_but_for_spaces() {
        assert_eq!(Nome::parse("  Joana   D'Arc da Silva ").unwrap().as_str(), "Joana D'Arc da Silva");
        for text in ["", "A", "123", "a\u{202e}b", "a\u{0}b", "🙂🙂"] {
            assert!(Nome::parse(text).is_err(), "{text:?}");
        }
        assert!(Nome::parse(&"a".repeat(121)).is_err());
    }

    #[test]
    fn of_a_name_there_is_the_first_and_an_initial() {
        for (name, short) in [
            ("Maria Souza", "Maria S."),
            ("  Maria   Aparecida de souza ", "Maria S."),
            ("Maria", "Maria"),
            ("João D'Ávila", "João D."),
            ("Ana Élida", "Ana É."),
            ("Ana (mãe)", "Ana M."),
            ("Ana 2", "Ana"),
            ("", ""),
        ] {
            assert_eq!(short_name(name), short, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_an_address_is_told_as_words() {
        assert_eq!(without_links("Entre em https://x.com.br/a"), "Entre em https x com br a");
        assert_eq!(without_links("Maria S. d'Ávila-Reis"), "Maria S d'Ávila-Reis");
        assert_eq!(in_a_letter("Clínica Sol"), "Clínica Sol");
        assert_eq!(in_a_letter("Pague em evil.com,já (11) 98888-7777"), "Pague em evil com já -");
        assert_eq!(in_a_letter("24"), "uma clínica");
        assert_eq!(in_a_letter(&"a ".repeat(100)).chars().count(), 79);
    }
}
