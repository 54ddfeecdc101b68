//! What is written of a clinic and its people, checked: each answers the value as it is stored, or a sentence that says what is expected.

use std::ops::RangeInclusive;

use jiff::tz::TimeZone;

use crate::domain::cnpj::Cnpj;
use crate::domain::cpf::Cpf;
use crate::domain::estados;
use crate::domain::nome::Nome;
use crate::domain::nota::refuse_links;

const UNSTORABLE: &str = "O texto tem um caractere que não pode ser guardado.";

/// What a check answers.
pub type Checked<T> = Result<T, String>;

/// A text on one line without spaces around it, of so many characters.
pub fn line(allowed: RangeInclusive<usize>) -> impl Fn(&str) -> Checked<String> {
    move |text| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_control) {
            return Err(UNSTORABLE.to_owned());
        }
        if allowed.contains(&text.chars().count()) {
            return Ok(text);
        }
        Err(format!("Use de {} a {} caracteres.", allowed.start(), allowed.end()))
    }
}

/// A clinic's name. Patients read it in every message, so nothing in it may lead elsewhere.
pub fn clinic(text: &str) -> Checked<String> {
    let name = line(2..=200)(text)?;
    refuse_links(&name)?;
    Ok(name)
}

/// A person's name.
pub fn person(text: &str) -> Checked<String> {
    let name = Nome::parse(text).map(|name| name.as_str().to_owned());
    name.map_err(|_| "Escreva o nome da pessoa, com 2 a 120 caracteres.".to_owned())
}

/// A phone as people dial it, 0800 and two numbers in one line included.
pub fn phone(text: &str) -> Checked<String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || " +-()/.".contains(c);
    if (8..=40).contains(&digits) && text.len() <= 60 && text.chars().all(known) {
        return Ok(text.to_owned());
    }
    Err("Escreva o telefone com DDD, como (11) 98765-4321.".to_owned())
}

/// A number of WhatsApp: country, area and number, in digits.
pub fn whatsapp_number(text: &str) -> Checked<String> {
    let known = text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if known && (8..=15).contains(&digits.len()) {
        return Ok(digits);
    }
    Err("Escreva o número com país e DDD, como 5511987654321.".to_owned())
}

/// The name of an instance at Evolution.
pub fn instance(text: &str) -> Checked<String> {
    let text = text.trim();
    let fits = text.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-".contains(&c));
    if fits && (1..=100).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err("Use letras sem acento, números, hífen e sublinhado, até 100 caracteres.".to_owned())
}

/// An e-mail's shape, in lower case; whether it exists only sending would tell.
pub fn email(text: &str) -> Checked<String> {
    let text = text.trim().to_lowercase();
    let fits = text.chars().count() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let (name, domain) = text.split_once('@').unwrap_or_default();
    let whole = !name.is_empty() && domain.contains('.') && !domain.contains('@');
    if fits && whole && !domain.starts_with('.') && !domain.ends_with('.') {
        return Ok(text);
    }
    Err("Escreva um e-mail como nome@exemplo.com.br.".to_owned())
}

/// A CPF or a CNPJ, without punctuation.
pub fn document(text: &str) -> Checked<String> {
    let cpf = Cpf::parse(text).map(|cpf| cpf.digits().to_owned()).ok();
    let found = cpf.or_else(|| Cnpj::parse(text).map(|cnpj| cnpj.as_str().to_owned()).ok());
    found.ok_or_else(|| "Confira o CPF ou o CNPJ: os dígitos não conferem.".to_owned())
}

/// A zone by its IANA name, in the spelling of the database of zones.
pub fn zone(name: &str) -> Checked<String> {
    let zone = TimeZone::get(name.trim()).ok().filter(|zone| !zone.is_unknown());
    let name = zone.as_ref().and_then(TimeZone::iana_name).map(str::to_owned);
    name.ok_or_else(|| {
        "Use o nome de um fuso horário da base IANA, como America/Sao_Paulo, America/Manaus ou America/Noronha."
            .to_owned()
    })
}

/// A state by its two letters.
pub fn uf(text: &str) -> Checked<String> {
    let uf = text.trim().to_uppercase();
    if estados::is_one(&uf) { Ok(uf) } else { Err("Escreva a sigla do estado, como SP.".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_kept_as_it_is_stored() {
        let kept = |checked: Checked<String>| checked.unwrap();
        assert_eq!(kept(document("11.222.333/0001-81")), "11222333000181");
        assert_eq!(kept(document("529.982.247-25")), "52998224725");
        assert_eq!(kept(whatsapp_number("+55 (11) 98765-4321")), "5511987654321");
        assert_eq!(kept(uf(" sp ")), "SP");
        assert_eq!(kept(zone("america/manaus")), "America/Manaus");
        assert_eq!(kept(line(2..=10)("  Sol  e \n Mar ")), "Sol e Mar");
        assert_eq!(kept(email(" Ana@Exemplo.com.br ")), "ana@exemplo.com.br");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for text in ["", "529.982.247-26", "11.222.333/0001-82", "abc"] {
            assert!(document(text).is_err(), "{text}");
        }
        let long = format!("{}@c.com", "a".repeat(250));
        for text in ["", "x", "a@", "a@b", "@b.com", "a b@c.com", "a@b@c.com", "a@.com", "a@b.", &long] {
            assert!(email(text).is_err(), "{text}");
        }
        assert!(instance("com espaço").is_err() && instance("").is_err());
        assert!(uf("XX").is_err() && uf("AC AL").is_err() && zone("Marte").is_err());
        assert!(phone("123").is_err() && whatsapp_number("55 11 abc").is_err());
    }
}
