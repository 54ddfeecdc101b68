//! Writing settings: what a body says, checked and put onto a row, column by column. A missing key leaves the column, `null` clears one that
//! may be null and is refused for any other; all that is wrong is told at once.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde::Deserialize;
use shared::domain::cor;
use shared::domain::nota::refuse_links;
use shared::http::Patch;
use shared::problem::Problem;
use utoipa::IntoParams;

use crate::input::{self, Fields};

/// The largest price, centavos: a million reais.
pub(crate) const MOST_CENTAVOS: i64 = 100_000_000;

/// What a list of settings asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Filter {
    /// `true` leaves out what is not in use any more.
    #[serde(default)]
    pub(crate) ativos: bool,
}

/// The changes a body asks for.
#[derive(Debug)]
pub(crate) struct Changes {
    nulls: BTreeSet<String>,
    /// What is wrong so far.
    pub(crate) fields: Fields,
}

impl Changes {
    /// The changes of a body, and the body itself.
    pub(crate) fn of<T>(patch: Patch<T>) -> (T, Self) {
        let (body, nulls) = patch.into_parts();
        (body, Self { nulls, fields: Fields::default() })
    }

    /// A column that may not be null.
    pub(crate) fn required<V, C>(
        &mut self,
        campo: &str,
        value: Option<V>,
        check: impl FnOnce(V) -> Result<C, String>,
        column: &mut C,
    ) {
        match value.map(check) {
            Some(Ok(value)) => *column = value,
            Some(Err(sentence)) => self.fields.wrong(campo, &sentence),
            None if self.nulls.contains(campo) => {
                self.fields.wrong(campo, "Este campo não pode ficar vazio.");
            }
            None => {}
        }
    }

    /// A text that may not be null.
    pub(crate) fn text(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Result<String, String>,
        column: &mut String,
    ) {
        self.required(campo, value, |text| check(&text), column);
    }

    /// The column `nome`; a row that is being created has none yet, and needs one.
    pub(crate) fn nome(&mut self, value: Option<String>, column: &mut String) {
        self.nome_up_to(120, value, column);
    }

    /// The same of so many characters.
    pub(crate) fn nome_up_to(&mut self, most: usize, value: Option<String>, column: &mut String) {
        if value.is_none() && column.is_empty() {
            self.fields.wrong("nome", "Este campo é obrigatório.");
        } else {
            self.text("nome", value, |text| name(most, text), column);
        }
    }

    /// A column that may be null.
    pub(crate) fn optional<V, C>(
        &mut self,
        campo: &str,
        value: Option<V>,
        check: impl FnOnce(V) -> Result<C, String>,
        column: &mut Option<C>,
    ) {
        match value.map(check) {
            Some(Ok(value)) => *column = Some(value),
            Some(Err(sentence)) => self.fields.wrong(campo, &sentence),
            None if self.nulls.contains(campo) => *column = None,
            None => {}
        }
    }

    /// A text that may be null; an empty one is null, because forms send them.
    pub(crate) fn optional_text(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Result<String, String>,
        column: &mut Option<String>,
    ) {
        match value {
            Some(blank) if blank.trim().is_empty() => *column = None,
            value => self.optional(campo, value, |text| check(&text), column),
        }
    }

    /// A list; `null` is an empty one.
    pub(crate) fn list<V, C>(
        &mut self,
        campo: &str,
        value: Option<Vec<V>>,
        check: impl FnOnce(&mut Fields, &[V]) -> Vec<C>,
        column: &mut Vec<C>,
    ) {
        match value {
            Some(value) => *column = check(&mut self.fields, &value),
            None if self.nulls.contains(campo) => column.clear(),
            None => {}
        }
    }

    /// Refuses when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        self.fields.finish()
    }
}

