//! The Graph API, as far as a conversation needs it. Nothing is logged here.

#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::{Client, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::answer::{check, lost, message_id, wa_id};
use crate::config::Env;
use crate::whatsapp::http::{self, Unread, bounded};
use crate::whatsapp::modelo::{IDIOMA, Modelo};
use crate::whatsapp::send::{ClientError, Media, SendError, SentMessage};

/// The Graph API in the version these shapes are of.
pub const GRAPH: &str = "https://graph.facebook.com/v24.0";
/// Where Meta keeps media, besides the Graph API's own host; the token goes nowhere else.
const MEDIA_HOSTS: [&str; 2] = ["lookaside.fbsbx.com", "mmg.whatsapp.net"];
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take; the function must still write down what became of the message.
const ANSWER: Duration = Duration::from_secs(15);
/// The longest answer that is read, media aside, bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The platform's access to Meta; every number of every clinic is reached with it.
#[derive(Clone)]
pub struct Cloud {
    http: Client,
    base: Url,
    token: SecretString,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

impl Cloud {
    /// The Graph API at `base_url`, which holds its version, called with a system user's token.
    ///
    /// # Errors
    /// [`ClientError`] when `base_url` can't be called.
    pub fn new(base_url: &str, token: SecretString) -> Result<Self, ClientError> {
        Self::with_timeouts(base_url, token, CONNECT, ANSWER)
    }

    /// Reads `WHATSAPP_CLOUD_TOKEN` and `WHATSAPP_CLOUD_URL`; without a token there is no access to Meta, and the clinics that chose it keep their
    /// messages.
    pub async fn load(env: &mut Env) -> Option<Self> {
        let token = env.optional_secret("WHATSAPP_CLOUD_TOKEN").await?;
        let url = env.optional("WHATSAPP_CLOUD_URL").unwrap_or_else(|| GRAPH.to_owned());
        let cloud = Self::new(&url, token).ok();
        if cloud.is_none() {
            env.complain(format!("WHATSAPP_CLOUD_URL is malformed; expected {GRAPH}"));
        }
        cloud
    }

    fn with_timeouts(
        base_url: &str,
        token: SecretString,
        connect: Duration,
        answer: Duration,
    ) -> Result<Self, ClientError> {
        let (http, base) = http::client(base_url, connect, answer)?;
        Ok(Self { http, base, token })
    }

    /// Sends a free text; Meta lets it leave for a day after the patient's last message.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send_text(
        &self,
        phone_number_id: &str,
        to: &str,
        text: &str,
    ) -> Result<SentMessage, SendError> {
        let text = json!({ "preview_url": false, "body": text });
        self.send(phone_number_id, to, "text", text).await
    }

