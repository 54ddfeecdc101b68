//! CPF: eleven digits of which the last two check the others (Receita Federal, modulo 11).

use std::fmt;

/// A valid CPF.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cpf(String);

/// The text is no CPF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a CPF")]
pub struct CpfError;

impl Cpf {
    /// Reads `529.982.247-25` or `52998224725`.
    ///
    /// # Errors
    /// When a digit is missing or the check digits do not fit.
    pub fn parse(text: &str) -> Result<Self, CpfError> {
        let plain = text.chars().all(|c| c.is_ascii_digit() || ".- ".contains(c));
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
        let same = digits.iter().all(|digit| Some(digit) == digits.first());
        let (body, checks) = digits.split_at_checked(9).ok_or(CpfError)?;
        let first = check_digit(body);
        let second = check_digit(&[body, &[first]].concat());
        if plain && !same && checks == [first, second] {
            Ok(Self(digits.iter().map(ToString::to_string).collect()))
        } else {
            Err(CpfError)
        }
    }

    /// Eleven digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

fn check_digit(digits: &[u32]) -> u32 {
    let sum: u32 = digits.iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum();
    match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

impl fmt::Debug for Cpf {
    /// Never the number: it ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cpf(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        for text in ["529.982.247-25", "111.444.777-35", "123.456.789-09", "52998224725"] {
            assert!(Cpf::parse(text).is_ok(), "{text}");
        }
        for text in [
            "111.111.111-11",
            "000.000.000-00",
            "529.982.247-26",
            "5299822472",
            "529982247255",
            "",
            "52998224725a",
        ] {
            assert!(Cpf::parse(text).is_err(), "{text}");
        }
    }
}
