//! Tokens: JWT signed with EdDSA, named by `kid`.
//!
//! `login` alone holds a [`Signer`]; everybody else checks with a [`Verifier`], which knows public keys only. The algorithm
//! is fixed, never read from the token's header; a refresh token has another `aud` and is no access token.

use std::collections::HashMap;
use std::sync::Arc;
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
/// How long a refresh token lives, at most.
pub const REFRESH_TTL: Duration = Duration::from_hours(8);

/// How long a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// An access token's.
    pub access: Duration,
    /// A refresh token's: a session that is not renewed for so long is over.
    pub refresh: Duration,
    /// The session's, since its login, however often it is renewed.
    pub longest: Duration,
}

/// How long sessions go on, by who is in them.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    /// Of a clinic's users.
    pub clinic: Life,
    /// Of operators, who see every clinic's name and money: a page nobody touches is over soon.
    pub operator: Life,
}

impl Default for Lives {
    fn default() -> Self {
        Self::of(30, 12, 30)
    }
}

impl Lives {
    /// By the days of a clinic's session, the hours of an operator's and the minutes after which an operator's is over that is not renewed.
    pub fn of(days: u64, operator_hours: u64, operator_minutes: u64) -> Self {
        let day = Duration::from_hours(24);
        let idle = Duration::from_mins(operator_minutes.max(2));
        Self {
            clinic: Life {
                access: ACCESS_TTL,
                refresh: REFRESH_TTL,
                longest: day * u32::try_from(days).unwrap_or(u32::MAX).clamp(1, 3650),
            },
            operator: Life {
                access: ACCESS_TTL.min(idle / 2),
                refresh: REFRESH_TTL.min(idle),
                longest: Duration::from_hours(operator_hours.clamp(1, 24 * 30)),
            },
        }
    }

    /// Of this kind of user.
    pub fn of_user(&self, user_type: UserType) -> Life {
        if user_type == UserType::Operador { self.operator } else { self.clinic }
    }
}

impl Life {
    /// What of it is left at `now` to a session that began at `since`, Unix seconds; `None` when it is over.
    pub fn left(self, since: i64, now: i64) -> Option<Self> {
        let longest = i64::try_from(self.longest.as_secs()).unwrap_or(i64::MAX);
        let left = u64::try_from(since.saturating_add(longest).saturating_sub(now)).ok()?;
        let left = Duration::from_secs(left);
        let over = left.is_zero();
        (!over).then(|| Self {
            access: self.access.min(left),
            refresh: self.refresh.min(left),
            longest: left,
        })
    }
}
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
    /// How often all of the user's sessions had been ended when this token was made.
    #[serde(default)]
    pub epoca: i32,
    /// The session, which outlives its tokens.
    pub sid: String,
    /// When the session began with a password, Unix seconds; a renewal keeps it. Tokens of before it was written have none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
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
    /// How often all of the user's sessions were ended so far.
    pub epoca: i32,
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

    /// A new pair of tokens for a session that began at `since`, Unix seconds, of which `life` is left.
    ///
    /// # Errors
    /// When the key does not sign, which means it is not an Ed25519 key.
    pub fn pair(
        &self,
        subject: &Subject,
        sid: &str,
        since: i64,
        life: Life,
    ) -> Result<Pair, jsonwebtoken::errors::Error> {
        let claims = |aud, ttl| Claims { auth_time: Some(since), ..self.claims(subject, sid, aud, ttl) };
        let access = claims(Audience::Access, life.access);
        let refresh = claims(Audience::Refresh, life.refresh);
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
            epoca: subject.epoca,
            sid: sid.to_owned(),
            auth_time: None,
            iss: ISSUER.to_owned(),
            aud,
            sub: format!("{}:{}", subject.user_type, subject.user_id),
            iat,
            exp: iat.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(0)),
            jti: Uuid::now_v7().to_string(),
        }
    }
}

/// Checks tokens; cheap to clone.
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<HashMap<String, DecodingKey>>,
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
        Ok(Self { keys: Arc::new(keys), clock })
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
