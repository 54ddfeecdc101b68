//! A key of nobody and one token it signed.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use secrecy::SecretString;
use shared::auth::UserType;
use shared::auth::token::{Audience, Signer, Subject, Verifier};
use shared::clock::FixedClock;

/// What checks tokens, and one that is good.
pub(crate) struct Keys {
    pub(crate) verifier: Verifier,
    pub(crate) good: String,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let key = SigningKey::from_bytes(&[7; 32]);
    let der = key.to_pkcs8_der().expect("a key");
    let clock = FixedClock::at(crate::NOW);
    let private = SecretString::from(format!("fuzz:{}", STANDARD.encode(der.as_bytes())));
    let signer = Signer::new(&private, clock.clone()).expect("a key");
    let public = format!("fuzz:{}", STANDARD.encode(key.verifying_key().as_bytes()));
    let subject = Subject {
        user_id: "1".parse().expect("an id"),
        user_type: UserType::Secretaria,
        email: "secretaria@prosaude.com".to_owned(),
        cliente_id: Some("1".parse().expect("an id")),
        gestor: false,
        papel: None,
        epoca: 0,
    };
    let claims = signer.claims(&subject, "sessao", Audience::Access, Duration::from_hours(1));
    let good = signer.sign(&claims).expect("it signs");
    Keys { verifier: Verifier::new(&public, clock).expect("a key"), good }
});
