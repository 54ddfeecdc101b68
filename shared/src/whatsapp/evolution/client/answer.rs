//! What Evolution's answers mean. Statuses are not enough: a 400 may be a closed connection, a 200 an error.

use reqwest::StatusCode;
use serde_json::Value;

use crate::whatsapp::http::disbelieved;
use crate::whatsapp::send::{SendError, mask};

/// A success.
#[derive(Debug)]
pub(super) struct Answer(Value);

impl Answer {
    /// A field of the answer itself.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        let text = self.0.get(field)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A field of the message's key.
    pub(super) fn key(&self, field: &str) -> Option<String> {
        let text = self.0.get("key")?.get(field)?.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// A request that got no answer: it surely did not leave only when there was no connection.
pub(super) fn lost(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::Retry { detail: unconnected(error).to_owned() }
    } else if error.is_builder() {
        SendError::Refused { detail: "the request could not be made".to_owned() }
    } else if error.is_timeout() {
        SendError::Uncertain { detail: "no answer in time".to_owned() }
    } else {
        SendError::Uncertain { detail: "the connection was lost".to_owned() }
    }
}

/// Why there was no connection.
pub(super) fn unconnected(error: &reqwest::Error) -> &'static str {
    if disbelieved(error) { "Evolution's certificate was not believed" } else { "no connection to Evolution" }
}

/// Reads an answer.
pub(super) fn check(status: StatusCode, body: &[u8]) -> Result<Answer, SendError> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if status.is_success() {
        return success(body);
    }
    let said = message_of(&body);
    let detail = format!("{} {}", status.as_u16(), mask(&said));
    Err(match status.as_u16() {
        _ if body.get("code").is_some_and(|code| code == "LICENSE_REQUIRED") => {
            SendError::OperatorNeeded { detail }
        }
        // The key, the instance, or the address of the server is wrong.
        300..=399 | 401 | 403 | 404 | 405 => SendError::OperatorNeeded { detail },
        429 | 503 => SendError::Retry { detail },
        _ if did_not_leave(&said) => SendError::Retry { detail },
        // WhatsApp itself did not answer in time.
        400 if said.contains("Timed Out") => SendError::Uncertain { detail },
        400 if said.contains("Error: ") => SendError::Retry { detail },
        400 | 413 | 422 => SendError::Refused { detail },
        // After a send Evolution still writes to its own database, and that may be what failed.
        _ => SendError::Uncertain { detail },
    })
}

/// Some calls answer 200 or 201 with `{"error": true}` or with an error's text.
fn success(body: Value) -> Result<Answer, SendError> {
    if says_error(&body) {
        Err(SendError::Retry { detail: format!("success with error: {}", mask(&message_of(&body))) })
    } else {
        Ok(Answer(body))
    }
}

/// Whether a success is none.
pub(super) fn says_error(body: &Value) -> bool {
    match body.get("error") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// The socket to WhatsApp was closed or never opened.
fn did_not_leave(said: &str) -> bool {
    ["Connection Closed", "onWhatsApp", "sendMessage'", "Connection Failure"]
        .iter()
        .any(|sign| said.contains(sign))
}

/// `response.message` or `message`: a text, a list, a list of lists, a list of objects.
pub(super) fn message_of(body: &Value) -> String {
    let message =
        body.get("response").and_then(|response| response.get("message")).or_else(|| body.get("message"));
    match flatten(message.unwrap_or(&Value::Null)) {
        Value::String(text) => text.clone(),
        Value::Object(person) if person.get("exists") == Some(&Value::Bool(false)) => {
            "not on WhatsApp".to_owned()
        }
        Value::Null => String::new(),
        _ => "unknown error".to_owned(),
    }
}

fn flatten(value: &Value) -> &Value {
    let mut value = value;
    while let Value::Array(list) = value {
        match list.first() {
            Some(first) => value = first,
            None => return &Value::Null,
        }
    }
    value
}
