//! Evolution's REST interface, as far as a conversation needs it.
//!
//! The assistant and the reminders send through it, after their transaction is committed. Evolution's answers say less than
//! they seem to (a 200 may be a failure, a 400 may be worth repeating), so each becomes a [`SendError`] that says
//! what may be done next; `answer` holds that knowledge. Nothing is logged here.

mod answer;
mod door;
pub mod history;
pub mod instance;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use self::answer::{Answer, check};
use self::door::{Door, Shut};
use crate::config::Env;
use crate::secrets::SecretSource;
use crate::whatsapp::http::{self, bounded};
use crate::whatsapp::send::{ClientError, Media, SendError, SentMessage};

/// How long a connection may take; Evolution stands beside the functions.
const CONNECT: Duration = Duration::from_secs(3);
/// What its address looks like.
const ADDRESS: &str = "http://host:8080, and https where EVOLUTION_CA says who vouches for it";
/// The longest answer that is read, bytes: a recording in base64.
const LONGEST_ANSWER: usize = 8_000_000;
/// How long an answer may take: a send waits for WhatsApp, and the function must still write down what became of it.
const ANSWER: Duration = Duration::from_secs(15);

/// What the patient sees while an answer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// "digitando…"
    Composing,
    /// No longer.
    Paused,
}

/// A server of Evolution.
#[derive(Clone)]
pub struct Evolution {
    door: Arc<Door>,
    api_key: SecretString,
}

impl std::fmt::Debug for Evolution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evolution").field("host", &self.door.base().host_str()).finish_non_exhaustive()
    }
}

impl Evolution {
    /// The server at `base_url`, called with its global key.
    pub fn new(base_url: &str, api_key: SecretString) -> Result<Self, ClientError> {
        Self::with_timeouts(base_url, api_key, CONNECT, ANSWER)
    }

    /// The server at `base_url`, which is believed only with a certificate of the authority that `authority` tells; as the web does where there is none.
    ///
    /// # Errors
    /// [`ClientError::Address`] too when there is an authority and the address has no TLS.
    pub fn vouched(
        base_url: &str,
        api_key: SecretString,
        authority: Option<SecretSource>,
    ) -> Result<Self, ClientError> {
        let Some(authority) = authority else { return Self::new(base_url, api_key) };
        Ok(Self { door: Arc::new(Door::vouched(base_url, authority, (CONNECT, ANSWER))?), api_key })
    }

    /// Reads `EVOLUTION_URL`, `EVOLUTION_API_KEY` and, where it is there, `EVOLUTION_CA`; none when something is missing or malformed, which `env` then
    /// complains of.
    pub async fn load(env: &mut Env) -> Option<Self> {
        let api_key = env.secret("EVOLUTION_API_KEY", "Evolution's global key").await;
        let authority = env.secret_source("EVOLUTION_CA");
        env.parsed("EVOLUTION_URL", ADDRESS, |url| Self::vouched(url, api_key, authority).ok())
    }

    fn with_timeouts(
        base_url: &str,
        api_key: SecretString,
        connect: Duration,
        answer: Duration,
    ) -> Result<Self, ClientError> {
        Ok(Self { door: Arc::new(Door::open(base_url, (connect, answer))?), api_key })
    }

    /// An address of the server's, escaped.
    fn below(&self, path: &[&str]) -> Url {
        http::below(self.door.base(), path)
    }

    /// A request as itself.
    async fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Shut> {
        let request = http::traced(self.door.client().await?.request(method, url));
        Ok(request.header("apikey", self.api_key.expose_secret()))
    }

