//! Instances: made, connected, looked at, restarted, ended.
//!
//! Evolution says "200" when a connection could not be begun, "403" when an instance is there already and "400" when there is nothing to
//! end; each becomes what it means. Called by `inbox` for people, and by `reminders`, which watches.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::Evolution;
use super::answer::{message_of, says_error, unconnected};
use crate::telemetry::Ignored;
use crate::whatsapp::event::{Account, Code, ConnectionState};
use crate::whatsapp::evolution::parse::connection::{digits, state};
use crate::whatsapp::evolution::secret::WEBHOOK_HEADER;
use crate::whatsapp::http::{Unread, bounded};

/// How long a question may take that is asked of many instances in a row.
const QUICK: Duration = Duration::from_secs(4);

/// What an instance tells us of.
const EVENTS: [&str; 10] = [
    "MESSAGES_UPSERT",
    "MESSAGES_EDITED",
    "MESSAGES_UPDATE",
    "MESSAGES_DELETE",
    "SEND_MESSAGE",
    "CONNECTION_UPDATE",
    "QRCODE_UPDATED",
    "LOGOUT_INSTANCE",
    "REMOVE_INSTANCE",
    "STATUS_INSTANCE",
];

/// What may be done about a call that did not do what it was for. Details are for logs, and name nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// Evolution has no such instance.
    #[error("no such instance")]
    Missing,
    /// Evolution, or WhatsApp behind it, did not answer; worth trying again.
    #[error("not answered: {detail}")]
    Unavailable {
        /// Why.
        detail: String,
    },
    /// It said no, and will again.
    #[error("refused: {detail}")]
    Refused {
        /// Why.
        detail: String,
    },
    /// Somebody has to repair something: key, licence, address.
    #[error("operator needed: {detail}")]
    OperatorNeeded {
        /// What.
        detail: String,
    },
}

/// Where an instance posts what happens.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The address, whole.
    pub url: String,
    /// The instance's own secret.
    pub secret: secrecy::SecretString,
}

impl Hook {
    fn to_json(&self) -> Value {
        json!({
            "enabled": true, "url": self.url, "headers": { WEBHOOK_HEADER: self.secret.expose_secret() },
            "byEvents": false, "base64": false, "events": EVENTS,
        })
    }
}

/// How far the wish to connect got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connecting {
    /// It is connected.
    Open,
    /// Somebody has to scan this.
    Scan(Code),
    /// It has begun; a code will come.
    Wait,
}

impl Evolution {
    /// The connection's state; `None` while Evolution has not loaded the instance yet.
    pub async fn state(&self, instance: &str) -> Result<Option<ConnectionState>, InstanceError> {
        let path = ["instance", "connectionState", instance];
        let body = self.ask(Method::GET, &path, None, QUICK).await?;
        let word = body.get("instance").and_then(|instance| instance.get("state")).and_then(Value::as_str);
        Ok(word.and_then(state))
    }

    /// Whose WhatsApp a connected instance is.
    pub async fn account(&self, instance: &str) -> Result<Option<Account>, InstanceError> {
        let path = ["instance", "fetchInstances"];
        let body = self.ask_with(Method::GET, &path, Some(("instanceName", instance)), None, QUICK).await?;
        let all = body.as_array().into_iter().flatten();
        let mut named = all.filter_map(|one| {
            let field = |name: &str| one.get(name).and_then(Value::as_str);
            (field("name") == Some(instance)).then(|| {
                let number = field("ownerJid").and_then(digits)?;
                Some(Account { number, profile: field("profileName").map(str::to_owned) })
            })?
        });
        Ok(named.next())
    }

