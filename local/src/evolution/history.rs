//! What the server has kept of messages, and how its connection is made to misbehave.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{self, Outgoing};
use super::state::{Instance, Message};
use super::{Evolution, answer, parse, refusal};

/// The states' routes.
pub(super) fn routes() -> Router<Evolution> {
    Router::new().route("/simulador/instancias/{instance}/estado", post(misbehave))
}

/// `POST /chat/findMessages/{instance}`: the newest first; `fromMe` counts only when it is true, and an address only as it is spelt.
pub(super) async fn find(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let given = match server.guard(&name, &headers).and_then(|()| parse(&bytes)) {
        Ok(given) => given,
        Err(refused) => return *refused,
    };
    let Some(instance) = server.state().instances.get(&name).cloned() else {
        return refusal(StatusCode::NOT_FOUND, json!(["gone"]));
    };
    let key = &given["where"]["key"];
    let mut all: Vec<Value> = instance
        .chats
        .iter()
        .flat_map(|(number, chat)| chat.messages.iter().map(|message| record(&instance, number, message)))
        .filter(|record| key["id"].is_null() || record["key"]["id"] == key["id"])
        .filter(|record| key["fromMe"] != true || record["key"]["fromMe"] == true)
        .filter(|record| key["remoteJid"].is_null() || record["key"]["remoteJid"] == key["remoteJid"])
        .collect();
    all.sort_by_key(|record| std::cmp::Reverse(record["messageTimestamp"].as_i64()));
    let count = |field: &str, none| given[field].as_u64().filter(|count| *count > 0).unwrap_or(none);
    let (page, size) = (count("page", 1), count("offset", 50));
    let records: Vec<Value> = all
        .iter()
        .skip(usize::try_from((page - 1) * size).unwrap_or(usize::MAX))
        .take(usize::try_from(size).unwrap_or(usize::MAX))
        .cloned()
        .collect();
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let body = json!({ "messages": { "total": total, "pages": total.div_ceil(size), "currentPage": page, "records": records } });
    answer(StatusCode::OK, &body)
}

/// A message as the database has it: the data of `messages.upsert`, with what was reported on it.
fn record(instance: &Instance, number: &str, message: &Message) -> Value {
    let sent = Outgoing {
        id: &message.id,
        number,
        name: None,
        kind: &message.kind,
        text: &message.text,
        quoted: None,
        addressing: "pn",
        from_me: message.from_me,
        at: message.at,
    };
    let mut record = envelope::upsert(instance, &sent);
    let reached = ["SERVER_ACK", "DELIVERY_ACK", "READ"];
    let steps = reached.iter().position(|status| *status == message.status).map_or(0, |at| at + 1);
    if let Some(map) = record.as_object_mut() {
        map.remove("status");
        map.insert("id".to_owned(), format!("cm{}", message.id.to_lowercase()).into());
        let updates = reached.iter().take(steps).map(|status| json!({ "status": status }));
        map.insert("MessageUpdate".to_owned(), Value::Array(updates.filter(|_| message.from_me).collect()));
    }
    record
}

/// How the connection should be.
#[derive(Debug, Deserialize)]
struct Wanted {
    /// `open`, `connecting`, `close`, `refused`.
    #[serde(default)]
    state: Option<String>,
    /// How often it says so, as one that is tried again and again does.
    #[serde(default)]
    times: Option<u32>,
    /// Whether what it has to say is lost.
    #[serde(default)]
    mute: Option<bool>,
}

/// `POST /simulador/instancias/{instance}/estado`.
async fn misbehave(
    State(server): State<Evolution>,
    UrlPath(name): UrlPath<String>,
    bytes: Bytes,
) -> Response {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(&bytes) else {
        return answer(StatusCode::BAD_REQUEST, &json!({ "error": "state, times or mute" }));
    };
    if let (Some(mute), Some(instance)) = (wanted.mute, server.state().instances.get_mut(&name)) {
        instance.mute = mute;
    }
    let states = ["open", "connecting", "close", "refused"];
    if let Some(state) = wanted.state.filter(|state| states.contains(&state.as_str())) {
        for _ in 0..wanted.times.unwrap_or(1).clamp(1, 200) {
            server.set_connection(&name, &state);
        }
    }
    answer(StatusCode::OK, &json!({ "instance": name }))
}
