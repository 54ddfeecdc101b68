//! Webhooks: where they go and how stubbornly. Fire and forget, all at once, in no order; up to ten attempts, five seconds apart and
//! doubling up to five minutes; given up at once on 400, 401, 403, 404 and 422.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use super::state::Webhook;
use super::{Evolution, answer, envelope, parse, refusal};

const MOST_ATTEMPTS: u32 = 10;
const LONGEST_PAUSE_SECONDS: f64 = 300.0;
/// What can be asked for.
const EVENTS: [&str; 31] = [
    "APPLICATION_STARTUP",
    "QRCODE_UPDATED",
    "MESSAGES_SET",
    "MESSAGES_UPSERT",
    "MESSAGES_EDITED",
    "MESSAGES_UPDATE",
    "MESSAGES_DELETE",
    "SEND_MESSAGE",
    "SEND_MESSAGE_UPDATE",
    "CONTACTS_SET",
    "CONTACTS_UPSERT",
    "CONTACTS_UPDATE",
    "PRESENCE_UPDATE",
    "CHATS_SET",
    "CHATS_UPSERT",
    "CHATS_UPDATE",
    "CHATS_DELETE",
    "GROUPS_UPSERT",
    "GROUP_UPDATE",
    "GROUP_PARTICIPANTS_UPDATE",
    "CONNECTION_UPDATE",
    "LABELS_EDIT",
    "LABELS_ASSOCIATION",
    "CALL",
    "TYPEBOT_START",
    "TYPEBOT_CHANGE_STATUS",
    "REMOVE_INSTANCE",
    "LOGOUT_INSTANCE",
    "INSTANCE_CREATE",
    "INSTANCE_DELETE",
    "STATUS_INSTANCE",
];
const GIVE_UP: [u16; 5] = [400, 401, 403, 404, 422];

/// `POST /webhook/set/{instance}`.
pub(super) async fn set(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    if !given["webhook"].is_object() {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance requires property \"webhook\""]]));
    }
    let Some(enabled) = given["webhook"]["enabled"].as_bool() else {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance.webhook requires property \"enabled\""]]));
    };
    let before = server.state().instances.get(&name).and_then(|instance| instance.webhook.clone());
    let mut kept = match read(&given["webhook"], before) {
        Ok(kept) => kept,
        Err((status, message)) => return refusal(status, message),
    };
    kept.enabled = enabled;
    if !enabled {
        kept.events.clear();
    }
    if let Some(instance) = server.state().instances.get_mut(&name) {
        instance.webhook = Some(kept.clone());
    }
    server.save();
    answer(StatusCode::CREATED, &row(&kept))
}

/// A webhook as somebody describes it; what is left out keeps its old value.
pub(super) fn read(given: &Value, before: Option<Webhook>) -> Result<Webhook, (StatusCode, Value)> {
    let bad = |message: &str| Err((StatusCode::BAD_REQUEST, json!([[message]])));
    let Some(url) = given["url"].as_str() else { return bad("instance.webhook requires property \"url\"") };
    let Some(listed) = given["events"].as_array() else {
        let message = json!(["Cannot read properties of undefined (reading 'length')"]);
        return Err((StatusCode::INTERNAL_SERVER_ERROR, message));
    };
    let events: Vec<String> = listed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if events.iter().any(|event| !EVENTS.contains(&event.as_str())) {
        return bad(&format!("instance.webhook.events[0] is not one of enum values: {}", EVENTS.join(",")));
    }
    let before = before.unwrap_or_default();
    let headers = match given.get("headers") {
        None => before.headers,
        Some(headers) if headers.is_object() => headers.clone(),
        Some(_) => return bad("instance.webhook.headers is not of a type(s) object"),
    };
    let by_events = given["byEvents"].as_bool().unwrap_or(before.by_events);
    Ok(Webhook { url: url.to_owned(), headers, enabled: true, by_events, events })
}

/// A webhook as `instance/create` echoes it.
pub(super) fn in_create(webhook: &Webhook) -> Value {
    json!({ "webhookUrl": webhook.url, "webhookHeaders": webhook.headers, "webhookByEvents": webhook.by_events,
        "webhookBase64": false })
}

