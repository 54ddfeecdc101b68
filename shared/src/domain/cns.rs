//! CNS, the number of the Cartão Nacional de Saúde: fifteen digits (Ministério da Saúde, modulo 11).
//!
//! A definitive number begins with 1 or 2 and is made of a PIS: its first eleven digits, three of filling and one that checks. A
//! provisional one begins with 7, 8 or 9 and only has to sum up.

use std::fmt;

/// A valid CNS.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cns(String);

/// The text is no CNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CNS")]
pub struct CnsError;

impl Cns {
    /// Reads `200 0000 0003 0018` or `200000000030018`.
    ///
    /// # Errors
    /// When a digit is missing, the first digit is not in use, or the digits do not check.
    pub fn parse(text: &str) -> Result<Self, CnsError> {
        let plain = text.chars().all(|c| c.is_ascii_digit() || ".- ".contains(c));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let valid = match digits.chars().next() {
            Some('1' | '2') => definitive(&digits).as_ref() == Some(&digits),
            Some('7'..='9') => digits.len() == 15 && weighted(&digits).is_multiple_of(11),
            _ => false,
        };
        if plain && valid { Ok(Self(digits)) } else { Err(CnsError) }
    }

    /// Fifteen digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

/// The sum of the digits with weights 15, 14, …
fn weighted(digits: &str) -> u32 {
    digits
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip((1..=15).rev())
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// The whole number that belongs to its first eleven digits.
fn definitive(digits: &str) -> Option<String> {
    let pis = digits.get(..11)?;
    let sum = weighted(pis);
    Some(match (11 - sum % 11) % 11 {
        // A check digit of ten does not fit: two are added in front of it, and it is counted again.
        10 => format!("{pis}001{}", (11 - (sum + 2) % 11) % 11),
        check => format!("{pis}000{check}"),
    })
}

impl fmt::Debug for Cns {
    /// Never the number: it ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cns(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitive_and_provisional_numbers_check() {
        for text in [
            "123456789010000",
            "200000000030018",
            "100000000100001",
            "700000000000005",
            "700000000000013",
            "700 0000 0000 0005",
        ] {
            assert!(Cns::parse(text).is_ok(), "{text}");
        }
        for text in [
            "123456789010001",
            "312345678900000",
            "7000",
            "",
            "000000000000000",
            "70000000000000",
            "7000000000000050",
            "700000000000005a",
            "1234567890100000",
        ] {
            assert!(Cns::parse(text).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", Cns::parse("700000000000005").unwrap()), "Cns(…)");
    }

    #[test]
    fn one_wrong_digit_is_noticed_but_in_the_fifth_place_whose_weight_is_eleven() {
        for valid in ["123456789010000", "200000000030018", "700000000000005"] {
            for at in (0..valid.len()).filter(|at| *at != 4) {
                let mut digits = valid.as_bytes().to_vec();
                digits[at] = if digits[at] == b'9' { b'0' } else { digits[at] + 1 };
                let changed = String::from_utf8(digits).unwrap();
                assert!(Cns::parse(&changed).is_err(), "{changed}");
            }
        }
    }
}
