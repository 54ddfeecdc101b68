//! Phones, canonical: one person is one number, however it is written and whether WhatsApp keeps the ninth digit or not.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Area codes in use (Anatel's numbering plan).
const AREA_CODES: [u8; 67] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, 41, 42, 43, 44, 45,
    46, 47, 48, 49, 51, 53, 54, 55, 61, 62, 63, 64, 65, 66, 67, 68, 69, 71, 73, 74, 75, 77, 79, 81, 82, 83,
    84, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 96, 97, 98, 99,
];

/// A phone number in E.164, `+5511987654321`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Telefone(String);

/// The text is no phone number with an area code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number with an area code")]
pub struct TelefoneError;

impl Telefone {
    /// Reads what people and WhatsApp write: `(34) 98888-7777`, `034 98888-7777`, `+55 34 …`, `553488887777@s.whatsapp.net`,
    /// `5534…:12@…`. A Brazilian mobile without its ninth digit gets it back; numbers of other countries need their `+`.
    ///
    /// # Errors
    /// When it is not a phone number, or the area code is missing or not in use.
    ///
    /// ```
    /// use shared::domain::telefone::Telefone;
    /// assert_eq!(Telefone::parse("553488887777@s.whatsapp.net").unwrap().as_e164(), "+5534988887777");
    /// ```
    pub fn parse(text: &str) -> Result<Self, TelefoneError> {
        let text = text.trim();
        let from_whatsapp = text.contains('@');
        let number = text.split('@').next().unwrap_or_default();
        let number = number.split(':').next().unwrap_or_default();
        let allowed = |c: char| c.is_ascii_digit() || " ()-.+/\u{a0}".contains(c);
        if !number.chars().all(allowed) {
            return Err(TelefoneError);
        }
        let international = number.trim_start().starts_with('+') || from_whatsapp;
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if international && !digits.starts_with("55") {
            let plausible = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
            return if plausible { Ok(Self(format!("+{digits}"))) } else { Err(TelefoneError) };
        }
        let national = match (digits.as_str(), digits.len()) {
            (d, 12 | 13) if d.starts_with("55") => d.get(2..),
            (d, 11 | 12) if d.starts_with('0') => d.get(1..),
            (d, 10 | 11) => Some(d),
            _ => None,
        };
        national.and_then(brazilian).map(Self).ok_or(TelefoneError)
    }

    /// `+5511987654321`.
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// `5511987654321`: in keys of Redis, and what Evolution is given.
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }

    /// `(11) 98765-4321`; a foreign number as it is.
    pub fn display(&self) -> String {
        let Some(national) = self.0.strip_prefix("+55") else {
            return self.0.clone();
        };
        let (ddd, local) = national.split_at_checked(2).unwrap_or((national, ""));
        let (head, tail) = local.split_at_checked(local.len().saturating_sub(4)).unwrap_or((local, ""));
        format!("({ddd}) {head}-{tail}")
    }
}

/// Whether `ddd` is an area code in use.
pub(super) fn is_area_code(ddd: &str) -> bool {
    ddd.parse().is_ok_and(|code: u8| AREA_CODES.contains(&code))
}

/// Area code and subscriber to E.164.
fn brazilian(national: &str) -> Option<String> {
    let (ddd, local) = national.split_at_checked(2)?;
    let known = is_area_code(ddd);
    let first = local.chars().next()?;
    match (known, local.len(), first) {
        (true, 9, '9') | (true, 8, '2'..='5') => Some(format!("+55{ddd}{local}")),
        (true, 8, '6'..='9') => Some(format!("+55{ddd}9{local}")),
        _ => None,
    }
}

impl FromStr for Telefone {
    type Err = TelefoneError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Telefone {
    type Error = TelefoneError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Telefone> for String {
    fn from(telefone: Telefone) -> Self {
        telefone.0
    }
}

impl fmt::Debug for Telefone {
    /// Never the number: it ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Telefone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_number_however_it_is_written() {
        for (text, expected) in [
            ("5534988887777@s.whatsapp.net", "+5534988887777"),
            ("553488887777@s.whatsapp.net", "+5534988887777"),
            ("(34) 98888-7777", "+5534988887777"),
            ("034 98888-7777", "+5534988887777"),
            ("11 3333-4444", "+551133334444"),
            ("551133334444@s.whatsapp.net", "+551133334444"),
            ("5511987654321:12@s.whatsapp.net", "+5511987654321"),
            ("+55 11 98765-4321", "+5511987654321"),
            ("+351 912 345 678", "+351912345678"),
            ("351912345678@s.whatsapp.net", "+351912345678"),
            ("55 98888-7777", "+5555988887777"),
        ] {
            assert_eq!(Telefone::parse(text).as_ref().map(Telefone::as_e164), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_phone_is_refused() {
        for text in [
            "98888-7777",
            "abc",
            "",
            "(20) 98888-7777",
            "11 1333-4444",
            "119876543210000",
            "184467440737095@lid",
            "+0",
        ] {
            let lid = text.ends_with("@lid");
            assert!(lid || Telefone::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_area_code_tells_people_apart_and_only_mobiles_get_the_ninth_digit() {
        let kept = |text: &str| Telefone::parse(text).unwrap().as_e164().to_owned();
        assert_ne!(kept("(34) 98888-7777"), kept("(11) 98888-7777"));
        for ddd in AREA_CODES {
            let full = format!("+55{ddd}988887777");
            for text in [
                format!("{ddd}988887777"),
                format!("{ddd}88887777"),
                format!("0{ddd}988887777"),
                format!("55{ddd}88887777@s.whatsapp.net"),
                format!("55{ddd}988887777@s.whatsapp.net"),
            ] {
                assert_eq!(kept(&text), full, "{text}");
            }
            for first in 2..=5 {
                let landline = format!("{ddd}{first}3334444");
                assert_eq!(kept(&landline), format!("+55{landline}"));
                assert_eq!(kept(&format!("55{landline}@s.whatsapp.net")), format!("+55{landline}"));
            }
        }
        // A ninth digit that is no nine makes no mobile.
        assert!(Telefone::parse("34888887777").is_err());
    }

    #[test]
    fn people_read_it_with_its_area_code() {
        assert_eq!(Telefone::parse("11987654321").unwrap().display(), "(11) 98765-4321");
        assert_eq!(Telefone::parse("1133334444").unwrap().display(), "(11) 3333-4444");
        assert_eq!(format!("{:?}", Telefone::parse("1133334444").unwrap()), "Telefone(…)");
    }
}
