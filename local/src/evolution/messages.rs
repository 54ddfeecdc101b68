//! `/message/*` and `/chat/*`: what the product sends.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use super::numbers::{create_jid, lid_of, same_person, whatsapp_id};
use super::state::Message;
use super::webhook::now;
use super::{Evolution, answer, envelope, refusal};

/// Between the steps a message takes on its way to a phone.
const STEP: Duration = Duration::from_millis(150);

/// `POST /message/sendText/{instance}`.
pub(super) async fn send_text(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let given: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let (number, text) = match check(&given) {
        Ok(checked) => checked,
        Err(refused) => return *refused,
    };
    if let Some(delay) = given["delay"].as_u64() {
        tokio::time::sleep(Duration::from_millis(delay.min(20_000))).await;
    }
    let fault = server.state().take_fault(&name);
    match fault.as_deref() {
        Some("slow") => tokio::time::sleep(Duration::from_secs(3)).await,
        Some("down") => return refusal(StatusCode::BAD_REQUEST, json!(["Error: Connection Closed"])),
        Some("lie") => {
            return answer(StatusCode::OK, &json!({ "error": true, "message": "[object Object]" }));
        }
        _ => {}
    }
    let open = server.state().instances.get(&name).is_some_and(|instance| instance.state == "open");
    if !open {
        return refusal(StatusCode::BAD_REQUEST, json!(["Error: Connection Closed"]));
    }
    let jid = create_jid(&number);
    if jid.split('@').next().is_some_and(|digits| digits.ends_with("00000000")) {
        return refusal(StatusCode::BAD_REQUEST, json!([{ "jid": jid, "exists": false, "number": number }]));
    }
    let body = server.hand_over(&name, &jid, &text);
    if fault.as_deref() == Some("timeout_after_send") {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    answer(StatusCode::CREATED, &body)
}

fn check(given: &Value) -> Result<(String, String), Box<Response>> {
    let refuse = |message: Value| Err(Box::new(refusal(StatusCode::BAD_REQUEST, message)));
    for property in ["number", "text"] {
        if given[property].is_null() {
            return refuse(json!([[format!("instance requires property \"{property}\"")]]));
        }
    }
    let (Some(number), Some(text)) = (given["number"].as_str(), given["text"].as_str()) else {
        return refuse(json!([["Invalid format"]]));
    };
    if text.trim().is_empty() {
        return refuse(json!(["Text is required"]));
    }
    Ok((number.to_owned(), text.to_owned()))
}

impl Evolution {
    /// Puts a message of the clinic's into the chat and lets it travel: sent, delivered, read.
    fn hand_over(&self, name: &str, jid: &str, text: &str) -> Value {
        let id = format!(
            "3EB0{}",
            Uuid::new_v4().simple().to_string().to_uppercase().get(..18).unwrap_or_default()
        );
        let at = now().as_second();
        let instance = {
            let mut all = self.state();
            let Some(instance) = all.instances.get_mut(name) else { return Value::Null };
            let chat = chat_of(instance.chats.keys(), jid);
            let chat = instance.chats.entry(chat).or_default();
            chat.typing_until = 0;
            chat.messages.push(Message {
                id: id.clone(),
                from_me: true,
                text: text.to_owned(),
                kind: "text".to_owned(),
                at,
                status: "PENDING".to_owned(),
            });
            instance.clone()
        };
        let body = envelope::sent(&instance, jid, &id, text, at);
        self.emit(name, "send.message", &body);
        let (server, name, jid) = (self.clone(), name.to_owned(), jid.to_owned());
        tokio::spawn(async move {
            for status in ["SERVER_ACK", "DELIVERY_ACK", "READ"] {
                tokio::time::sleep(STEP).await;
                server.mark(&name, &id, status);
                server.emit(&name, "messages.update", &envelope::update(&instance, &jid, &id, status));
            }
        });
        body
    }

    fn mark(&self, name: &str, id: &str, status: &str) {
        let mut all = self.state();
        let chats = all.instances.get_mut(name).into_iter().flat_map(|instance| instance.chats.values_mut());
        if let Some(message) = chats.flat_map(|chat| &mut chat.messages).find(|message| message.id == id) {
            status.clone_into(&mut message.status);
        }
    }
}

/// The chat a JID leads to: by phone in either spelling, by LID, or a new one.
pub(super) fn chat_of<'a>(mut known: impl Iterator<Item = &'a String>, jid: &str) -> String {
    let digits = jid.split('@').next().unwrap_or_default();
    let meant = |number: &&String| {
        if jid.ends_with("@lid") { lid_of(number) == jid } else { same_person(number, digits) }
    };
    known.find(meant).cloned().unwrap_or_else(|| whatsapp_id(digits))
}

/// `POST /chat/sendPresence/{instance}`: blocks for the delay, as the real one does.
pub(super) async fn presence(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let given: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let (Some(number), Some(delay)) = (given["number"].as_str(), given["delay"].as_u64()) else {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance requires property \"delay\""]]));
    };
    let jid = create_jid(number);
    {
        let mut all = server.state();
        if let Some(instance) = all.instances.get_mut(&name) {
            let chat = chat_of(instance.chats.keys(), &jid);
            instance.chats.entry(chat).or_default().typing_until = now().as_millisecond() + 1_500;
        }
    }
    tokio::time::sleep(Duration::from_millis(delay.min(20_000))).await;
    answer(StatusCode::CREATED, &json!({ "presence": given["presence"] }))
}

/// `POST /chat/markMessageAsRead/{instance}`; keys with a LID are skipped, and "success" is answered all the same.
pub(super) async fn mark_read(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let given: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    for key in given["readMessages"].as_array().into_iter().flatten() {
        let lid = key["remoteJid"].as_str().is_some_and(|jid| jid.ends_with("@lid"));
        if let (false, Some(id)) = (lid, key["id"].as_str()) {
            server.mark(&name, id, "READ");
        }
    }
    answer(StatusCode::CREATED, &json!({ "message": "Read messages", "read": "success" }))
}

/// `POST /chat/whatsappNumbers/{instance}`.
pub(super) async fn whatsapp_numbers(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    if let Err(refused) = server.guard(&name, &headers) {
        return *refused;
    }
    let given: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let numbers = given["numbers"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let rows: Vec<Value> = numbers
        .map(|number| json!({ "jid": create_jid(number), "exists": !number.ends_with("00000000"), "number": number }))
        .collect();
    answer(StatusCode::OK, &Value::from(rows))
}
