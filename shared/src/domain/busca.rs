//! What somebody types into the search for a patient: words of the name, digits of a phone or a CPF, or both.

use super::telefone::{Telefone, is_area_code};

/// The most words compared; a longer text is no name.
const MOST_WORDS: usize = 8;

/// A search, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busca {
    /// Words, each of which the name holds somewhere.
    pub words: Vec<String>,
    /// Digits, any of which the phone holds somewhere; the CPF holds the first.
    pub digits: Vec<String>,
}

impl Busca {
    /// Takes `text` apart: what has a letter is a word, the digits of the rest are one number.
    ///
    /// ```
    /// use shared::domain::busca::Busca;
    /// let busca = Busca::parse("Maria (34) 8888");
    /// assert_eq!(busca.words, ["Maria"]);
    /// assert_eq!(busca.digits, ["348888", "3498888"]);
    /// ```
    pub fn parse(text: &str) -> Self {
        // An address of WhatsApp has letters and is a phone all the same.
        if let (true, Ok(telefone)) = (text.contains('@'), Telefone::parse(text)) {
            return Self { words: Vec::new(), digits: vec![telefone.digits().to_owned()] };
        }
        let (words, rest): (Vec<&str>, Vec<&str>) =
            text.split_whitespace().partition(|word| word.chars().any(char::is_alphabetic));
        let trimmed =
            words.into_iter().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
        Self { words: trimmed.take(MOST_WORDS).collect(), digits: spellings(&rest.join(" ")) }
    }

    /// Whether nothing is looked for: everybody is found.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.digits.is_empty()
    }
}

/// The number as typed, and as it is kept: without the trunk's zero, and with the ninth digit that was left out.
fn spellings(text: &str) -> Vec<String> {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    if number.is_empty() {
        return Vec::new();
    }
    let without_zero = number.strip_prefix('0').filter(|rest| !rest.is_empty());
    let nationals = [Some(number.as_str()), without_zero, number.strip_prefix("55")];
    let told = tells_area_code(text);
    let completed = nationals.into_iter().flatten().filter_map(|national| with_ninth_digit(national, told));
    let mut found = vec![number.clone()];
    found.extend(without_zero.map(ToOwned::to_owned));
    found.extend(completed);
    found
}

/// Whether the text sets an area code apart: `(34) 8888`, `034 8888`, `+55 34 8888`. Of `3488` nobody knows whether it begins with one.
fn tells_area_code(text: &str) -> bool {
    let mut groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).peekable();
    let first = groups.next().unwrap_or_default();
    let ddd = match (first, groups.peek()) {
        ("55", Some(second)) if is_area_code(second) && second.len() == 2 => second,
        (first, _) => first.trim_start_matches('0'),
    };
    ddd.len() == 2 && is_area_code(ddd)
}

/// `348888` → `3498888`, when that is how a mobile of this area code begins; a whole number tells its area code by its length.
fn with_ninth_digit(national: &str, told: bool) -> Option<String> {
    let (ddd, local) = national.split_at_checked(2)?;
    let length = if told { 1..=8 } else { 8..=8 };
    let mobile = length.contains(&local.len()) && local.starts_with(['6', '7', '8', '9']);
    (mobile && is_area_code(ddd)).then(|| format!("{ddd}9{local}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<String> {
        Busca::parse(text).digits
    }

    #[test]
    fn words_and_digits_are_told_apart() {
        for (text, words, number) in [
            ("", &[][..], None),
            ("  % _ ' ", &[], None),
            ("josé", &["josé"], None),
            ("Silva, Maria", &["Silva", "Maria"], None),
            ("D'Arc", &["D'Arc"], None),
            ("a", &["a"], None),
            ("529.982", &[], Some("529982")),
            ("529.982.247-25", &[], Some("52998224725")),
            ("maria 9888", &["maria"], Some("9888")),
            ("100%maria", &["100%maria"], None),
        ] {
            let busca = Busca::parse(text);
            assert_eq!(busca.words, words, "{text}");
            assert_eq!(busca.digits.first().map(String::as_str), number, "{text}");
        }
    }

    #[test]
    fn a_mobile_is_found_with_and_without_its_ninth_digit() {
        assert_eq!(digits("(34) 8888-7777"), ["3488887777", "34988887777"]);
        assert_eq!(digits("034 8888"), ["0348888", "348888", "3498888"]);
        assert_eq!(digits("553488887777"), ["553488887777", "34988887777"]);
        assert_eq!(digits("5534988887777"), ["5534988887777"]);
        assert_eq!(digits("553488887777@s.whatsapp.net"), ["5534988887777"]);
        // A landline gets none, and neither does what does not begin with an area code.
        assert_eq!(digits("(11) 3333-4444"), ["1133334444"]);
        assert_eq!(digits("(20) 8888"), ["208888"]);
        for text in ["8888-7777", "98887777", "9888", "348888"] {
            assert_eq!(digits(text).len(), 1, "{text}");
        }
        assert_eq!(digits("+55 34 8888"), ["55348888", "3498888"]);
    }
}
