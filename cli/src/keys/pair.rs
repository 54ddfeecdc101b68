//! An Ed25519 pair, in the form `shared::auth::token` reads.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};

/// A pair under a name.
pub(super) struct Pair {
    pub(super) kid: String,
    /// `<kid>:<base64 of the PKCS#8 DER>`.
    pub(super) signing: String,
    /// `<kid>:<base64 of the public key>`.
    pub(super) verifying: String,
}

impl Pair {
    fn of(kid: String, key: &SigningKey) -> anyhow::Result<Self> {
        let private = key.to_pkcs8_der().context("the key could not be written")?;
        let signing = format!("{kid}:{}", STANDARD.encode(private.as_bytes()));
        let verifying = format!("{kid}:{}", STANDARD.encode(key.verifying_key().as_bytes()));
        Ok(Self { kid, signing, verifying })
    }

    /// The whole pair, out of what signs.
    pub(super) fn read(signing: &str) -> anyhow::Result<Self> {
        let (kid, der) = signing.trim().split_once(':').context("the signing key is malformed")?;
        let der = STANDARD.decode(der).context("the signing key is malformed")?;
        let key = SigningKey::from_pkcs8_der(&der).ok().context("the signing key is no Ed25519 key")?;
        Self::of(kid.to_owned(), &key)
    }

    /// `{kid, signing_key, verifying_keys}`.
    pub(super) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "kid": self.kid, "signing_key": self.signing, "verifying_keys": self.verifying })
    }
}

/// A new pair under a new `kid`.
pub(super) fn generate() -> anyhow::Result<Pair> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the machine gives no randomness")?;
    let mut name = [0; 4];
    getrandom::fill(&mut name).context("the machine gives no randomness")?;
    Pair::of(format!("k{}", hex::encode(name)), &SigningKey::from_bytes(&seed))
}

/// The names in a list of public keys.
pub(super) fn kids(verifying: &str) -> Vec<&str> {
    verifying
        .split(',')
        .filter_map(|key| key.trim().split(':').next())
        .filter(|kid| !kid.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_whole_again_out_of_what_signs() {
        let made = generate().unwrap();
        let read = Pair::read(&made.signing).unwrap();
        assert_eq!((read.kid, read.verifying), (made.kid, made.verifying));
        assert!(Pair::read("k1").is_err() && Pair::read("k1:x").is_err() && Pair::read("k1:AAAA").is_err());
    }

    #[test]
    fn names_are_read_out_of_a_list() {
        assert_eq!(kids("a:1, b:2"), ["a", "b"]);
        assert!(kids("").is_empty());
    }
}