    /// Makes the instance; `false` when it is there already.
    pub async fn create(&self, instance: &str, hook: &Hook) -> Result<bool, InstanceError> {
        let mut body = json!({
            "instanceName": instance, "integration": "WHATSAPP-BAILEYS", "qrcode": false, "webhook": hook.to_json(),
        });
        if let (Some(body), Value::Object(settings)) = (body.as_object_mut(), settings()) {
            body.extend(settings);
        }
        match self.ask(Method::POST, &["instance", "create"], Some(&body), super::ANSWER).await {
            Ok(_) => Ok(true),
            Err(InstanceError::OperatorNeeded { detail }) if detail.contains("already in use") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Tells an instance that is there where to post, and what to leave out.
    pub async fn configure(&self, instance: &str, hook: &Hook) -> Result<(), InstanceError> {
        let body = json!({ "webhook": hook.to_json() });
        self.ask(Method::POST, &["webhook", "set", instance], Some(&body), super::ANSWER).await?;
        self.ask(Method::POST, &["settings", "set", instance], Some(&settings()), super::ANSWER).await?;
        Ok(())
    }

    /// Begins to connect, or goes on. With a `number` a code to type is asked for, which Evolution gives only to an instance that is closed.
    pub async fn connect(&self, instance: &str, number: Option<&str>) -> Result<Connecting, InstanceError> {
        let path = ["instance", "connect", instance];
        let query = number.map(|number| ("number", number));
        let body = self.ask_with(Method::GET, &path, query, None, super::ANSWER).await?;
        Ok(progress(&body))
    }

    /// Connects anew an instance that says it is connected.
    pub async fn restart(&self, instance: &str) -> Result<Connecting, InstanceError> {
        let path = ["instance", "restart", instance];
        let body = self.ask(Method::POST, &path, Some(&json!({})), super::ANSWER).await?;
        Ok(progress(&body))
    }

    /// Ends the session on the phone. An instance that is not connected has none, and one whose connection is dead is deleted instead: the next
    /// wish to connect makes it anew.
    pub async fn logout(&self, instance: &str) -> Result<(), InstanceError> {
        let path = ["instance", "logout", instance];
        match self.ask(Method::DELETE, &path, None, super::ANSWER).await {
            Ok(_) | Err(InstanceError::Missing) => Ok(()),
            Err(InstanceError::Refused { detail }) if detail.contains("not connected") => Ok(()),
            Err(InstanceError::Unavailable { detail }) if detail.contains("Connection Closed") => {
                self.delete(instance).await
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the session on the phone and the instance itself; `true` once there is none of that name. Evolution deletes after it has answered, so it may
    /// take another time to see it gone.
    pub async fn end(&self, instance: &str) -> Result<bool, InstanceError> {
        let gone = |state| match state {
            Err(InstanceError::Missing) => Ok(true),
            Err(error) => Err(error),
            Ok(_) => Ok(false),
        };
        if gone(self.state(instance).await)? {
            return Ok(true);
        }
        // The phone is told first; what cannot be told is deleted all the same.
        self.logout(instance).await.ignored("ending a session");
        self.delete(instance).await?;
        gone(self.state(instance).await)
    }

    async fn delete(&self, instance: &str) -> Result<(), InstanceError> {
        let path = ["instance", "delete", instance];
        match self.ask(Method::DELETE, &path, None, super::ANSWER).await {
            Ok(_) | Err(InstanceError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
        most: Duration,
    ) -> Result<Value, InstanceError> {
        self.ask_with(method, path, None, body, most).await
    }

    async fn ask_with(
        &self,
        method: Method,
        path: &[&str],
        query: Option<(&str, &str)>,
        body: Option<&Value>,
        most: Duration,
    ) -> Result<Value, InstanceError> {
        let mut url = self.below(path);
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, value);
        }
        let mut request = self.request(method, url).await?.timeout(most);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = self.door.heard(request.send().await).await.map_err(|error| lost(&error))?;
        let status = response.status();
        let body = bounded(response, super::LONGEST_ANSWER).await.map_err(|unread| match unread {
            Unread::Lost(error) => lost(&error),
            Unread::TooLong => InstanceError::Unavailable { detail: "an answer without end".to_owned() },
        })?;
        read(status, &body)
    }
}

/// No groups, no calls, nothing read by itself, no old conversations.
fn settings() -> Value {
    json!({
        "rejectCall": false, "groupsIgnore": true, "alwaysOnline": false, "readMessages": false, "readStatus": false,
        "syncFullHistory": false,
    })
}

fn progress(body: &Value) -> Connecting {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if body.get("instance").is_some_and(|instance| text(instance, "state").as_deref() == Some("open")) {
        return Connecting::Open;
    }
    match text(body, "code").filter(|code| !code.is_empty()) {
        Some(qr) => Connecting::Scan(Code { qr, pairing: text(body, "pairingCode"), stamp: None }),
        None => Connecting::Wait,
    }
}

fn lost(error: &reqwest::Error) -> InstanceError {
    let detail = if error.is_timeout() { "no answer in time" } else { unconnected(error) };
    InstanceError::Unavailable { detail: detail.to_owned() }
}

fn read(status: StatusCode, body: &[u8]) -> Result<Value, InstanceError> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = crate::whatsapp::send::mask(&message_of(&body));
    let detail = format!("{} {said}", status.as_u16());
    if status.is_success() {
        return if says_error(&body) { Err(InstanceError::Unavailable { detail }) } else { Ok(body) };
    }
    Err(match status.as_u16() {
        404 if said.contains("does not exist") || said.contains("not found") => InstanceError::Missing,
        _ if body.get("code").is_some_and(|code| code == "LICENSE_REQUIRED") => {
            InstanceError::OperatorNeeded { detail }
        }
        300..=399 | 401 | 403 | 404 | 405 => InstanceError::OperatorNeeded { detail },
        400 if said.contains("Error: ") || said.contains("Connection Closed") => {
            InstanceError::Unavailable { detail }
        }
        400 | 413 | 422 => InstanceError::Refused { detail },
        _ => InstanceError::Unavailable { detail },
    })
}
