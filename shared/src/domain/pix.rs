//! BR Code: the text of a static Pix, "copia e cola", which is also what its QR code holds (Banco Central, Manual do BR Code 2.0; EMV
//! QRCPS-MPM). Fields are two digits of id, two of length, and the value; the last checks all before it.

use std::fmt;

use super::cnpj::Cnpj;
use super::cpf::Cpf;
use super::letras::plain;
use super::telefone::Telefone;

/// Longest name and city of the receiver, by the standard.
const NAME: usize = 25;
const CITY: usize = 15;
/// An id the bank makes up.
const NO_TXID: &str = "***";
/// What a receiver without a name would be called.
const NOBODY: &str = "NAO INFORMADO";

/// A Pix key: CPF, CNPJ, phone, e-mail or a random one.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// Why there is no such Pix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PixError {
    /// Neither CPF, CNPJ, phone, e-mail nor a random key.
    #[error("not a Pix key")]
    Key,
    /// Not 1 to 25 letters and digits.
    #[error("a txid has 1 to 25 letters and digits")]
    Txid,
    /// Zero, below, or 10 billion reais and more.
    #[error("an amount is above zero and below 10 billion reais")]
    Amount,
}

impl Key {
    /// Reads a key in the form the directory keeps it in. A phone must begin with `+`, for eleven digits are a CPF.
    ///
    /// # Errors
    /// [`PixError::Key`].
    pub fn parse(text: &str) -> Result<Self, PixError> {
        let text = text.trim();
        if text.starts_with('+') {
            return Telefone::parse(text)
                .map(|phone| Self(phone.as_e164().to_owned()))
                .map_err(|_| PixError::Key);
        }
        if let Ok(cpf) = Cpf::parse(text) {
            return Ok(Self(cpf.digits().to_owned()));
        }
        if let Ok(cnpj) = Cnpj::parse(text) {
            return Ok(Self(cnpj.as_str().to_owned()));
        }
        let lower = text.to_ascii_lowercase();
        if is_random(&lower) || is_email(&lower) { Ok(Self(lower)) } else { Err(PixError::Key) }
    }

    /// As the directory keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_random(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|c| c == b'-' || c.is_ascii_hexdigit())
}

fn is_email(text: &str) -> bool {
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"!#$&'*+/=?^_`{|}~.@-".contains(&c);
    let Some((user, host)) = text.split_once('@') else { return false };
    !user.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains('@')
        && text.len() <= 77
        && text.bytes().all(allowed)
}

impl fmt::Debug for Key {
    /// Never the key: it may be somebody's CPF.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What is to be paid, to whom.
#[derive(Debug, Clone, Copy)]
pub struct Pix<'a> {
    /// The receiver's key.
    pub key: &'a Key,
    /// The receiver's name; accents go, and what is beyond 25 characters.
    pub name: &'a str,
    /// The receiver's city, likewise 15.
    pub city: &'a str,
    /// Centavos; none leaves it to whoever pays.
    pub centavos: Option<i64>,
    /// Under which the payment is found again, letters and digits; none has the bank make one up.
    pub txid: Option<&'a str>,
}

impl Pix<'_> {
    /// The text to pay with.
    ///
    /// # Errors
    /// [`PixError`] for an amount or a txid the standard has no place for.
    ///
    /// ```
    /// use shared::domain::pix::{Key, Pix};
    /// let key = Key::parse("clinica@exemplo.com.br")?;
    /// let pix = Pix { key: &key, name: "Clínica Exemplo", city: "São Paulo", centavos: Some(9_900), txid: Some("HI202611") };
    /// assert!(pix.br_code()?.contains("540599.00"));
    /// # Ok::<(), shared::domain::pix::PixError>(())
    /// ```
    pub fn br_code(&self) -> Result<String, PixError> {
        let account = format!("{}{}", field("00", "BR.GOV.BCB.PIX"), field("01", self.key.as_str()));
        let amount = match self.centavos {
            None => String::new(),
            Some(centavos @ 1..1_000_000_000_000) => {
                field("54", &format!("{}.{:02}", centavos / 100, centavos % 100))
            }
            Some(_) => return Err(PixError::Amount),
        };
        let txid = match self.txid {
            None => NO_TXID,
            Some(txid)
                if (1..=25).contains(&txid.len()) && txid.bytes().all(|c| c.is_ascii_alphanumeric()) =>
            {
                txid
            }
            Some(_) => return Err(PixError::Txid),
        };
        let parts = [
            field("00", "01"),
            field("26", &account),
            field("52", "0000"),
            field("53", "986"),
            amount,
            field("58", "BR"),
            field("59", &ascii(self.name, NAME)),
            field("60", &ascii(self.city, CITY)),
            field("62", &field("05", txid)),
            // The check counts its own id and length.
            "6304".to_owned(),
        ];
        let text = parts.concat();
        Ok(format!("{text}{:04X}", crc16(&text)))
    }
}

