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

/// What a phone or a mail program would make a link of, whatever stands around it: a scheme, `www.`, or a name with a point in it that goes on like a domain.
fn is_link(word: &str) -> bool {
    let word: String =
        word.chars().filter(|letter| !is_unseen(*letter)).map(as_point).collect::<String>().to_lowercase();
    // They look for a host within what is written: "x.com,agora" is one as "x.com" is, so each piece between signs no host may hold is asked.
    let in_host = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '.');
    word.contains("://") || word.split(|letter| !in_host(letter)).any(is_host)
}

/// Points of other scripts, which browsers read as one.
fn as_point(letter: char) -> char {
    if matches!(letter, '\u{3002}' | '\u{ff0e}' | '\u{ff61}') { '.' } else { letter }
}

/// Whether letters, digits, hyphens and points begin with a host: behind a name and a point two letters or more, up to the end, a hyphen or the next point.
fn is_host(piece: &str) -> bool {
    let piece = piece.trim_matches(|letter: char| !letter.is_alphanumeric());
    let labels: Vec<&str> = piece.split('.').collect();
    let ends = |label: &&str| {
        let end = label.split('-').next().unwrap_or_default();
        end.chars().count() > 1 && end.chars().all(char::is_alphabetic)
    };
    piece.starts_with("www.")
        || labels.iter().zip(labels.iter().skip(1)).any(|(name, end)| !name.is_empty() && ends(end))
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
            "evil.com,agora",
            "evil.com)x",
            "evil.com;ja",
            "evil.com|x",
            "evil.com_x",
            "evil.com-x",
            "evil.com.1",
            "“evil.com”!",
            "Urgente:evil.com",
            "a=evil.com&b",
            "evil\u{3002}com",
            "a@evil.com,b",
        ] {
            let refused = check(link).unwrap_err();
            assert!(refused.contains("parece um endereço"), "{refused}");
        }
    }

    /// Notes and names of clinics that have points and are no addresses.
    #[test]
    fn points_of_every_day_are_not_refused() {
        for plain in [
            "J.P. Souza",
            "Clínica J.P.",
            "R$ 1.500,00",
            "R$1.500,00/mês",
            "seg.a sex",
            "8h30,sala 2.1",
            "S.A./S.S.",
            "Fisio.,Pilates e cia.",
            "Cia. do Sorriso (24h)",
            "1.º andar",
            "a.C.",
            "12.30-13.30",
            "Dr. Marco, CRM-SP 123.456",
        ] {
            assert_eq!(refuse_links(plain), Ok(()), "{plain}");
        }
    }

    #[test]
    fn a_long_one_is_refused_and_a_long_one_with_signs_that_go_is_not() {
        assert!(check(&"ç".repeat(300)).is_ok());
        assert_eq!(check(&"ç".repeat(301)), Err("Use no máximo 300 caracteres.".to_owned()));
        assert!(check(&format!("*{}*", "a".repeat(300))).is_ok());
    }
}
