//! Writing settings: what a body says, checked and put onto a row, column by column, as [`shared::http::changes`] does it.

use std::ops::RangeInclusive;

use serde::Deserialize;
pub(crate) use shared::domain::cadastro::{Checked, email, phone};
use shared::domain::cor;
use shared::domain::nota::refuse_links;
pub(crate) use shared::http::Changes;
use shared::http::changes::whole;
pub(crate) use shared::http::changes::{MISSING, flag, number, word};
use utoipa::IntoParams;

/// The largest price, centavos: a million reais.
pub(crate) const MOST_CENTAVOS: i64 = 100_000_000;

/// What a list of settings asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Filter {
    /// `true` leaves out what is not in use any more.
    #[serde(default)]
    pub(crate) ativos: bool,
}

/// What settings have of their own.
pub(crate) trait OfSettings {
    /// The column `nome`; a row that is being created has none yet, and needs one.
    fn nome(&mut self, value: Option<String>, column: &mut String);

    /// The same of so many characters.
    fn nome_up_to(&mut self, most: usize, value: Option<String>, column: &mut String);
}

impl OfSettings for Changes {
    fn nome(&mut self, value: Option<String>, column: &mut String) {
        self.nome_up_to(120, value, column);
    }

    fn nome_up_to(&mut self, most: usize, value: Option<String>, column: &mut String) {
        if value.is_none() && column.is_empty() {
            self.wrong("nome", MISSING);
        } else {
            self.text("nome", value, |text| name(most, text), column);
        }
    }
}

/// A whole number of minutes.
pub(crate) fn minutes(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Checked<i32> {
    whole(allowed, |from, to| format!("Use de {from} a {to} minutos."))
}

/// A whole number of days.
pub(crate) fn days(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Checked<i32> {
    whole(allowed, |from, to| format!("Use de {from} a {to} dias."))
}

/// Money.
pub(crate) fn centavos(value: i64) -> Checked<i64> {
    if (0..=MOST_CENTAVOS).contains(&value) {
        return Ok(value);
    }
    Err(format!("Escreva o valor em centavos, de 0 a {MOST_CENTAVOS}."))
}

/// A name on one line, of two characters or more.
fn name(most: usize, text: &str) -> Checked<String> {
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
pub(crate) fn text(most: usize) -> impl Fn(&str) -> Checked<String> {
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

/// `#rrggbb`.
pub(crate) fn color(text: &str) -> Checked<String> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(text);
    }
    Err("Use uma cor no formato #rrggbb, como #1a73e8.".to_owned())
}

/// `#rrggbb` that white letters can be read on, and that can be read on white.
pub(crate) fn brand(text: &str) -> Checked<String> {
    let text = color(text)?;
    if cor::is_readable(&text) {
        return Ok(text);
    }
    let darker = cor::darkened(&text);
    Err(format!("Esta cor é clara demais para se ler texto branco sobre ela. Um tom que serve: {darker}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_kept_as_it_is_stored() {
        assert_eq!(name(120, "  Consulta \n de  rotina ").as_deref(), Ok("Consulta de rotina"));
        assert_eq!(color("#1A73E8").as_deref(), Ok("#1a73e8"));
        for wrong in ["azul", "#12345", "#12345g", "1a73e8", "#1a73e8 x"] {
            assert!(color(wrong).is_err(), "{wrong}");
        }
        assert!(name(120, "x").is_err() && name(120, "a\u{0}b").is_err());
    }
}
