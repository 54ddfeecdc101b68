//! A server that imitates Evolution's edge, as far as instances are asked for and told where to post.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use shared::http::Path;

/// State and hook of each instance.
#[derive(Default)]
pub(crate) struct Evolution(Mutex<BTreeMap<String, (&'static str, Value)>>);

impl Evolution {
    /// The instance is there, in this state.
    pub(crate) fn set(&self, name: &str, state: &'static str) {
        self.0.lock().unwrap().insert(name.to_owned(), (state, Value::Null));
    }

    /// Where it posts.
    pub(crate) fn hook(&self, name: &str) -> Value {
        self.0.lock().unwrap()[name].1.clone()
    }
}

/// The server, somewhere.
pub(crate) async fn serve(evolution: Arc<Evolution>) -> String {
    let router = Router::new()
        .route("/instance/connectionState/{name}", get(state))
        .route("/webhook/set/{name}", post(hook))
        .route("/settings/set/{name}", post(async || (StatusCode::CREATED, "{}")))
        .with_state(evolution);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

fn say(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn missing(name: &str) -> Response {
    let message = json!([format!("The \"{name}\" instance does not exist")]);
    say(404, &json!({ "status": 404, "error": "x", "response": { "message": message } }))
}

async fn state(State(server): State<Arc<Evolution>>, Path(name): Path<String>) -> Response {
    match server.0.lock().unwrap().get(&name) {
        Some((state, _)) => say(200, &json!({ "instance": { "instanceName": name, "state": state } })),
        None => missing(&name),
    }
}

async fn hook(State(server): State<Arc<Evolution>>, Path(name): Path<String>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    match server.0.lock().unwrap().get_mut(&name) {
        Some((_, hook)) => *hook = body["webhook"].clone(),
        None => return missing(&name),
    }
    say(201, &json!({}))
}
