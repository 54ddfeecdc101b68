//! Secrets that live in a link, for programs and visitors that send no bearer: 256 random bits that mean nothing by themselves. The database
//! keeps only their SHA-256, so who reads it can follow no link, and looking a digest up tells nothing by its timing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const BYTES: usize = 32;

/// A new secret, base64url without padding.
///
/// # Errors
/// [`Problem::Internal`] when the system has no randomness.
pub fn generate() -> Result<SecretString, Problem> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| {
        tracing::error!("the system gave no random bytes");
        Problem::Internal
    })?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// Whether a text has the form of a secret of ours.
pub fn is_one(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == BYTES)
}

/// What is kept of a secret: its SHA-256, in hexadecimal.
pub fn digest(secret: &SecretString) -> String {
    hex::encode(Sha256::digest(secret.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_fit_a_link_and_never_repeat() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        let text = one.expose_secret();
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert!(is_one(text) && !is_one("abc") && !is_one(&text.repeat(2)));
        assert_ne!(digest(&one), digest(&other));
        assert_eq!(digest(&SecretString::from("abc")), digest(&SecretString::from("abc")));
        assert_eq!(digest(&one).len(), 64);
    }
}
