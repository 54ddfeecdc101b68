//! Passwords: argon2id (m = 19 MiB, t = 2, p = 1) for what we store, bcrypt for what the database hashed when somebody
//! wrote a plain `senha` by SQL; the latter is replaced at the next login.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

/// A hash of nothing anyone can type; unknown users are checked against it, so that they cost what known users cost.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$cmJJ4qTTSPYQpUQ8wGLVvvPJKlYfzUyqSaSNKKXzm0c";

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right, and stored as we would store it today.
    Right,
    /// Right, but stored in an older form: store it again.
    RightButOld,
    /// Wrong, or there is nobody to compare with.
    Wrong,
}

/// Compares a password with what is stored; `None` costs the same as a wrong one.
pub fn verify(given: &SecretString, stored: Option<&str>) -> Verdict {
    let given = given.expose_secret().as_bytes();
    let Some(stored) = stored else {
        let _ = argon2_matches(given, NOBODY);
        return Verdict::Wrong;
    };
    if stored.starts_with("$2") {
        return match bcrypt::verify(given, stored) {
            Ok(true) => Verdict::RightButOld,
            _ => Verdict::Wrong,
        };
    }
    if argon2_matches(given, stored) { Verdict::Right } else { Verdict::Wrong }
}

fn argon2_matches(given: &[u8], stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| Argon2::default().verify_password(given, &hash).is_ok())
}

/// The form in which a password is stored.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn hash(given: &SecretString) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(given.expose_secret().as_bytes())?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_store_is_argon2id_and_only_the_right_password_opens_it() {
        let stored = hash(&SecretString::from("senha123")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify(&SecretString::from("senha123"), Some(&stored)), Verdict::Right);
        assert_eq!(verify(&SecretString::from("Senha123"), Some(&stored)), Verdict::Wrong);
    }

    #[test]
    fn what_the_database_hashed_opens_once_and_asks_to_be_replaced() {
        let stored = bcrypt::hash("senha123", 4).unwrap();
        assert_eq!(verify(&SecretString::from("senha123"), Some(&stored)), Verdict::RightButOld);
        assert_eq!(verify(&SecretString::from("outra"), Some(&stored)), Verdict::Wrong);
    }

    #[test]
    fn nobody_costs_a_real_comparison() {
        assert!(PasswordHash::new(NOBODY).is_ok(), "a hash that does not parse would answer at once");
        assert_eq!(verify(&SecretString::from("x"), None), Verdict::Wrong);
    }
}
