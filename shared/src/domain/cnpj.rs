//! CNPJ: twelve letters or digits, and two digits that check them (Receita Federal, IN RFB 2.229/2024: letters since July 2026; modulo 11
//! over the characters' ASCII codes less 48, so that the old ones check as before).

use std::fmt;

/// A valid CNPJ.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cnpj(String);

/// The text is no CNPJ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CNPJ")]
pub struct CnpjError;

impl Cnpj {
    /// Reads `11.222.333/0001-81`, `11222333000181` or `12.ABC.345/01DE-35`.
    ///
    /// # Errors
    /// When a character is missing or the check digits do not fit.
    pub fn parse(text: &str) -> Result<Self, CnpjError> {
        let kept: Vec<u8> =
            text.bytes().filter(|c| !b"./- ".contains(c)).map(|c| c.to_ascii_uppercase()).collect();
        let (body, checks) = kept.split_at_checked(12).ok_or(CnpjError)?;
        let same = kept.iter().all(|c| Some(c) == kept.first());
        let well_formed = body.iter().all(u8::is_ascii_alphanumeric) && !same;
        let first = check_digit(body);
        let second = check_digit(&[body, &[first]].concat());
        if well_formed && checks == [first, second] {
            String::from_utf8(kept).map(Self).map_err(|_| CnpjError)
        } else {
            Err(CnpjError)
        }
    }

    /// Fourteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The digit, as a character, that checks those before it.
fn check_digit(body: &[u8]) -> u8 {
    let weights = (2..=9).cycle();
    let sum: u32 =
        body.iter().rev().zip(weights).map(|(c, weight)| u32::from(c.saturating_sub(b'0')) * weight).sum();
    match sum % 11 {
        0 | 1 => b'0',
        rest => b'0' + u8::try_from(11 - rest).unwrap_or_default(),
    }
}

impl fmt::Debug for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cnpj({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide_of_digits_and_of_letters() {
        for text in ["11.222.333/0001-81", "11222333000181", "12.ABC.345/01DE-35", "12abc34501de35"] {
            assert!(Cnpj::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Cnpj::parse("12.abc.345/01de-35").unwrap().as_str(), "12ABC34501DE35");
        for text in [
            "11.222.333/0001-82",
            "00.000.000/0000-00",
            "1122233300018",
            "112223330001811",
            "12.ABC.345/01DE-3A",
            "12.ÁBC.345/01DE-35",
            "",
        ] {
            assert!(Cnpj::parse(text).is_err(), "{text}");
        }
    }
}