/// A whole number.
pub(crate) fn number(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Result<i32, String> {
    whole(allowed, |from, to| format!("Use um número de {from} a {to}."))
}

/// A whole number of minutes.
pub(crate) fn minutes(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Result<i32, String> {
    whole(allowed, |from, to| format!("Use de {from} a {to} minutos."))
}

/// A whole number of days.
pub(crate) fn days(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Result<i32, String> {
    whole(allowed, |from, to| format!("Use de {from} a {to} dias."))
}

fn whole(
    allowed: RangeInclusive<i32>,
    sentence: fn(i32, i32) -> String,
) -> impl Fn(i64) -> Result<i32, String> {
    move |value| {
        i32::try_from(value)
            .ok()
            .filter(|value| allowed.contains(value))
            .ok_or_else(|| sentence(*allowed.start(), *allowed.end()))
    }
}

/// Money.
pub(crate) fn centavos(value: i64) -> Result<i64, String> {
    if (0..=MOST_CENTAVOS).contains(&value) {
        return Ok(value);
    }
    Err(format!("Escreva o valor em centavos, de 0 a {MOST_CENTAVOS}."))
}

/// Yes or no.
#[expect(clippy::unnecessary_wraps, reason = "it stands where the other checks stand")]
pub(crate) fn flag(value: bool) -> Result<bool, String> {
    Ok(value)
}

/// A name on one line, of two characters or more.
fn name(most: usize, text: &str) -> Result<String, String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_control) {
        return Err("O texto tem um caractere que não pode ser guardado.".to_owned());
    }
    // Names are read in letters and messages that leave in the platform's name.
    refuse_links(&text)?;
    if (2..=most).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(format!("Use de 2 a {most} caracteres."))
}

/// Free text.
pub(crate) fn text(most: usize) -> impl Fn(&str) -> Result<String, String> {
    move |text| {
        let text = text.trim();
        if text.contains('\0') {
            return Err("O texto tem um caractere que não pode ser guardado.".to_owned());
        }
        if text.chars().count() > most {
            return Err(format!("Use no máximo {most} caracteres."));
        }
        Ok(text.to_owned())
    }
}

/// A phone as people dial it, 0800 and two numbers in one line included.
pub(crate) fn dialled(text: &str) -> Result<String, String> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || " +-()/.".contains(c);
    if (8..=40).contains(&digits) && text.len() <= 60 && text.chars().all(known) {
        return Ok(text.to_owned());
    }
    Err("Escreva o telefone com DDD, como (11) 98765-4321.".to_owned())
}

/// One of a closed set of words.
pub(crate) fn word(allowed: &'static [&'static str]) -> impl Fn(&str) -> Result<String, String> {
    move |word| {
        if allowed.contains(&word) {
            return Ok(word.to_owned());
        }
        Err(input::one_of(allowed.iter().copied()))
    }
}

/// `#rrggbb`.
pub(crate) fn color(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err("Use uma cor no formato #rrggbb, como #1a73e8.".to_owned())
}

/// `#rrggbb` that white letters can be read on, and that can be read on white.
pub(crate) fn brand(text: &str) -> Result<String, String> {
    let text = color(text)?;
    if cor::is_readable(&text) {
        return Ok(text);
    }
    let darker = cor::darkened(&text);
    Err(format!("Esta cor é clara demais para se ler texto branco sobre ela. Um tom que serve: {darker}."))
}

/// An e-mail.
pub(crate) fn email(text: &str) -> Result<String, String> {
    input::email(text).ok_or_else(|| input::WRONG_EMAIL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_kept_as_it_is_stored() {
        assert_eq!(name(120, "  Consulta \n de  rotina ").as_deref(), Ok("Consulta de rotina"));
        assert_eq!(color("#1A73E8").as_deref(), Ok("#1a73e8"));
        assert_eq!(email(" Contato@Clinica.com.br ").as_deref(), Ok("contato@clinica.com.br"));
        for wrong in ["azul", "#12345", "#12345g", "1a73e8", "#1a73e8 x"] {
            assert!(color(wrong).is_err(), "{wrong}");
        }
        for wrong in ["a", "@b.com", "a@b", "a b@c.com", "a@b@c.com", "a@b."] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
        assert!(number(5..=720)(4).is_err() && number(5..=720)(i64::MAX).is_err());
        assert!(name(120, "x").is_err() && name(120, "a\u{0}b").is_err());
    }
}