/// `GET /webhook/find/{instance}`.
pub(super) async fn find(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let webhook = server.state().instances.get(&name).and_then(|instance| instance.webhook.clone());
    answer(StatusCode::OK, &webhook.map_or(Value::Null, |webhook| row(&webhook)))
}

fn row(webhook: &Webhook) -> Value {
    json!({ "id": "cmwebhook", "url": webhook.url, "headers": webhook.headers, "enabled": webhook.enabled, "events": webhook.events,
        "webhookByEvents": webhook.by_events, "webhookBase64": false })
}

impl Evolution {
    /// Posts an event, now and in the background.
    pub(super) fn emit(&self, name: &str, event: &str, data: &Value) {
        let Some(instance) = self.state().instances.get(name).cloned() else { return };
        if instance.mute {
            return;
        }
        let (url, headers) = match &instance.webhook {
            Some(webhook) if wants(webhook, event) => (webhook.url.clone(), pairs(&webhook.headers)),
            Some(_) => return,
            // Stands in for the webhook the product sets when it connects an instance.
            None => (self.own_webhook(name), vec![("x-webhook-secret".to_owned(), self.secret(name))]),
        };
        let body = envelope::wrap(&instance, event, data, &url, &self.settings.own_url, now()).to_string();
        let by_events = instance.webhook.as_ref().is_some_and(|webhook| webhook.by_events);
        // Plain concatenation, as the real one does; the envelope keeps the URL without it.
        let url = if by_events { format!("{url}/{}", event.replace('.', "-")) } else { url };
        let server = self.clone();
        tokio::spawn(async move { server.deliver(&url, &headers, body).await });
    }

    fn own_webhook(&self, name: &str) -> String {
        format!("{}/webhook/whatsapp/{name}", self.settings.gateway_url)
    }

    fn secret(&self, name: &str) -> String {
        let key = hex::decode(&self.settings.webhook_key).unwrap_or_default();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
        mac.update(name.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    }

    async fn deliver(&self, url: &str, headers: &[(String, String)], body: String) {
        for attempt in 1..=MOST_ATTEMPTS {
            let mut request =
                self.http.post(url).header("content-type", "application/json").body(body.clone());
            for (name, value) in headers {
                request = request.header(name, value);
            }
            match request.send().await.map(|response| response.status()) {
                Ok(status) if status.is_success() => return,
                Ok(status) if GIVE_UP.contains(&status.as_u16()) => {
                    tracing::warn!(%status, "webhook dropped for good");
                    return;
                }
                Ok(status) => tracing::info!(attempt, %status, "webhook will be repeated"),
                Err(error) => {
                    tracing::info!(attempt, error = %error.without_url(), "webhook will be repeated");
                }
            }
            tokio::time::sleep(pause(attempt, self.settings.first_retry_seconds)).await;
        }
    }
}

/// Whether a webhook asked for an event; one without a list asked for all.
fn wants(webhook: &Webhook, event: &str) -> bool {
    let name = event.replace('.', "_").to_uppercase();
    let listed = webhook.events.is_empty() || webhook.events.contains(&name);
    webhook.enabled && !webhook.url.is_empty() && listed
}

/// The pause after an attempt, up to a fifth longer or shorter.
fn pause(attempt: u32, first_seconds: f64) -> Duration {
    let doubled = first_seconds * f64::from(2_u32.saturating_pow(attempt - 1));
    let jitter = 0.8 + 0.4 * f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0;
    Duration::from_secs_f64(doubled.min(LONGEST_PAUSE_SECONDS) * jitter)
}

fn pairs(headers: &Value) -> Vec<(String, String)> {
    let object = headers.as_object().into_iter().flatten();
    object.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// The laptop's clock.
#[expect(clippy::disallowed_methods, reason = "the stand-in has no clock to be handed")]
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_double_up_to_five_minutes() {
        for (attempt, seconds) in [(1, 5.0), (2, 10.0), (5, 80.0), (9, 300.0)] {
            let pause = pause(attempt, 5.0).as_secs_f64();
            assert!((seconds * 0.79..=seconds * 1.21).contains(&pause), "{attempt}: {pause}");
        }
    }
}
