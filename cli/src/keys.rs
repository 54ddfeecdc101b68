//! `hi keys`: a new Ed25519 pair, in the form `shared::auth::token` reads.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;

/// A new pair under a new `kid`, as JSON: `{kid, signing_key, verifying_keys}`.
pub(crate) fn generate() -> anyhow::Result<String> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("the machine gives no randomness")?;
    let key = SigningKey::from_bytes(&seed);
    let mut name = [0; 4];
    getrandom::fill(&mut name).context("the machine gives no randomness")?;
    let kid = format!("k{}", hex::encode(name));
    let private = key.to_pkcs8_der().context("the key could not be written")?;
    let pair = serde_json::json!({
        "kid": kid,
        "signing_key": format!("{kid}:{}", STANDARD.encode(private.as_bytes())),
        "verifying_keys": format!("{kid}:{}", STANDARD.encode(key.verifying_key().as_bytes())),
    });
    Ok(pair.to_string())
}
