//! What operators do to clinics and to each other, where `hi` does it too: one implementation behind it and the console's API. What only the console does is
//! in `functions/admin`; a clinic is made whole by [`crate::onboarding`].
//!
//! Each act asks what the operator may, writes, and leaves its line in the trail as the last statement; callers only run it inside
//! `Db::as_operator`, and speak.

pub mod clinics;
#[cfg(feature = "migrate")]
pub mod first;
pub mod operators;
pub mod plan;

use secrecy::{ExposeSecret, SecretString};

use crate::auth::Operators;
use crate::db::operacao::OperatorTx;
use crate::problem::Problem;

/// Refuses an operator who may not; routes ask first, a terminal has no routes.
fn require(tx: &OperatorTx, who: Operators) -> Result<(), Problem> {
    if who.include(tx.papel()) { Ok(()) } else { Err(Problem::Forbidden) }
}

/// The link of an invitation below a clinic's address, `admin` for the operators'; `pages` is as `CLINIC_URL`.
pub fn invitation(pages: &str, subdomain: &str, secret: &SecretString) -> String {
    let pages = pages.trim_end_matches('/').replace("{clinica}", subdomain);
    format!("{pages}/convite#{}", secret.expose_secret())
}
