//! Reading what operators write: each refusal names its field and what is expected, and all that is wrong is told at once. A missing key leaves
//! a column, `null` clears one that may be null and is refused for any other.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

pub(crate) use shared::domain::cadastro::{
    Checked, clinic, document, email, instance, line, person, phone, uf, whatsapp_number, zone,
};
use shared::http::Patch;
use shared::problem::{FieldProblem, Problem};

/// What is said of a field that must be there.
const MISSING: &str = "Este campo é obrigatório.";

/// The changes a body asks for.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    nulls: BTreeSet<String>,
    wrong: Vec<FieldProblem>,
}

impl Changes {
    /// The changes of a body, and the body itself.
    pub(crate) fn of<T>(patch: Patch<T>) -> (T, Self) {
        let (body, nulls) = patch.into_parts();
        (body, Self { nulls, wrong: Vec::new() })
    }

    /// Complains about a field.
    pub(crate) fn wrong(&mut self, campo: &str, mensagem: impl Into<String>) {
        self.wrong.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.into() });
    }

    /// The value of a text that must be there.
    pub(crate) fn needed<C>(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<C>,
    ) -> Option<C> {
        let checked = value.map_or_else(|| Err(MISSING.to_owned()), |text| check(&text));
        checked.map_err(|sentence| self.wrong(campo, sentence)).ok()
    }

    /// A column that may not be null.
    pub(crate) fn required<V, C>(
        &mut self,
        campo: &str,
        value: Option<V>,
        check: impl FnOnce(V) -> Checked<C>,
        column: &mut C,
    ) {
        match value.map(check) {
            Some(Ok(value)) => *column = value,
            Some(Err(sentence)) => self.wrong(campo, sentence),
            None if self.nulls.contains(campo) => self.wrong(campo, "Este campo não pode ficar vazio."),
            None => {}
        }
    }

    /// A text that may not be null.
    pub(crate) fn text(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<String>,
        column: &mut String,
    ) {
        self.required(campo, value, |text| check(&text), column);
    }

    /// A column that may be null.
    pub(crate) fn optional<V, C>(
        &mut self,
        campo: &str,
        value: Option<V>,
        check: impl FnOnce(V) -> Checked<C>,
        column: &mut Option<C>,
    ) {
        match value.map(check) {
            Some(Ok(value)) => *column = Some(value),
            Some(Err(sentence)) => self.wrong(campo, sentence),
            None if self.nulls.contains(campo) => *column = None,
            None => {}
        }
    }

    /// A text that may be null; a blank one is null, because forms send them.
    pub(crate) fn optional_text(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<String>,
        column: &mut Option<String>,
    ) {
        match value {
            Some(blank) if blank.trim().is_empty() => *column = None,
            value => self.optional(campo, value, |text| check(&text), column),
        }
    }

    /// Refuses when anything was wrong.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Problem::InvalidFields { fields: self.wrong }) }
    }
}

/// A whole number.
pub(crate) fn number(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Checked<i32> {
    move |value| {
        let whole = i32::try_from(value).ok().filter(|value| allowed.contains(value));
        whole.ok_or_else(|| format!("Use um número de {} a {}.", allowed.start(), allowed.end()))
    }
}

/// A whole number of any size.
pub(crate) fn large(allowed: RangeInclusive<i64>) -> impl Fn(i64) -> Checked<i64> {
    move |value| {
        let fits = allowed.contains(&value).then_some(value);
        fits.ok_or_else(|| format!("Use um número de {} a {}.", allowed.start(), allowed.end()))
    }
}

/// One of a closed set of words.
pub(crate) fn word(allowed: &'static [&'static str]) -> impl Fn(&str) -> Checked<&'static str> {
    move |word| {
        let known = allowed.iter().copied().find(|known| *known == word);
        known.ok_or_else(|| format!("Use um destes valores: {}.", allowed.join(", ")))
    }
}

/// Yes or no.
#[expect(clippy::unnecessary_wraps, reason = "it stands where the other checks stand")]
pub(crate) fn flag(value: bool) -> Checked<bool> {
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_and_within() {
        assert_eq!(number(6..=240)(6), Ok(6));
        assert!(number(6..=240)(5).is_err() && number(6..=240)(i64::MAX).is_err());
        assert!(word(&["a", "b"])("c").unwrap_err().contains("a, b"));
    }
}