fn field(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.len())
}

/// Capitals without accents, one space between words, as banks show them.
fn ascii(text: &str, longest: usize) -> String {
    let kept: String = plain(text).chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).collect();
    let words = kept.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let cut: String = words.chars().take(longest).collect();
    let cut = cut.trim_end();
    if cut.is_empty() { NOBODY.chars().take(longest).collect() } else { cut.to_owned() }
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, beginning with 0xFFFF.
fn crc16(text: &str) -> u16 {
    text.bytes().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checks are the manual's; the texts were made by another program.
    fn vectors(kind: &str) -> Vec<serde_json::Value> {
        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/data/pix.json")).unwrap();
        all[kind].as_array().unwrap().clone()
    }

    #[test]
    fn the_check_is_that_of_the_manual() {
        let all = vectors("crc16_ccitt_false");
        assert!(!all.is_empty());
        for one in all {
            assert_eq!(format!("{:04X}", crc16(one["in"].as_str().unwrap())), one["crc"].as_str().unwrap());
        }
    }

    #[test]
    fn a_pix_is_the_text_a_bank_reads() {
        let all = vectors("br_code");
        assert!(all.len() >= 3);
        for one in all {
            let text = |name: &str| one[name].as_str();
            let key = Key::parse(text("key").unwrap()).unwrap();
            let centavos = text("amount").map(|amount| amount.replace('.', "").parse().unwrap());
            let txid = text("txid").filter(|txid| *txid != "***");
            let (name, city) = (text("name").unwrap(), text("city").unwrap());
            let made = Pix { key: &key, name, city, centavos, txid }.br_code().unwrap();
            assert_eq!(Some(&*made), text("payload"));
        }
    }

    #[test]
    fn what_the_standard_has_no_place_for_is_refused() {
        let key = Key::parse("123e4567-e89b-12d3-a456-426655440000").unwrap();
        let pix = Pix { key: &key, name: "é", city: "Rio", centavos: Some(1), txid: None };
        assert!(pix.br_code().unwrap().contains("5901E6003RIO"));
        assert!(Pix { name: " ", ..pix }.br_code().unwrap().contains("5913NAO INFORMADO"));
        let long = "Clínica de Especialidades Médicas Integradas do Triângulo";
        assert!(Pix { name: long, ..pix }.br_code().unwrap().contains("5925CLINICA DE ESPECIALIDADES6003"));
        for centavos in [0, -1, 1_000_000_000_000] {
            assert_eq!(Pix { centavos: Some(centavos), ..pix }.br_code(), Err(PixError::Amount));
        }
        for txid in ["", "a-b", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "é"] {
            assert_eq!(Pix { txid: Some(txid), ..pix }.br_code(), Err(PixError::Txid));
        }
    }

    #[test]
    fn keys_are_kept_as_the_directory_keeps_them() {
        for (text, kept) in [
            ("529.982.247-25", "52998224725"),
            ("11.222.333/0001-81", "11222333000181"),
            ("+55 (34) 98888-7777", "+5534988887777"),
            (" Ana@Exemplo.com.br ", "ana@exemplo.com.br"),
            ("123E4567-E89B-12D3-A456-426655440000", "123e4567-e89b-12d3-a456-426655440000"),
        ] {
            assert_eq!(Key::parse(text).unwrap().as_str(), kept);
        }
        for text in
            ["", "34988887777", "ana@", "@exemplo.com", "ana@exemplo", "123e4567-e89b-12d3-a456-42665544000"]
        {
            assert_eq!(Key::parse(text), Err(PixError::Key), "{text}");
        }
    }
}
