//! Speech to text, by any server that has the usual `POST /v1/audio/transcriptions`.
//!
//! The assistant calls it before it handles a voice message. It never fails a turn: whatever goes wrong, the patient is asked to type. What
//! it may cost in time is bounded for each recording, and by whoever handles a batch of messages, because one that takes too long comes back and is done again.
//! Neither the recording nor what was said is logged or kept here.

mod ogg;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use crate::config::Env;
use crate::whatsapp::{ClientError, Media};

/// How long one recording may take, from asking WhatsApp for it to its text.
const ONE: Duration = Duration::from_secs(15);
/// The longest recording that is transcribed.
pub const LONGEST: Duration = Duration::from_mins(3);
/// The largest file that is fetched, bytes: three minutes of speech, generously, whatever it says of its own length.
pub const LARGEST: usize = 1_500_000;
/// The longest text that is believed, in characters; three minutes of speech have some 3000.
const LONGEST_TEXT: usize = 4000;

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// Too long, too large, or empty.
    #[error("the recording is empty or too long")]
    TooLong,
    /// No answer in time, or the batch has no time left.
    #[error("no text in time")]
    Late,
    /// The server did not give one.
    #[error("the server answered {0}")]
    Refused(u16),
    /// The server is not reached, or speaks otherwise.
    #[error("the server is not reached or is not understood")]
    Unreachable,
    /// It is longer than was said, and the clinic's month has no more.
    #[error("the clinic's month has no more minutes")]
    NotPaid,
    /// Nothing was said.
    #[error("nothing was said")]
    Silence,
}

/// A server that transcribes; cheap to clone.
#[derive(Clone)]
pub struct Transcriber {
    http: Client,
    url: Url,
    key: Option<SecretString>,
    model: String,
    one: Duration,
}

impl std::fmt::Debug for Transcriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcriber").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Transcriber {
    /// What the configuration expects.
    pub const FORMAT: &'static str =
        "https://api.openai.com/v1/audio/transcriptions, or another server's such address";

    /// Reads `TRANSCRIBER_URL`, `TRANSCRIBER_KEY` and `TRANSCRIBER_MODEL`; without the first there is none.
    pub async fn load(env: &mut Env) -> Option<Self> {
        let url = env.optional("TRANSCRIBER_URL")?;
        let key = env.optional_secret("TRANSCRIBER_KEY").await;
        let model = env.optional("TRANSCRIBER_MODEL").unwrap_or_else(|| "whisper-1".to_owned());
        let made = Self::new(&url, key, model);
        if made.is_err() {
            env.complain(format!("TRANSCRIBER_URL is malformed; expected {}", Self::FORMAT));
        }
        made.ok()
    }

    /// The server at `url`, the whole address.
    ///
    /// # Errors
    /// [`ClientError`] when it can't be called.
    pub fn new(url: &str, key: Option<SecretString>, model: String) -> Result<Self, ClientError> {
        let url = Url::parse(url).map_err(|_| ClientError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ClientError::Address);
        }
        let http =
            Client::builder().connect_timeout(Duration::from_secs(3)).timeout(ONE).redirect(Policy::none());
        let http = http.build().map_err(|_| ClientError::Setup)?;
        Ok(Self { http, url, key, model, one: ONE })
    }

    /// With another time for one recording; for tests.
    #[must_use]
    pub fn with_patience(mut self, one: Duration) -> Self {
        self.one = one;
        self
    }

    /// Runs `work`, which fetches and transcribes one recording, for as long as one may take, and until `until`.
    ///
    /// # Errors
    /// [`Unheard::Late`] when there is none; else what `work` says.
    pub async fn in_time<T>(
        &self,
        until: Instant,
        work: impl Future<Output = Result<T, Unheard>>,
    ) -> Result<T, Unheard> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Unheard::Late);
        }
        tokio::time::timeout(self.one.min(left), work).await.unwrap_or(Err(Unheard::Late))
    }

    /// What is said in a recording, in Portuguese.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn transcribe(&self, media: Media) -> Result<String, Unheard> {
        #[derive(Deserialize)]
        struct Heard {
            text: String,
        }
        if !is_short(&media.bytes) {
            return Err(Unheard::TooLong);
        }
        let mime = media.mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let file = Part::bytes(media.bytes).file_name(format!("audio.{}", extension(&mime)));
        let file = file.mime_str(&mime).map_err(|_| Unheard::Unreachable)?;
        let form = Form::new()
            .text("model", self.model.clone())
            .text("language", "pt")
            .text("response_format", "json")
            .part("file", file);
        let mut request = self.http.post(self.url.clone()).multipart(form);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let lost =
            |error: reqwest::Error| if error.is_timeout() { Unheard::Late } else { Unheard::Unreachable };
        let answer = request.send().await.map_err(lost)?;
        if !answer.status().is_success() {
            return Err(Unheard::Refused(answer.status().as_u16()));
        }
        let heard: Heard = answer.json().await.map_err(lost)?;
        let text: String = heard.text.chars().filter(|char| *char != '\0').take(LONGEST_TEXT).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().any(char::is_alphanumeric) { Ok(text) } else { Err(Unheard::Silence) }
    }
}

/// How a file of this type is named; servers look at the name.
fn extension(mime: &str) -> &'static str {
    match mime {
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/mp4" | "audio/m4a" | "audio/x-m4a" | "audio/aac" => "m4a",
        "audio/wav" | "audio/x-wav" => "wav",
        "audio/webm" => "webm",
        "audio/amr" => "amr",
        _ => "ogg",
    }
}

/// Whether a recording is one that is transcribed: Opus in Ogg, as WhatsApp's own are, whose pages tell the length. A file of another kind may
/// hold hours in a megabyte, and whoever sends one is asked to type.
fn is_short(bytes: &[u8]) -> bool {
    length(bytes).is_some_and(|length| length <= LONGEST)
}

/// How long a recording is, in whole seconds, by what is in it; none for one of a kind that is not transcribed.
pub fn length(bytes: &[u8]) -> Option<Duration> {
    ogg::length(bytes)
}
