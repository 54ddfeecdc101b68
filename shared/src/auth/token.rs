//! Tokens: JWT signed with EdDSA, named by `kid`.
//!
//! `login` alone holds a [`Signer`]; everybody else checks with a [`Verifier`], which knows public keys only. The algorithm
//! is fixed, never read from the token's header; a refresh token has another `aud` and is no access token.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::{Papel, UserType};
use crate::clock::SharedClock;
use crate::id::{ClienteId, UserId};

/// How long an access token lives.
pub const ACCESS_TTL: Duration = Duration::from_hours(1);
/// How long a refresh token lives.
pub const REFRESH_TTL: Duration = Duration::from_hours(8);
const ISSUER: &str = "horario-inteligente";
/// Clocks of two functions may differ by this much.
const LEEWAY_SECONDS: i64 = 5;
const LONGEST: usize = 4_096;

/// What a token is good for; its `aud`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// Calling the API.
    #[serde(rename = "api")]
    Access,
    /// Getting the next pair of tokens.
    #[serde(rename = "refresh")]
    Refresh,
}

/// The claims of every token. `cliente_id` is absent for an operador.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id in its table.
    pub user_id: UserId,
    /// Which table.
    pub user_type: UserType,
    /// The user's e-mail, as the guide has it.
    pub email: String,
    /// The clinic.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cliente_id: Option<ClienteId>,
    /// Whether the user manages the clinic.
    pub gestor: bool,
    /// What an operador is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub papel: Option<Papel>,
    /// The session, which outlives its tokens.
    pub sid: String,
    /// Always the same.
    pub iss: String,
    /// What the token is good for.
    pub aud: Audience,
    /// `{user_type}:{user_id}`.
    pub sub: String,
    /// Issued at, Unix seconds.
    pub iat: i64,
    /// Expires at, Unix seconds.
    pub exp: i64,
    /// The token's own id.
    pub jti: String,
}

/// Whom tokens are issued to.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The user's id in its table.
    pub user_id: UserId,
    /// Which table.
    pub user_type: UserType,
    /// The user's e-mail.
    pub email: String,
    /// The clinic; none for an operador.
    pub cliente_id: Option<ClienteId>,
    /// Whether the user manages the clinic.
    pub gestor: bool,
    /// What an operador is.
    pub papel: Option<Papel>,
}

/// The name of a session that begins at `now`: [`started`] reads the moment from it again.
pub fn new_sid(now: Timestamp) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let nanos = u32::try_from(millis % 1_000 * 1_000_000).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, millis / 1_000, nanos)).to_string()
}

/// When a session began, to the millisecond; the epoch when its name does not tell.
pub fn started(sid: &str) -> Timestamp {
    let told = Uuid::try_parse(sid).ok().and_then(|sid| sid.get_timestamp()).map(|at| at.to_unix());
    told.and_then(|(seconds, nanos)| Timestamp::new(seconds.try_into().ok()?, nanos.try_into().ok()?).ok())
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An access token, a refresh token and the latter's id.
#[derive(Debug)]
pub struct Pair {
    /// For the API.
    pub access: String,
    /// For the next pair.
    pub refresh: String,
    /// The refresh token's `jti`, which the ledger keeps.
    pub refresh_jti: String,
}

/// A key, or a list of keys, that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("malformed key; expected {0}")]
pub struct KeyError(&'static str);

/// Issues tokens.
pub struct Signer {
    kid: String,
    key: EncodingKey,
    clock: SharedClock,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Signer {
    /// How a signing key is written: `<kid>:<base64 of the PKCS#8 DER>`.
    pub const FORMAT: &'static str = "<kid>:<base64 of the PKCS#8 DER>, as `hi keys` prints it";

    /// Reads a signing key.
    ///
    /// # Errors
    /// When it is not written as [`Signer::FORMAT`].
    pub fn new(text: &SecretString, clock: SharedClock) -> Result<Self, KeyError> {
        let malformed = || KeyError(Self::FORMAT);
        let (kid, der) = text.expose_secret().split_once(':').ok_or_else(malformed)?;
        let der = STANDARD.decode(der).map_err(|_| malformed())?;
        Ok(Self { kid: kid.to_owned(), key: EncodingKey::from_ed_der(&der), clock })
    }

    /// A new pair of tokens for a session.
    ///
    /// # Errors
    /// When the key does not sign, which means it is not an Ed25519 key.
    pub fn pair(&self, subject: &Subject, sid: &str) -> Result<Pair, jsonwebtoken::errors::Error> {
        let access = self.claims(subject, sid, Audience::Access, ACCESS_TTL);
        let refresh = self.claims(subject, sid, Audience::Refresh, REFRESH_TTL);
        Ok(Pair { access: self.sign(&access)?, refresh: self.sign(&refresh)?, refresh_jti: refresh.jti })
    }

    /// Signs claims as they are.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn sign(&self, claims: &Claims) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key)
    }

    /// The claims a token of this kind would carry.
    pub fn claims(&self, subject: &Subject, sid: &str, aud: Audience, ttl: Duration) -> Claims {
        let iat = self.clock.now().as_second();
        Claims {
            user_id: subject.user_id,
            user_type: subject.user_type,
            email: subject.email.clone(),
            cliente_id: subject.cliente_id,
            gestor: subject.gestor,
            papel: subject.papel,
            sid: sid.to_owned(),
            iss: ISSUER.to_owned(),
            aud,
            sub: format!("{}:{}", subject.user_type, subject.user_id),
            iat,
            exp: iat.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(0)),
            jti: Uuid::now_v7().to_string(),
        }
    }
}

/// Checks tokens.
#[derive(Clone)]
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
    clock: SharedClock,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("kids", &self.keys.keys()).finish_non_exhaustive()
    }
}

impl Verifier {
    /// How public keys are written; more than one while a key is being rotated.
    pub const FORMAT: &'static str = "<kid>:<base64 of the 32-byte public key>[,…], as `hi keys` prints it";

    /// Reads the public keys.
    ///
    /// # Errors
    /// When they are not written as [`Verifier::FORMAT`].
    pub fn new(text: &str, clock: SharedClock) -> Result<Self, KeyError> {
        let malformed = || KeyError(Self::FORMAT);
        let mut keys = HashMap::new();
        for entry in text.split(',').map(str::trim) {
            let (kid, raw) = entry.split_once(':').ok_or_else(malformed)?;
            let raw = STANDARD.decode(raw).map_err(|_| malformed())?;
            let key =
                DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(raw)).map_err(|_| malformed())?;
            keys.insert(kid.to_owned(), key);
        }
        Ok(Self { keys, clock })
    }

    /// The time expiry is compared with.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The claims, if the token is ours, for this audience, and not expired; `None` for every other case alike.
    pub fn verify(&self, token: &str, audience: Audience) -> Option<Claims> {
        if token.len() > LONGEST {
            return None;
        }
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.keys.get(&kid)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[match audience {
            Audience::Access => "api",
            Audience::Refresh => "refresh",
        }]);
        // Expiry is compared with our own clock below, so that tests can move it.
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &rules).ok()?.claims;
        let now = self.clock.now().as_second();
        let in_time = claims.exp + LEEWAY_SECONDS > now && claims.iat <= now + LEEWAY_SECONDS;
        let whole = (claims.user_type == UserType::Operador) == claims.cliente_id.is_none();
        (in_time && whole && claims.aud == audience).then_some(claims)
    }
}
