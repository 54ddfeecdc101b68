//! Two proofs: Meta's that it posts (HMAC-SHA256 of the body under the app's secret), and whoever set the address up at Meta's that they
//! know the token we know.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The header that carries the signature, `sha256=` and 64 hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

/// The secrets of the platform's app at Meta.
#[derive(Clone)]
pub struct CloudProof {
    app_secret: SecretString,
    verify_token: SecretString,
}

impl std::fmt::Debug for CloudProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CloudProof")
    }
}

impl CloudProof {
    /// Both secrets; an empty one proves nothing to anybody.
    pub fn new(app_secret: SecretString, verify_token: SecretString) -> Self {
        Self { app_secret, verify_token }
    }

    /// Whether `header` is the signature of `body`; takes the same time wherever it differs.
    pub fn signed(&self, body: &[u8], header: &str) -> bool {
        let secret = self.app_secret.expose_secret();
        let Some(given) = header.strip_prefix("sha256=").and_then(|digits| hex::decode(digits).ok()) else {
            return false;
        };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(body);
        !secret.is_empty() && bool::from(mac.finalize().into_bytes().as_slice().ct_eq(&given))
    }

    /// Whether `token` is ours. Digests are compared, so that the time does not tell the length either.
    pub fn knows(&self, token: &str) -> bool {
        let ours = self.verify_token.expose_secret();
        let same =
            Sha256::digest(ours.as_bytes()).as_slice().ct_eq(Sha256::digest(token.as_bytes()).as_slice());
        !ours.is_empty() && bool::from(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(app_secret: &str, verify_token: &str) -> CloudProof {
        CloudProof::new(SecretString::from(app_secret), SecretString::from(verify_token))
    }

    #[test]
    fn only_the_signature_of_this_body_under_this_secret_is_accepted() {
        // printf '{"object":"whatsapp_business_account"}' | openssl dgst -sha256 -hmac segredo
        let body = br#"{"object":"whatsapp_business_account"}"#;
        let good = "sha256=f3332ff5c60ad4472fec5895fcab6be6b0b666af00ff72ffccc32c140e972870";
        let meta = proof("segredo", "t");
        assert!(meta.signed(body, good));
        assert!(!meta.signed(b"{}", good));
        assert!(!proof("outro", "t").signed(body, good));
        for wrong in [
            "",
            "sha256=",
            "sha1=00",
            good.strip_prefix("sha256=").unwrap(),
            &good[..good.len() - 2],
            &format!("{good}00"),
        ] {
            assert!(!meta.signed(body, wrong), "{wrong}");
        }
    }

    #[test]
    fn empty_secrets_prove_nothing() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(b"{}");
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert!(!proof("", "").signed(b"{}", &signature));
        assert!(!proof("", "").knows(""));
        assert!(
            proof("", "abc").knows("abc") && !proof("", "abc").knows("abcd") && !proof("", "abc").knows("")
        );
    }
}
