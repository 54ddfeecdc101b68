//! Reading what operators write: each refusal names its field and what is expected, and all that is wrong is told at once.

use std::ops::RangeInclusive;

pub(crate) use shared::domain::cadastro::{
    Checked, clinic, document, email, instance, line, person, phone, uf, whatsapp_number, zone,
};
pub(crate) use shared::http::Changes;
pub(crate) use shared::http::changes::{MISSING, flag, number, word};

/// A whole number of any size.
pub(crate) fn large(allowed: RangeInclusive<i64>) -> impl Fn(i64) -> Checked<i64> {
    move |value| {
        let fits = allowed.contains(&value).then_some(value);
        fits.ok_or_else(|| format!("Use um número de {} a {}.", allowed.start(), allowed.end()))
    }
}
