//! Passwords: argon2id (m = 19 MiB, t = 2, p = 1) for what we store, bcrypt for what the database hashed when somebody
//! wrote a plain `senha` by SQL; the latter is replaced at the next login.
//!
//! The 19 MiB are asked of the system once and kept. Asked for anew each time, every page of them was first emptied by the system, a fifth of what a
//! comparison took, and what was given back lay about in the process: four times as much. They are not cleared in between: what is left in
//! them tells less than the request they came from, which nobody clears either, and every hash begins by writing over all of it.

use std::sync::Mutex;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version, password_hash};
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
    PasswordHash::new(stored).is_ok_and(|hash| matches(given, &hash).unwrap_or(false))
}

/// Whether the same comes of the given password in the way the hash was made.
fn matches(given: &[u8], stored: &PasswordHash) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(stored)?);
    // Compared in constant time.
    Ok(*expected == output(&argon2, given, salt)?)
}

/// The form in which a password is stored.
///
/// # Errors
/// When the machine has no randomness to give.
pub fn hash(given: &SecretString) -> password_hash::Result<String> {
    let argon2 = Argon2::default();
    let salt = Salt::generate();
    let hash = output(&argon2, given.expose_secret().as_bytes(), &salt)?;
    let stored = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(stored.to_string())
}

/// What a hash is made in. A function compares one password at a time; who finds it taken asks the system for another.
static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

fn output(argon2: &Argon2<'_>, given: &[u8], salt: &Salt) -> password_hash::Result<Output> {
    let (mut kept, mut own) = (MEMORY.try_lock(), Vec::new());
    let memory = kept.as_mut().map_or(&mut own, |kept| &mut **kept);
    if memory.len() < argon2.params().block_count() {
        memory.resize(argon2.params().block_count(), Block::default());
    }
    let mut bytes = [0; Output::MAX_LENGTH];
    let length = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let bytes = bytes.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
    argon2.hash_password_into_with_memory(given, salt, bytes, memory)?;
    Ok(Output::new(bytes)?)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn what_we_store_is_argon2id_and_only_the_right_password_opens_it() {
        let stored = hash(&SecretString::from("senha123")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify(&SecretString::from("senha123"), Some(&stored)), Verdict::Right);
        assert_eq!(verify(&SecretString::from("Senha123"), Some(&stored)), Verdict::Wrong);
    }

    #[test]
    fn it_is_what_the_library_makes_whatever_was_in_the_memory_before() {
        for given in ["senha123", "outra", "senha123"] {
            let stored = hash(&SecretString::from(given)).unwrap();
            let known = PasswordHash::new(&stored).unwrap();
            assert!(Argon2::default().verify_password(given.as_bytes(), &known).is_ok(), "{stored}");
            let theirs = Argon2::default().hash_password(given.as_bytes()).unwrap().to_string();
            assert_eq!(theirs.len(), stored.len());
            assert_eq!(verify(&SecretString::from(given), Some(&theirs)), Verdict::Right, "{theirs}");
            assert_eq!(verify(&SecretString::from("x"), Some(&theirs)), Verdict::Wrong);
        }
    }

    #[test]
    fn two_at_once_do_not_write_over_each_other() {
        let stored = hash(&SecretString::from("senha123")).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    assert_eq!(verify(&SecretString::from("senha123"), Some(&stored)), Verdict::Right);
                });
            }
        });
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