    /// Sends a template with its buttons.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send_template(
        &self,
        phone_number_id: &str,
        to: &str,
        modelo: &Modelo,
    ) -> Result<SentMessage, SendError> {
        let parameters: Vec<Value> =
            modelo.parametros().into_iter().map(|text| json!({ "type": "text", "text": text })).collect();
        let body = json!({ "type": "body", "parameters": parameters });
        let buttons = modelo.botoes().iter().enumerate().map(|(at, (payload, _))| {
            let parameters = [json!({ "type": "payload", "payload": payload })];
            json!({ "type": "button", "sub_type": "quick_reply", "index": at.to_string(), "parameters": parameters })
        });
        let components: Vec<Value> = std::iter::once(body).chain(buttons).collect();
        let template =
            json!({ "name": modelo.nome(), "language": { "code": IDIOMA }, "components": components });
        self.send(phone_number_id, to, "template", template).await
    }

    async fn send(
        &self,
        phone_number_id: &str,
        to: &str,
        kind: &str,
        content: Value,
    ) -> Result<SentMessage, SendError> {
        let (field, address) = recipient(to)?;
        let mut body =
            json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "type": kind });
        if let Some(body) = body.as_object_mut() {
            body.insert(field.to_owned(), Value::from(address));
            body.insert(kind.to_owned(), content);
        }
        let answer = self.post(phone_number_id, &body).await?;
        let Some(whatsapp_id) = message_id(&answer) else {
            return Err(SendError::Uncertain { detail: "accepted without an id".to_owned() });
        };
        Ok(SentMessage { whatsapp_id, jid: wa_id(&answer).unwrap_or_else(|| address.to_owned()) })
    }

    /// Blue ticks, and "digitando…" until the answer comes, 25 seconds at most.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn mark_read(
        &self,
        phone_number_id: &str,
        message_id: &str,
        typing: bool,
    ) -> Result<(), SendError> {
        let mut body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": message_id });
        if let (true, Some(body)) = (typing, body.as_object_mut()) {
            body.insert("typing_indicator".to_owned(), json!({ "type": "text" }));
        }
        self.post(phone_number_id, &body).await.map(|_| ())
    }

    /// The bytes behind Meta's id of what a patient sent: one question where they are, one for them.
    ///
    /// # Errors
    /// [`SendError`]; [`SendError::Refused`] when they are more than `longest`, or elsewhere than at Meta.
    pub async fn media(&self, media_id: &str, longest: usize) -> Result<Media, SendError> {
        let told = self.get(http::below(&self.base, &[media_id])).await?;
        let told: Value = check(told.status(), &whole(told, LONGEST_ANSWER).await?)?;
        let field = |name: &str| told.get(name).and_then(Value::as_str);
        let size = told.get("file_size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
        if size.is_some_and(|size| size > longest) {
            return Err(SendError::Refused { detail: "the media are too large".to_owned() });
        }
        let url = field("url").and_then(|url| Url::parse(url).ok()).filter(|url| self.is_metas(url));
        let Some(url) = url else {
            return Err(SendError::Refused { detail: "the media are not at Meta".to_owned() });
        };
        let mime = field("mime_type").unwrap_or("application/octet-stream").to_owned();
        let answer = self.get(url).await?;
        let status = answer.status();
        let bytes = whole(answer, longest).await?;
        if status.is_success() {
            Ok(Media { bytes, mime })
        } else {
            Err(SendError::Retry { detail: format!("{} for the media", status.as_u16()) })
        }
    }

    /// Whether the token may go there.
    fn is_metas(&self, url: &Url) -> bool {
        let own = (url.scheme(), url.host_str(), url.port_or_known_default())
            == (self.base.scheme(), self.base.host_str(), self.base.port_or_known_default());
        own || (url.scheme() == "https"
            && url.port_or_known_default() == Some(443)
            && url.host_str().is_some_and(|host| MEDIA_HOSTS.contains(&host)))
    }

    async fn get(&self, url: Url) -> Result<Response, SendError> {
        let request = self.http.get(url).bearer_auth(self.token.expose_secret());
        request.send().await.map_err(|error| lost(&error))
    }

    async fn post(&self, phone_number_id: &str, body: &Value) -> Result<Value, SendError> {
        let url = http::below(&self.base, &[phone_number_id, "messages"]);
        let request = self.http.post(url).bearer_auth(self.token.expose_secret()).json(body);
        let response = request.send().await.map_err(|error| lost(&error))?;
        let status = response.status();
        // What is cut off is no answer.
        check(status, &bounded(response, LONGEST_ANSWER).await.unwrap_or_default())
    }
}

/// The field and the spelling Meta takes an address in: digits in `to`, its own id of a person in `recipient`. What is left of another
/// provider's addresses, `…@s.whatsapp.net`, is digits too; its private numbers mean nothing here.
fn recipient(to: &str) -> Result<(&'static str, &str), SendError> {
    let refused = |detail: &str| Err(SendError::Refused { detail: detail.to_owned() });
    match to.split_once('@') {
        Some((digits, "s.whatsapp.net")) => Ok(("to", digits)),
        Some(_) => refused("an address of another provider"),
        None if !to.is_empty() && to.bytes().all(|byte| byte.is_ascii_digit()) => Ok(("to", to)),
        None if is_user_id(to) => Ok(("recipient", to)),
        None => refused("not an address"),
    }
}

/// Meta's id of a person who hides their number: `BR.1502576394655843`, `BR.ENT.11815799212886844830`.
pub(super) fn is_user_id(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else { return false };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// An answer's body, if it is not longer than `longest`.
async fn whole(response: Response, longest: usize) -> Result<Vec<u8>, SendError> {
    bounded(response, longest).await.map_err(|unread| match unread {
        Unread::Lost(error) => lost(&error),
        Unread::TooLong => SendError::Refused { detail: "the answer is too large".to_owned() },
    })
}
