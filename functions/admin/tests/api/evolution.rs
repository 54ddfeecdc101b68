//! A server that imitates Evolution's edge, as far as instances are made and connected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use shared::http::Path;

/// What instances' secrets are made with.
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What a server knows of its instances: state, and where each posts.
#[derive(Default)]
pub(crate) struct Evolution {
    /// State and hook of each.
    pub(crate) instances: Mutex<BTreeMap<String, (&'static str, Value)>>,
    made: Mutex<u32>,
    /// Makes no instances.
    pub(crate) away: Mutex<bool>,
}

impl Evolution {
    /// State and hook of an instance.
    pub(crate) fn instance(&self, name: &str) -> Option<(&'static str, Value)> {
        self.instances.lock().unwrap().get(name).cloned()
    }

    /// The instance is in another state.
    pub(crate) fn set(&self, name: &str, state: &'static str) {
        self.instances.lock().unwrap().get_mut(name).unwrap().0 = state;
    }

    /// How many instances were made.
    pub(crate) fn made(&self) -> u32 {
        *self.made.lock().unwrap()
    }
}

/// The server, somewhere.
pub(crate) async fn serve(evolution: Arc<Evolution>) -> String {
    let router = Router::new()
        .route("/instance/create", post(create))
        .route("/instance/connectionState/{name}", get(state))
        .route("/instance/connect/{name}", get(connect))
        .route("/webhook/set/{name}", post(async || (StatusCode::CREATED, "{}")))
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

async fn create(State(server): State<Arc<Evolution>>, body: String) -> Response {
    if *server.away.lock().unwrap() {
        return say(500, &json!({ "error": "x" }));
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let name = body["instanceName"].as_str().unwrap().to_owned();
    let mut instances = server.instances.lock().unwrap();
    if instances.contains_key(&name) {
        let message = json!([format!("This name \"{name}\" is already in use.")]);
        return say(403, &json!({ "status": 403, "response": { "message": message } }));
    }
    instances.insert(name.clone(), ("close", body["webhook"].clone()));
    *server.made.lock().unwrap() += 1;
    say(201, &json!({ "instance": { "instanceName": name, "status": "close" }, "hash": "T" }))
}

async fn state(State(server): State<Arc<Evolution>>, Path(name): Path<String>) -> Response {
    match server.instance(&name) {
        Some((state, _)) => say(200, &json!({ "instance": { "instanceName": name, "state": state } })),
        None => missing(&name),
    }
}

async fn connect(State(server): State<Arc<Evolution>>, Path(name): Path<String>) -> Response {
    match server.instance(&name) {
        None => missing(&name),
        Some(("close", _)) => {
            server.set(&name, "connecting");
            say(200, &json!({ "count": 0 }))
        }
        Some(_) => say(200, &json!({ "code": "2@codigo,x", "base64": "data:,", "count": 1 })),
    }
}