    /// Sends a text to digits with the country or to an address, `5511999999999` or `184467440737095@lid`.
    ///
    /// There is no idempotency key before Evolution 2.4: [`SendError::Uncertain`] must be reconciled before it is repeated.
    pub async fn send_text(&self, instance: &str, to: &str, text: &str) -> Result<SentMessage, SendError> {
        #[derive(Serialize)]
        struct Text<'a> {
            number: &'a str,
            text: &'a str,
        }
        let answer =
            self.post(["message", "sendText", instance], &Text { number: to, text }, Duration::ZERO).await?;
        let (id, jid) = (answer.key("id"), answer.key("remoteJid"));
        let Some(whatsapp_id) = id else {
            return Err(SendError::Uncertain { detail: "accepted without an id".to_owned() });
        };
        Ok(SentMessage { whatsapp_id, jid: jid.unwrap_or_else(|| to.to_owned()) })
    }

    /// Shows a presence. Evolution answers only when `during` is over, so this waits as long.
    pub async fn presence(
        &self,
        instance: &str,
        to: &str,
        presence: Presence,
        during: Duration,
    ) -> Result<(), SendError> {
        #[derive(Serialize)]
        struct Shown<'a> {
            number: &'a str,
            presence: Presence,
            delay: u64,
        }
        let delay = u64::try_from(during.as_millis()).unwrap_or(u64::MAX);
        let body = Shown { number: to, presence, delay };
        self.post(["chat", "sendPresence", instance], &body, during).await.map(|_| ())
    }

    /// Marks a patient's message as read. Evolution 2.3 skips addresses that end in `@lid` and still answers with success.
    pub async fn mark_read(&self, instance: &str, jid: &str, message_id: &str) -> Result<(), SendError> {
        #[derive(Serialize)]
        struct Key<'a> {
            id: &'a str,
            #[serde(rename = "remoteJid")]
            remote_jid: &'a str,
            #[serde(rename = "fromMe")]
            from_me: bool,
        }
        #[derive(Serialize)]
        struct Read<'a> {
            #[serde(rename = "readMessages")]
            read_messages: [Key<'a>; 1],
        }
        let body = Read { read_messages: [Key { id: message_id, remote_jid: jid, from_me: false }] };
        self.post(["chat", "markMessageAsRead", instance], &body, Duration::ZERO).await.map(|_| ())
    }

    /// The bytes of what a patient sent, which Evolution decrypts; it must have kept the message.
    ///
    /// # Errors
    /// [`SendError`]; [`SendError::Refused`] when they are more than `longest`.
    pub async fn media(&self, instance: &str, message_id: &str, longest: usize) -> Result<Media, SendError> {
        #[derive(Serialize)]
        struct Wanted<'a> {
            message: Message<'a>,
            #[serde(rename = "convertToMp4")]
            convert: bool,
        }
        #[derive(Serialize)]
        struct Message<'a> {
            key: Key<'a>,
        }
        #[derive(Serialize)]
        struct Key<'a> {
            id: &'a str,
        }
        let body = Wanted { message: Message { key: Key { id: message_id } }, convert: false };
        let answer =
            self.post(["chat", "getBase64FromMediaMessage", instance], &body, Duration::ZERO).await?;
        // Three bytes are four digits; nothing is decoded that is too large.
        let encoded = answer.text("base64").filter(|digits| digits.len() / 4 * 3 <= longest + 2);
        let bytes = encoded.and_then(|digits| STANDARD.decode(digits.as_bytes()).ok());
        let mime = answer.text("mimetype").unwrap_or_else(|| "application/octet-stream".to_owned());
        match bytes.filter(|bytes| !bytes.is_empty() && bytes.len() <= longest) {
            Some(bytes) => Ok(Media { bytes, mime }),
            None => Err(SendError::Refused { detail: "no media, or too large".to_owned() }),
        }
    }

    /// Posts `body`; `extra` is how much longer than usual the answer may take.
    async fn post(
        &self,
        path: [&str; 3],
        body: &impl Serialize,
        extra: Duration,
    ) -> Result<Answer, SendError> {
        let mut request = self.request(Method::POST, self.below(&path)).await?.json(body);
        if !extra.is_zero() {
            request = request.timeout(ANSWER + extra);
        }
        let response = self.door.heard(request.send().await).await.map_err(|error| answer::lost(&error))?;
        let status = response.status();
        // What is cut off is no answer.
        let body = bounded(response, LONGEST_ANSWER).await.unwrap_or_default();
        check(status, &body)
    }
}
