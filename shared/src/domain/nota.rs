//! A clinic's own note in a message of ours: a few plain words on one line. What WhatsApp would make of signs (bold, a quote, a link that
//! looks like ours) is nobody's to write there.

/// Characters of a note.
pub const LONGEST: usize = 300;

/// A note as it is kept; what may not be in one is said in words. Blank, there is none.
///
/// # Errors
/// The sentence for who wrote it.
pub fn check(text: &str) -> Result<String, String> {
    refuse_links(text)?;
    let text = plain(text);
    if text.chars().count() > LONGEST {
        return Err(format!("Use no máximo {LONGEST} caracteres."));
    }
    Ok(text)
}

/// Refuses what a phone or a mail program would make a link of.
///
/// # Errors
/// The sentence for who wrote it.
pub fn refuse_links(text: &str) -> Result<(), String> {
    match text.split_whitespace().find(|word| is_link(word)) {
        None => Ok(()),
        Some(link) => Err(format!(
            "“{link}” parece um endereço da internet: tire-o. Se não é um, ponha um espaço depois do ponto."
        )),
    }
}

/// The note without anything WhatsApp reads as more than a letter.
pub fn plain(text: &str) -> String {
    let spoken: String = text
        .chars()
        .filter_map(|letter| match letter {
            '*' | '~' => None,
            '_' => Some(' '),
            '`' => Some('\''),
            letter if letter.is_whitespace() => Some(' '),
            letter if letter.is_control() || is_unseen(letter) => None,
            letter => Some(letter),
        })
        .collect();
    let line = spoken.split_whitespace().collect::<Vec<_>>().join(" ");
    // At the beginning of a line these make a quote or a list.
    line.trim_start_matches(['>', '-', '#', ' ']).to_owned()
}

/// What is not seen and turns or joins what is: directions, joiners, a byte-order mark. Emoji need two of them and do without.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What a phone would make a link of: a scheme, `www.`, or a name with a point in it that ends like a domain.
fn is_link(word: &str) -> bool {
    let word: String = word.chars().filter(|letter| !is_unseen(*letter)).collect::<String>().to_lowercase();
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    if word.contains("://") || word.starts_with("www.") {
        return true;
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let Some((name, end)) = host.rsplit_once('.') else { return false };
    let named = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    name.split('.').all(named) && end.len() > 1 && end.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_plain_words_on_one_line() {
        for (written, kept) in [
            ("Traga seus exames.", "Traga seus exames."),
            ("  Venha em\njejum\tde 8 h  ", "Venha em jejum de 8 h"),
            ("*Jejum* de ~8~ `h`", "Jejum de 8 'h'"),
            ("exame_de_sangue", "exame de sangue"),
            ("> chegue antes", "chegue antes"),
            ("- - # Documento", "Documento"),
            ("<b>Oi</b> & \"tchau\"", "<b>Oi</b> & \"tchau\""),
            ("ve\u{202e}nha", "venha"),
            (
                "Às 8h30, sala 2.1, R$ 1.200,00. Dr. Silva, S.A.",
                "Às 8h30, sala 2.1, R$ 1.200,00. Dr. Silva, S.A.",
            ),
            ("   ", ""),
        ] {
            assert_eq!(check(written).as_deref(), Ok(kept), "{written}");
        }
    }

    #[test]
    fn what_a_phone_would_make_a_link_of_is_refused() {
        for link in [
            "https://exemplo.com",
            "Veja www.exemplo.com.br.",
            "(exemplo.com/pagar)",
            "wa.me/5511999990000",
            "contato@clinica.com.br",
            "bit.ly/x?y",
            "EXEMPLO.COM:80",
            "exem\u{200b}plo.com",
            "exemplo.saúde",
        ] {
            let refused = check(link).unwrap_err();
            assert!(refused.contains("parece um endereço"), "{refused}");
        }
    }

    #[test]
    fn a_long_one_is_refused_and_a_long_one_with_signs_that_go_is_not() {
        assert!(check(&"ç".repeat(300)).is_ok());
        assert_eq!(check(&"ç".repeat(301)), Err("Use no máximo 300 caracteres.".to_owned()));
        assert!(check(&format!("*{}*", "a".repeat(300))).is_ok());
    }
}
