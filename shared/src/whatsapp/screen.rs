//! How much of a text a phone shows at once. What we write fits there; what clinics and patients wrote (names, addresses, reasons) may be of any
//! length, and is cut only where the whole does not fit.

/// Letters of a line, as most phones show them.
const WIDTH: usize = 34;
/// Lines of a screen …
const LINES: usize = 20;
/// … and letters of one, whatever the lines.
const LETTERS: usize = 640;
/// How long foreign words may be, tried one after the other, and how many lines a list may have then.
const TRIES: [Room; 8] = [
    Room { letters: usize::MAX, lines: 12 },
    Room { letters: 160, lines: 12 },
    Room { letters: 100, lines: 12 },
    Room { letters: 64, lines: 10 },
    Room { letters: 40, lines: 8 },
    Room { letters: 30, lines: 6 },
    Room { letters: 22, lines: 5 },
    Room { letters: 16, lines: 4 },
];

/// How much room there is for what others wrote.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    letters: usize,
    /// The lines a list may have.
    pub lines: usize,
}

impl Room {
    /// A name, a reason, an address, cut if need be.
    pub fn of(self, text: &str) -> String {
        brief(text, self.letters)
    }

    /// The same for what may be so many times as long as a name.
    pub fn wide(self, times: usize, text: &str) -> String {
        brief(text, self.letters.saturating_mul(times))
    }
}

/// The longest form of a text that fits a screen.
pub fn fitted(say: impl Fn(Room) -> String) -> String {
    let mut said = String::new();
    for room in TRIES {
        said = say(room);
        if fits(&said) {
            break;
        }
    }
    said
}

/// Whether a phone shows all of it at once.
pub fn fits(text: &str) -> bool {
    lines(text) <= LINES && text.chars().count() <= LETTERS
}

/// Lines as a phone breaks them: between words where it can.
pub fn lines(text: &str) -> usize {
    text.lines().map(wrapped).sum()
}

fn wrapped(line: &str) -> usize {
    let (mut count, mut filled) = (1, 0);
    for word in line.split_whitespace() {
        let long = word.chars().count();
        if filled > 0 && filled + 1 + long > WIDTH {
            (count, filled) = (count + 1, 0);
        }
        filled += long + usize::from(filled > 0);
        count += filled.saturating_sub(1) / WIDTH;
        filled = if filled == 0 { 0 } else { (filled - 1) % WIDTH + 1 };
    }
    count
}

/// At most so many letters, cut between words where that loses little.
pub fn brief(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    let within = text.chars().nth(most.saturating_sub(1)).is_some_and(|next| !next.is_whitespace());
    let whole = head.rfind(char::is_whitespace).filter(|at| within && *at * 3 > head.len() * 2);
    let head = whole.and_then(|at| head.get(..at)).unwrap_or(&head);
    format!("{}…", head.trim_end_matches(|c: char| c.is_whitespace() || c == ',' || c == '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_a_phone_breaks_them() {
        for (text, expected) in [
            ("", 0),
            ("Olá!", 1),
            ("Olá!\n\nTudo bem?", 3),
            ("1234567890 1234567890 123456789012", 1),
            ("1234567890 1234567890 1234567890123", 2),
            ("1234567890 1234567890 1234567890 1234567890", 2),
        ] {
            assert_eq!(lines(text), expected, "{text}");
        }
        assert_eq!(lines(&"x".repeat(34)), 1);
        assert_eq!(lines(&"x".repeat(35)), 2);
        assert_eq!(lines(&"x".repeat(340)), 10);
        assert_eq!(lines(&format!("a {}", "x".repeat(35))), 3);
    }

    #[test]
    fn a_screen_is_twenty_lines_and_640_letters() {
        assert!(fits(&"a\n".repeat(20)));
        assert!(!fits(&"a\n".repeat(21)));
        assert!(fits(&"x".repeat(640)));
        assert!(!fits(&"x".repeat(641)));
    }

    #[test]
    fn a_cut_keeps_whole_words_where_it_can() {
        assert_eq!(brief("Dra. Tânia", 10), "Dra. Tânia");
        assert_eq!(brief("Rua das Flores, 12, fundos", 20), "Rua das Flores, 12…");
        assert_eq!(brief("Rua das Flores, 12", 16), "Rua das Flores…");
        assert_eq!(brief(&"ç".repeat(9), 5), "çççç…");
    }

    #[test]
    fn nothing_is_cut_that_fits() {
        let long = "Maria das Dores de Albuquerque e Vasconcelos ".repeat(3);
        assert_eq!(fitted(|room| room.of(&long)), long);
        let said = fitted(|room| room.of(&"Maria das Dores ".repeat(50)));
        assert!(fits(&said) && said.ends_with('…') && said.chars().count() > 150, "{said}");
    }
}
