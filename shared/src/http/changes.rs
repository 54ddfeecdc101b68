//! Putting what a body says onto a row, column by column: a missing key leaves a column, `null` clears one that may be null and is refused for
//! any other; all that is wrong is told at once, each refusal with its field and what is expected.
//!
//! Handlers that write settings, of clinics and of operators, make [`Changes`] of a [`Patch`] and end with [`Changes::finish`]. The checks here
//! are those of any column; what a clinic and its people are is [`cadastro`](crate::domain::cadastro).

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::Patch;
use crate::domain::cadastro::Checked;
use crate::problem::{FieldProblem, Problem};

/// What is said of a field that must be there.
pub const MISSING: &str = "Este campo é obrigatório.";

/// Nobody reads more; a body full of errors must not become an answer too large to send.
const MOST_COMPLAINTS: usize = 100;

/// What is wrong with a request, collected so that all of it is told at once.
#[derive(Debug, Default)]
pub struct Complaints(Vec<FieldProblem>);

impl Complaints {
    /// Complains about a field.
    pub fn wrong(&mut self, campo: &str, mensagem: impl Into<String>) {
        if self.0.len() < MOST_COMPLAINTS {
            self.0.push(FieldProblem { campo: campo.to_owned(), mensagem: mensagem.into() });
        }
    }

    /// Refuses when anything was wrong.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`].
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::InvalidFields { fields: self.0 }) }
    }
}

/// The changes a body asks for.
#[derive(Debug, Default)]
pub struct Changes {
    nulls: BTreeSet<String>,
    complaints: Complaints,
}

impl Changes {
    /// The changes of a body, and the body itself.
    pub fn of<T>(patch: Patch<T>) -> (T, Self) {
        let (body, nulls) = patch.into_parts();
        (body, Self { nulls, complaints: Complaints::default() })
    }

    /// Complains about a field.
    pub fn wrong(&mut self, campo: &str, mensagem: impl Into<String>) {
        self.complaints.wrong(campo, mensagem);
    }

    /// The value of a text that must be there.
    pub fn needed<C>(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<C>,
    ) -> Option<C> {
        let checked = value.map_or_else(|| Err(MISSING.to_owned()), |text| check(&text));
        checked.map_err(|sentence| self.wrong(campo, sentence)).ok()
    }

    /// A column that may not be null.
    pub fn required<V, C>(
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
    pub fn text<C: Into<String>>(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<C>,
        column: &mut String,
    ) {
        self.required(campo, value, |text| check(&text).map(Into::into), column);
    }

    /// A column that may be null.
    pub fn optional<V, C>(
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
    pub fn optional_text<C: Into<String>>(
        &mut self,
        campo: &str,
        value: Option<String>,
        check: impl FnOnce(&str) -> Checked<C>,
        column: &mut Option<String>,
    ) {
        match value {
            Some(blank) if blank.trim().is_empty() => *column = None,
            value => self.optional(campo, value, |text| check(&text).map(Into::into), column),
        }
    }

    /// A list, whose check tells itself what is wrong; `null` is an empty one.
    pub fn list<V, C>(
        &mut self,
        campo: &str,
        value: Option<Vec<V>>,
        check: impl FnOnce(&mut Complaints, &[V]) -> Vec<C>,
        column: &mut Vec<C>,
    ) {
        match value {
            Some(value) => *column = check(&mut self.complaints, &value),
            None if self.nulls.contains(campo) => column.clear(),
            None => {}
        }
    }

    /// Refuses when anything was wrong.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`].
    pub fn finish(self) -> Result<(), Problem> {
        self.complaints.finish()
    }
}

/// A whole number.
pub fn number(allowed: RangeInclusive<i32>) -> impl Fn(i64) -> Checked<i32> {
    whole(allowed, |from, to| format!("Use um número de {from} a {to}."))
}

/// A whole number, refused by a sentence of the caller's.
pub fn whole(allowed: RangeInclusive<i32>, sentence: fn(i32, i32) -> String) -> impl Fn(i64) -> Checked<i32> {
    move |value| {
        let whole = i32::try_from(value).ok().filter(|value| allowed.contains(value));
        whole.ok_or_else(|| sentence(*allowed.start(), *allowed.end()))
    }
}

/// Yes or no.
///
/// # Errors
/// Never: it stands where the other checks stand.
pub fn flag(value: bool) -> Checked<bool> {
    Ok(value)
}

/// One of a closed set of words.
pub fn word(allowed: &'static [&'static str]) -> impl Fn(&str) -> Checked<&'static str> {
    move |word| {
        let known = allowed.iter().copied().find(|known| *known == word);
        known.ok_or_else(|| one_of(allowed.iter().copied()))
    }
}

/// What is told of a word that is none of a closed set.
pub fn one_of<'w>(allowed: impl IntoIterator<Item = &'w str>) -> String {
    format!("Use um destes valores: {}.", allowed.into_iter().collect::<Vec<_>>().join(", "))
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

    #[test]
    fn a_missing_key_leaves_a_column_and_null_clears_one_that_may_be_null() {
        let keys = |body: &[u8]| Changes::of(Patch::<serde_json::Value>::from_slice(body).unwrap()).1;
        let mut row = (Some(7), "Ana".to_owned(), vec![1]);
        let mut changes = keys(br#"{"limite": null, "itens": null}"#);
        changes.optional("limite", None, number(1..=9), &mut row.0);
        changes.text("nome", None, word(&["Bia"]), &mut row.1);
        changes.list("itens", None::<Vec<i32>>, |_, _| vec![2], &mut row.2);
        changes.finish().unwrap();
        assert_eq!(row, (None, "Ana".to_owned(), vec![]));
        let mut changes = keys(br#"{"nome": null}"#);
        changes.text("nome", None, word(&["Bia"]), &mut row.1);
        let refused = changes.finish().unwrap_err();
        assert!(matches!(refused, Problem::InvalidFields { fields } if fields[0].campo == "nome"));
    }

    #[test]
    fn a_body_full_of_errors_is_not_told_whole() {
        let mut changes = Changes::default();
        for at in 0..=MOST_COMPLAINTS {
            changes.wrong(&at.to_string(), MISSING);
        }
        let Err(Problem::InvalidFields { fields }) = changes.finish() else { panic!("refused") };
        assert_eq!(fields.len(), MOST_COMPLAINTS);
    }
}
