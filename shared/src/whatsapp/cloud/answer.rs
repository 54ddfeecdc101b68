//! What Meta's answers mean. The code says more than the status, and the words may change.

use reqwest::StatusCode;
use serde_json::Value;

use crate::whatsapp::send::{SendError, mask};

/// Meta's code for a free text outside of the day after the patient's last message.
pub(crate) const WINDOW_CLOSED: u64 = 131_047;

/// A request that got no answer: it surely did not leave only when there was no connection.
pub(super) fn lost(error: &reqwest::Error) -> SendError {
    if error.is_connect() {
        SendError::Retry { detail: "no connection to Meta".to_owned() }
    } else if error.is_builder() {
        SendError::Refused { detail: "the request could not be made".to_owned() }
    } else if error.is_timeout() {
        SendError::Uncertain { detail: "no answer in time".to_owned() }
    } else {
        SendError::Uncertain { detail: "the connection was lost".to_owned() }
    }
}

/// Reads an answer: the body of a success, or what a refusal means.
pub(super) fn check(status: StatusCode, body: &[u8]) -> Result<Value, SendError> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = body.get("error").filter(|error| error.is_object());
    let Some(error) = error else {
        return if status.is_success() { Ok(body) } else { Err(unexplained(status)) };
    };
    let details = error.get("error_data").and_then(|data| data.get("details")).and_then(Value::as_str);
    let said = details.or_else(|| error.get("message").and_then(Value::as_str)).unwrap_or_default();
    Err(match error.get("code").and_then(Value::as_u64) {
        Some(code) => meaning(code, format!("{code} {}", mask(said))),
        None => unexplained(status),
    })
}

/// An answer of something that stands before Meta, or of nothing we know.
fn unexplained(status: StatusCode) -> SendError {
    let detail = format!("{} without a code", status.as_u16());
    match status.as_u16() {
        300..=399 | 401 | 403 | 404 | 405 => SendError::OperatorNeeded { detail },
        429 | 503 => SendError::Retry { detail },
        400..=499 => SendError::Refused { detail },
        _ => SendError::Uncertain { detail },
    }
}

/// Codes as of the Graph API's list for WhatsApp. Every one of them answers a message that did not leave.
fn meaning(code: u64, detail: String) -> SendError {
    match code {
        WINDOW_CLOSED => SendError::WindowClosed { detail },
        // Meta is not well, or is asked too often: by the app, the account, the number, or for this one person.
        1 | 2 | 4 | 17 | 32 | 613 | 80007 | 130_429 | 131_000 | 131_016 | 131_048 | 131_056 | 131_057
        | 133_004 | 133_016 => SendError::Retry { detail },
        // Token and rights; the account is locked, restricted, unpaid, unregistered or under another name; or a template is missing,
        // paused, disabled, or registered with other places than ours.
        0
        | 3
        | 10
        | 33
        | 190
        | 200..=299
        | 368
        | 130_497
        | 131_005
        | 131_030
        | 131_031
        | 131_037
        | 131_042
        | 131_045
        | 132_000
        | 132_001
        | 132_007
        | 132_012
        | 132_015
        | 132_016
        | 133_000
        | 133_005..=133_015 => SendError::OperatorNeeded { detail },
        // Not on WhatsApp, blocked, a malformed number, in an experiment, over Meta's limit for this person, a kind it does not know.
        _ => SendError::Refused { detail },
    }
}

/// Meta's id of a message that was taken.
pub(super) fn message_id(body: &Value) -> Option<String> {
    let id = body.get("messages")?.get(0)?.get("id")?.as_str()?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// Meta's spelling of the number that was written to.
pub(super) fn wa_id(body: &Value) -> Option<String> {
    Some(body.get("contacts")?.get(0)?.get("wa_id")?.as_str()?.to_owned())
}
