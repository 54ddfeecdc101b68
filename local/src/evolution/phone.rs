//! The phone: a page on which a person plays a patient, and the JSON behind it, which tests use too.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::envelope::{self, Outgoing};
use super::messages::chat_of;
use super::numbers::whatsapp_id;
use super::state::{Fault, Message};
use super::webhook::now;
use super::{Evolution, answer};

/// The page and its JSON.
pub(super) fn routes() -> Router<Evolution> {
    Router::new()
        .route("/", get(home))
        .route("/phone.css", get(|| async { file("text/css", include_str!("page/phone.css")) }))
        .route("/phone.js", get(|| async { file("text/javascript", include_str!("page/phone.js")) }))
        .route("/simulador/instancias", get(instances))
        .route("/simulador/instancias/{instance}/qr", post(qr))
        .route("/simulador/instancias/{instance}/conectar", post(connect))
        .route("/simulador/instancias/{instance}/desconectar", post(disconnect))
        .route("/simulador/mensagens", post(write))
        .route("/simulador/conversas/{instance}/{number}", get(read))
        .route("/simulador/falhas", post(fail))
}

/// The phone for a browser; for everybody else what the real server answers here.
async fn home(headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return file("text/html", include_str!("page/index.html"));
    }
    answer(
        StatusCode::OK,
        &json!({ "status": 200, "message": "Welcome to the Evolution API, it is working!", "version": "2.3.7",
        "clientName": "local", "documentation": "https://doc.evolution-api.com", "whatsappWebVersion": "2.3000.1023" }),
    )
}

/// An id as an Android phone makes them.
pub(super) fn new_id() -> String {
    Uuid::new_v4().simple().to_string().to_uppercase()
}

fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (CACHE_CONTROL, "no-cache".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'self'; img-src data:; frame-ancestors 'none'".to_owned()),
    ];
    (headers, content).into_response()
}

/// `GET /simulador/instancias`.
async fn instances(State(server): State<Evolution>) -> Response {
    let all: Vec<Value> = server
        .state()
        .instances
        .values()
        .map(|instance| json!({ "instance": instance.name, "number": instance.number, "state": instance.state, "nome": instance.name }))
        .collect();
    answer(StatusCode::OK, &Value::from(all))
}

/// `POST /simulador/instancias/{instance}/qr`: the code that the clinic's own screen would show.
async fn qr(State(server): State<Evolution>, UrlPath(name): UrlPath<String>) -> Response {
    let open = server.state().instances.get(&name).is_none_or(|instance| instance.state == "open");
    if open {
        return answer(StatusCode::CONFLICT, &json!({ "error": "unknown or connected" }));
    }
    answer(StatusCode::OK, &server.next_qr(&name))
}

/// `POST /simulador/instancias/{instance}/conectar`: somebody reads the QR code.
async fn connect(State(server): State<Evolution>, UrlPath(name): UrlPath<String>) -> Response {
    server.set_connection(&name, "open");
    answer(StatusCode::OK, &json!({ "state": "open" }))
}

/// `POST /simulador/instancias/{instance}/desconectar`.
async fn disconnect(State(server): State<Evolution>, UrlPath(name): UrlPath<String>) -> Response {
    server.set_connection(&name, "close");
    answer(StatusCode::OK, &json!({ "state": "close" }))
}

/// What a patient writes.
#[derive(Debug, Deserialize)]
struct Written {
    instance: String,
    from: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    text: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    /// `pn`, `lid`, `lid_only`.
    #[serde(default)]
    lid: Option<String>,
    /// Typed on the clinic's own phone.
    #[serde(default)]
    from_me: bool,
    /// The id of the message it answers.
    #[serde(default)]
    quoted: Option<String>,
}

/// `POST /simulador/mensagens`.
async fn write(State(server): State<Evolution>, bytes: Bytes) -> Response {
    let Ok(written) = serde_json::from_slice::<Written>(&bytes) else {
        return answer(StatusCode::BAD_REQUEST, &json!({ "error": "instance, from and text are needed" }));
    };
    let (id, at) = (new_id(), now().as_second());
    let kind = written.kind.as_deref().unwrap_or("text");
    let instance = {
        let mut all = server.state();
        let Some(instance) = all.instances.get_mut(&written.instance) else {
            return answer(StatusCode::NOT_FOUND, &json!({ "error": "unknown instance" }));
        };
        if instance.state != "open" {
            return answer(StatusCode::CONFLICT, &json!({ "error": "instance is not connected" }));
        }
        let chat = chat_of(instance.chats.keys(), &format!("{}@s.whatsapp.net", whatsapp_id(&written.from)));
        let message = Message::new(&id, written.from_me, shown_as(kind), &written.text, at);
        let status = "DELIVERY_ACK".to_owned();
        instance.chats.entry(chat).or_default().messages.push(Message { status, ..message });
        instance.clone()
    };
    let message = Outgoing {
        id: &id,
        number: &written.from,
        name: written.name.as_deref(),
        kind,
        text: &written.text,
        quoted: written.quoted.as_deref(),
        addressing: written.lid.as_deref().unwrap_or("pn"),
        from_me: written.from_me,
        at,
    };
    server.emit(&written.instance, "messages.upsert", &envelope::upsert(&instance, &message));
    answer(StatusCode::CREATED, &json!({ "id": id }))
}

/// How the phone shows a kind: words are words, however they were wrapped.
fn shown_as(kind: &str) -> &str {
    if matches!(kind, "ephemeral" | "list") { "text" } else { kind }
}

/// `GET /simulador/conversas/{instance}/{number}`.
async fn read(
    State(server): State<Evolution>,
    UrlPath((name, number)): UrlPath<(String, String)>,
) -> Response {
    let all = server.state();
    let chat = all.instances.get(&name).and_then(|instance| {
        instance.chats.get(&chat_of(instance.chats.keys(), &format!("{number}@s.whatsapp.net")))
    });
    let (messages, typing) = chat.map_or((Vec::new(), false), |chat| {
        (chat.messages.clone(), chat.typing_until > now().as_millisecond())
    });
    answer(StatusCode::OK, &json!({ "messages": messages, "typing": typing }))
}

/// `POST /simulador/falhas`: the next sends go wrong.
async fn fail(State(server): State<Evolution>, bytes: Bytes) -> Response {
    let Ok(fault) = serde_json::from_slice::<Fault>(&bytes) else {
        return answer(StatusCode::BAD_REQUEST, &json!({ "error": "mode and count are needed" }));
    };
    let mut all = server.state();
    if fault.mode == "none" {
        all.faults.clear();
    } else {
        all.faults.push(fault);
    }
    answer(StatusCode::CREATED, &json!({ "faults": all.faults.len() }))
}
