//! Passwords people choose: by an invitation, after a forgotten one, or because they want another.

use secrecy::{ExposeSecret, SecretString};
use shared::auth::password;
use shared::problem::Problem;

/// The fewest characters.
const SHORTEST: usize = 8;
/// As the login takes it.
const LONGEST: usize = 256;

/// What is said of one that does not fit.
pub(crate) const RULE: &str = "Escolha uma senha de 8 caracteres ou mais.";

/// Whether it may be one.
pub(crate) fn fits(senha: &SecretString) -> bool {
    let text = senha.expose_secret();
    text.chars().count() >= SHORTEST && text.len() <= LONGEST && !text.contains('\0')
}

/// Hashing is work for a thread of its own, and never while a transaction is open.
pub(crate) async fn hashed(senha: SecretString) -> Result<String, Problem> {
    let hash = tokio::task::spawn_blocking(move || password::hash(&senha)).await;
    hash.map_err(|_| Problem::Internal)?.map_err(|_| Problem::Internal)
}
