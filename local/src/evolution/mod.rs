//! A stand-in for Evolution API 2.3.7: its REST interface as far as the product uses it, its webhooks, and phones to write from.
//!
//! Same paths, statuses and odd shapes as the real server, so that pointing `EVOLUTION_URL` at a real one changes nothing. Two
//! kindnesses the real one lacks, both for the guide's `instance/create`: it works without `integration`, and repeating it for an
//! instance that has the same number answers 201 again.

#![expect(clippy::disallowed_types, reason = "a stand-in answers in Evolution's words, not in problems")]
#![expect(clippy::indexing_slicing, reason = "indexing a JSON value by name answers null and never panics")]

mod envelope;
mod gestures;
mod history;
mod instances;
mod media;
mod messages;
mod numbers;
mod phone;
mod polls;
mod settings;
mod state;
mod webhook;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use serde_json::{Value, json};

pub(crate) use state::Instance;
use state::State;

/// What the server is started with.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The key of every route.
    pub(crate) api_key: String,
    /// Its own address.
    pub(crate) own_url: String,
    /// Where webhooks go when an instance has none of its own.
    pub(crate) gateway_url: String,
    /// The key webhook secrets are made with, hex; the first of several.
    pub(crate) webhook_key: String,
    /// Where instances are kept between two starts.
    pub(crate) file: Option<PathBuf>,
    /// Seconds before the first retry of a webhook.
    pub(crate) first_retry_seconds: f64,
}

/// The server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Evolution {
    settings: Arc<Settings>,
    state: Arc<Mutex<State>>,
    http: reqwest::Client,
}

impl Evolution {
    /// A server with the instances its file remembers.
    pub(crate) fn new(settings: Settings) -> anyhow::Result<Self> {
        let state = State::load(settings.file.as_deref());
        let http = reqwest::Client::builder()
            .user_agent("axios/1.7.9")
            .timeout(std::time::Duration::from_secs(30))
            .build()?;
        Ok(Self { settings: Arc::new(settings), state: Arc::new(Mutex::new(state)), http })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self) {
        if let Some(file) = &self.settings.file {
            self.state().save(file);
        }
    }

    /// An instance that exists and is connected from the start.
    pub(crate) fn ensure_connected(&self, name: &str, number: &str) {
        self.state().instances.entry(name.to_owned()).or_insert_with(|| {
            let mut instance = Instance::new(name, Some(number));
            "open".clone_into(&mut instance.state);
            instance
        });
        self.save();
    }

    /// The routes.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/instance/create", post(instances::create))
            .route("/instance/connect/{instance}", get(instances::connect))
            .route("/instance/connectionState/{instance}", get(instances::connection_state))
            .route("/instance/fetchInstances", get(instances::fetch))
            .route("/instance/restart/{instance}", post(instances::restart))
            .route("/instance/logout/{instance}", delete(instances::logout))
            .route("/instance/delete/{instance}", delete(instances::remove))
            .route("/webhook/set/{instance}", post(webhook::set))
            .route("/webhook/find/{instance}", get(webhook::find))
            .route("/settings/set/{instance}", post(settings::set))
            .route("/settings/find/{instance}", get(settings::find))
            .route("/message/sendText/{instance}", post(messages::send_text))
            .route("/message/sendPoll/{instance}", post(polls::send))
            .route("/chat/sendPresence/{instance}", post(messages::presence))
            .route("/chat/markMessageAsRead/{instance}", post(messages::mark_read))
            .route("/chat/whatsappNumbers/{instance}", post(messages::whatsapp_numbers))
            .route("/chat/findMessages/{instance}", post(history::find))
            .route("/chat/getBase64FromMediaMessage/{instance}", post(media::fetch))
            .merge(phone::routes())
            .merge(gestures::routes())
            .merge(history::routes())
            .fallback(any(|method: axum::http::Method, uri: axum::http::Uri| async move {
                refusal(StatusCode::NOT_FOUND, json!([format!("Cannot {method} {}", uri.path())]))
            }))
            .with_state(self)
    }
}

/// Evolution's error envelope.
#[expect(clippy::needless_pass_by_value, reason = "every caller makes the message for this")]
fn refusal(status: StatusCode, message: Value) -> Response {
    let error = match status {
        StatusCode::BAD_REQUEST => "Bad Request",
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::NOT_FOUND => "Not Found",
        _ => "Internal Server Error",
    };
    let body = json!({ "status": status.as_u16(), "error": error, "response": { "message": message } });
    answer(status, &body)
}

/// A body as JSON; what is none gets the odd refusal of the real one.
fn parse(bytes: &Bytes) -> Result<Value, Box<Response>> {
    serde_json::from_slice(bytes).map_err(|error| {
        let body = json!({ "status": 400, "error": "Internal Server Error", "response": { "message": [error.to_string()] } });
        Box::new(answer(StatusCode::BAD_REQUEST, &body))
    })
}

/// A success, as JSON.
fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/json; charset=utf-8")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests;
