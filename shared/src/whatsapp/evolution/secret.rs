//! The proof that a post comes from the instance it names: HMAC-SHA256 of the instance's name under a key of the platform.
//!
//! The proof needs no lookup, so the webhook needs no database. Two keys may be active while one replaces the other.
//! `hi webhook-url` and whoever configures an instance write the proof into its webhook's headers.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// The header that carries the proof.
pub const WEBHOOK_HEADER: &str = "x-webhook-secret";

/// The shortest key, bytes: the length of the hash, below which HMAC gets weaker (RFC 2104, 3).
const SHORTEST_KEY: usize = 32;
/// The most keys at a time.
const MOST_KEYS: usize = 2;

/// Why keys were not accepted; never shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Not one or two keys.
    #[error("expected one or two keys")]
    Count,
    /// A key is not hexadecimal.
    #[error("a key is not hexadecimal")]
    NotHex,
    /// A key is too short.
    #[error("a key has fewer than 32 bytes")]
    TooShort,
}

/// The platform's active keys, the one that signs first.
#[derive(Clone)]
pub struct WebhookKeys(Vec<Vec<u8>>);

impl std::fmt::Debug for WebhookKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebhookKeys({})", self.0.len())
    }
}

impl WebhookKeys {
    /// What the configuration expects.
    pub const FORMAT: &'static str =
        "one or two keys of 64 hexadecimal digits, comma-separated, the signing one first";

    /// Reads keys as [`Self::FORMAT`] says.
    pub fn new(text: &str) -> Result<Self, KeysError> {
        let keys = text.split(',').map(|key| hex::decode(key.trim())).collect::<Result<Vec<_>, _>>();
        let keys = keys.map_err(|_| KeysError::NotHex)?;
        if keys.len() > MOST_KEYS {
            return Err(KeysError::Count);
        }
        if keys.iter().any(|key| key.len() < SHORTEST_KEY) {
            return Err(KeysError::TooShort);
        }
        Ok(Self(keys))
    }

    /// What the instance must send: 64 lower-case hexadecimal digits.
    pub fn secret_for(&self, instance: &str) -> String {
        self.0.first().map(|key| proof(key, instance)).unwrap_or_default()
    }

    /// Whether `given` is the instance's proof under any active key; takes the same time wherever it differs.
    pub fn verify(&self, instance: &str, given: &str) -> bool {
        let matches = |key: &Vec<u8>| proof(key, instance).as_bytes().ct_eq(given.as_bytes());
        let any: bool = self.0.iter().map(matches).fold(Choice::from(0), |any, this| any | this).into();
        any && !given.is_empty()
    }
}

fn proof(key: &[u8], instance: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(instance.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeef";

    #[test]
    fn the_proof_is_hmac_sha256_of_the_name() {
        // printf DrMarco | openssl dgst -sha256 -mac HMAC -macopt hexkey:$OLD
        let expected = "3b384e57d4d5462bfece759654e41a5f2684e6544f30e2db2b203dfbd12d76ad";
        assert_eq!(WebhookKeys::new(OLD).unwrap().secret_for("DrMarco"), expected);
    }

    #[test]
    fn only_the_own_whole_proof_is_accepted() {
        let keys = WebhookKeys::new(OLD).unwrap();
        let proof = keys.secret_for("DrMarco");
        assert!(keys.verify("DrMarco", &proof));
        let shorter = proof.get(..63).unwrap();
        for wrong in
            ["", "x", shorter, &format!("{proof}0"), &format!(" {proof}"), &keys.secret_for("ProSaude")]
        {
            assert!(!keys.verify("DrMarco", wrong), "{wrong}");
        }
        assert!(!keys.verify("drmarco", &proof), "names differ in case");
    }

    #[test]
    fn two_keys_are_active_during_a_rotation() {
        let (old, both, new) = (OLD.to_owned(), format!("{NEW}, {OLD}"), NEW.to_owned());
        let [old, both, new] = [old, both, new].map(|text| WebhookKeys::new(&text).unwrap());
        assert!(both.verify("DrMarco", &old.secret_for("DrMarco")));
        assert!(both.verify("DrMarco", &new.secret_for("DrMarco")));
        assert_eq!(both.secret_for("DrMarco"), new.secret_for("DrMarco"), "the first key signs");
        assert!(!new.verify("DrMarco", &old.secret_for("DrMarco")), "a retired key proves nothing");
    }

    #[test]
    fn keys_that_prove_little_are_refused() {
        let refusal = |text: &str| WebhookKeys::new(text).unwrap_err();
        assert_eq!(refusal(""), KeysError::TooShort);
        assert_eq!(refusal("segredo"), KeysError::NotHex);
        assert_eq!(refusal("abcd"), KeysError::TooShort);
        assert_eq!(refusal(&format!("{OLD},")), KeysError::TooShort);
        assert_eq!(refusal(&format!("{OLD},{NEW},{OLD}")), KeysError::Count);
        assert!(!format!("{:?}", WebhookKeys::new(OLD).unwrap()).contains("00"));
    }
}
