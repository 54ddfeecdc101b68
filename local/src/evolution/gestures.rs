//! What a patient does to messages that are already in the chat: edits, takes back, votes in a poll.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope;
use super::phone::new_id;
use super::state::{Instance, Message};
use super::webhook::now;
use super::{Evolution, answer};

/// The gestures' routes.
pub(super) fn routes() -> Router<Evolution> {
    Router::new()
        .route("/simulador/mensagens/{id}/edicao", post(edit))
        .route("/simulador/mensagens/{id}/exclusao", post(take_back))
        .route("/simulador/mensagens/{id}/voto", post(vote))
}

/// Where, and what.
#[derive(Debug, Deserialize)]
struct Gesture {
    instance: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    name: Option<String>,
}

/// A message as it stands after a gesture, and where it stands.
struct Touched {
    instance: Instance,
    number: String,
    message: Message,
    gesture: Gesture,
}

/// Finds the message written by the patient (or, for a vote, by the clinic) and changes it.
fn touch(
    server: &Evolution,
    id: &str,
    bytes: &Bytes,
    from_me: bool,
    change: impl FnOnce(&mut Message, &Gesture),
) -> Result<Touched, Box<Response>> {
    let refuse = |status, error: &str| Box::new(answer(status, &json!({ "error": error })));
    let gesture: Gesture =
        serde_json::from_slice(bytes).map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
    let mut all = server.state();
    let not_found = || refuse(StatusCode::NOT_FOUND, "unknown message");
    let instance = all.instances.get_mut(&gesture.instance).ok_or_else(not_found)?;
    let (number, message) = instance
        .chats
        .iter_mut()
        .flat_map(|(number, chat)| chat.messages.iter_mut().map(move |message| (number, message)))
        .find(|(_, message)| message.id == id && message.from_me == from_me && !message.deleted)
        .ok_or_else(not_found)?;
    change(message, &gesture);
    let (number, message) = (number.clone(), message.clone());
    Ok(Touched { instance: instance.clone(), number, message, gesture })
}

/// `POST /simulador/mensagens/{id}/edicao`: posts `messages.edited` and no `messages.upsert`, as 2.3.7 does.
async fn edit(State(server): State<Evolution>, UrlPath(id): UrlPath<String>, bytes: Bytes) -> Response {
    let edited = touch(&server, &id, &bytes, false, |message, gesture| {
        message.text.clone_from(&gesture.text);
        message.edited = true;
    });
    let touched = match edited {
        Ok(touched) => touched,
        Err(refused) => return *refused,
    };
    let content = json!({ "conversation": touched.message.text });
    let data = envelope::protocol(&touched.number, &id, "MESSAGE_EDIT", &content, now().as_millisecond());
    server.emit(&touched.instance.name, "messages.edited", &data);
    answer(StatusCode::OK, &json!({ "id": id }))
}

/// `POST /simulador/mensagens/{id}/exclusao`: a revoke comes as `messages.edited`, too, before its `messages.delete`.
async fn take_back(State(server): State<Evolution>, UrlPath(id): UrlPath<String>, bytes: Bytes) -> Response {
    let touched = match touch(&server, &id, &bytes, false, |message, _| message.deleted = true) {
        Ok(touched) => touched,
        Err(refused) => return *refused,
    };
    let data = envelope::protocol(&touched.number, &id, "REVOKE", &Value::Null, now().as_millisecond());
    server.emit(&touched.instance.name, "messages.edited", &data);
    let key =
        json!({ "remoteJid": data["key"]["remoteJid"], "fromMe": false, "id": id, "status": "DELETED" });
    server.emit(&touched.instance.name, "messages.delete", &key);
    answer(StatusCode::OK, &json!({ "id": id }))
}

/// `POST /simulador/mensagens/{id}/voto`: a new vote replaces the old one; an empty one takes it back.
async fn vote(State(server): State<Evolution>, UrlPath(id): UrlPath<String>, bytes: Bytes) -> Response {
    let voted = touch(&server, &id, &bytes, true, |message, gesture| {
        message.chosen =
            message.options.iter().filter(|option| gesture.options.contains(option)).cloned().collect();
    });
    let touched = match voted {
        Ok(touched) => touched,
        Err(refused) => return *refused,
    };
    let vote = new_id();
    let data = envelope::vote(
        &touched.instance,
        &touched.number,
        touched.gesture.name.as_deref(),
        &touched.message,
        &vote,
        now().as_second(),
    );
    server.emit(&touched.instance.name, "messages.upsert", &data);
    answer(StatusCode::CREATED, &json!({ "id": vote }))
}
