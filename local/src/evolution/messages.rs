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
use super::{Evolution, answer, envelope, parse, refusal};

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
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let text = match check(&given) {
        Ok(text) => text,
        Err(message) => return refusal(StatusCode::BAD_REQUEST, message),
    };
    let ready = match server.ready_to_send(&name, &given).await {
        Ok(ready) => ready,
        Err(refused) => return *refused,
    };
    let content = json!({ "conversation": text });
    let handed =
        Handed { kind: "text", text: &text, options: Vec::new(), wire_kind: "conversation", content };
    let body = server.hand_over(&name, &ready.jid, handed);
    ready.finish().await;
    answer(StatusCode::CREATED, &body)
}

fn check(given: &Value) -> Result<String, Value> {
    for property in ["number", "text"] {
        if given[property].is_null() {
            return Err(json!([[format!("instance requires property \"{property}\"")]]));
        }
    }
    let Some(text) = given["text"].as_str() else { return Err(json!([["Invalid format"]])) };
    // The schema is asked first: a number of the wrong type is named before an empty text.
    if given["number"].is_string() && text.trim().is_empty() {
        return Err(json!(["Text is required"]));
    }
    Ok(text.to_owned())
}

/// What the clinic hands to WhatsApp.
#[derive(Debug)]
pub(super) struct Handed<'a> {
    /// As the phone shows it.
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
    pub(super) options: Vec<String>,
    /// As the wire carries it.
    pub(super) wire_kind: &'a str,
    pub(super) content: Value,
}

/// Whom a message goes to, once everything that can refuse it has been asked.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) jid: String,
    hangs: bool,
}

impl Ready {
    /// The moment before the answer; a fault may make it longer than anybody waits.
    pub(super) async fn finish(self) {
        if self.hangs {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
    }
}

impl Evolution {
    /// The delay, the ordered faults, the connection and the recipient, in this order.
    pub(super) async fn ready_to_send(&self, name: &str, given: &Value) -> Result<Ready, Box<Response>> {
        let refuse = |message: Value| Err(Box::new(refusal(StatusCode::BAD_REQUEST, message)));
        let Some(number) = given["number"].as_str() else { return refuse(json!([["Invalid format"]])) };
        if let Some(delay) = given["delay"].as_u64() {
            tokio::time::sleep(Duration::from_millis(delay.min(20_000))).await;
        }
        let fault = self.state().take_fault(name);
        match fault.as_deref() {
            Some("slow") => tokio::time::sleep(Duration::from_secs(3)).await,
            Some("down") => return refuse(json!(["Error: Connection Closed"])),
            Some("lie") => {
                let body = json!({ "error": true, "message": "[object Object]" });
                return Err(Box::new(answer(StatusCode::OK, &body)));
            }
            _ => {}
        }
        let open = self.state().instances.get(name).is_some_and(|instance| instance.state == "open");
        if !open {
            return refuse(json!(["Error: Connection Closed"]));
        }
        let jid = create_jid(number);
        if !exists(&jid) {
            return refuse(json!([{ "jid": jid, "exists": false, "number": number }]));
        }
        Ok(Ready { jid, hangs: fault.as_deref() == Some("timeout_after_send") })
    }

    /// Puts a message of the clinic's into the chat and lets it travel: sent, delivered, read.
    pub(super) fn hand_over(&self, name: &str, jid: &str, handed: Handed<'_>) -> Value {
        let random = Uuid::new_v4().simple().to_string().to_uppercase();
        let id = format!("3EB0{}", random.get(..18).unwrap_or_default());
        let at = now().as_second();
        let instance = {
            let mut all = self.state();
            let Some(instance) = all.instances.get_mut(name) else { return Value::Null };
            let chat = chat_of(instance.chats.keys(), jid);
            let chat = instance.chats.entry(chat).or_default();
            chat.typing_until = 0;
            let message = Message::new(&id, true, handed.kind, handed.text, at);
            chat.messages.push(Message { options: handed.options, ..message });
            instance.clone()
        };
        let body = envelope::sent(&instance, jid, &id, (handed.wire_kind, &handed.content), at);
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

/// Whether somebody has this number on WhatsApp; nobody has one that ends in eight zeros.
fn exists(jid: &str) -> bool {
    jid.split('@').next().is_some_and(|digits| !digits.ends_with("00000000"))
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
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let (Some(number), Some(delay)) = (given["number"].as_str(), given["delay"].as_u64()) else {
        return refusal(StatusCode::BAD_REQUEST, json!([["instance requires property \"delay\""]]));
    };
    let jid = create_jid(number);
    if !exists(&jid) {
        return refusal(StatusCode::BAD_REQUEST, json!(["[object Object]"]));
    }
    {
        let mut all = server.state();
        if let Some(instance) = all.instances.get_mut(&name) {
            let chat = chat_of(instance.chats.keys(), &jid);
            instance.chats.entry(chat).or_default().typing_until =
                if given["presence"] == "composing" { now().as_millisecond() + 1_500 } else { 0 };
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
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
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
    let given = match parse(&bytes) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let numbers = given["numbers"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let rows: Vec<Value> = numbers
        .map(|number| json!({ "jid": create_jid(number), "exists": exists(&create_jid(number)), "number": number }))
        .collect();
    answer(StatusCode::OK, &Value::from(rows))
}
