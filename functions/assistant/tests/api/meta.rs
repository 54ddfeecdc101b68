//! A Meta of our own: the Graph API as far as a conversation needs it, as strict as the real one about tokens, templates and the day after
//! a patient's last message. What is registered it reads from the document an operator registers from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::clock::{Clock, FixedClock};
use shared::secrecy::SecretString;
use shared::whatsapp::Cloud;
use tokio::sync::Notify;

pub(crate) const TOKEN: &str = "EAAtoken-da-plataforma";
const DOCUMENT: &str = include_str!("../../../../docs/modelos-whatsapp.md");

/// A message Meta took: the number it left through, to whom, and its text or `nome(parameters)`.
pub(crate) type Taken = (String, String, String);

/// What Meta knows.
pub(crate) struct Meta {
    clock: Arc<FixedClock>,
    pub(crate) taken: Mutex<Vec<Taken>>,
    pub(crate) read: Mutex<Vec<(String, Value)>>,
    /// When each person last wrote.
    pub(crate) wrote: Mutex<HashMap<String, Timestamp>>,
    /// Takes free texts whenever, and would say later that they did not arrive.
    pub(crate) lenient: Mutex<bool>,
    /// A code to refuse everything with.
    pub(crate) refuses: Mutex<Option<u64>>,
    pub(crate) held: Mutex<bool>,
    pub(crate) arrived: Notify,
    pub(crate) released: Notify,
    /// Recordings by id; whoever asks is answered where they are.
    pub(crate) media: Mutex<HashMap<String, Vec<u8>>>,
    pub(crate) fetched: Mutex<usize>,
    url: Mutex<String>,
}

impl Meta {
    pub(crate) async fn start(clock: Arc<FixedClock>) -> (Arc<Self>, Cloud) {
        let meta = Arc::new(Self {
            clock,
            taken: Mutex::default(),
            read: Mutex::default(),
            wrote: Mutex::default(),
            lenient: Mutex::default(),
            refuses: Mutex::default(),
            held: Mutex::default(),
            arrived: Notify::new(),
            released: Notify::new(),
            media: Mutex::default(),
            fetched: Mutex::default(),
            url: Mutex::default(),
        });
        let router = Router::new()
            .route("/v24.0/{number}/messages", post(messages))
            .route("/v24.0/{media}", get(where_media_are))
            .route("/files/{media}", get(media))
            .with_state(meta.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        meta.url.lock().unwrap().clone_from(&url);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let cloud = Cloud::new(&format!("{url}/v24.0"), SecretString::from(TOKEN)).unwrap();
        (meta, cloud)
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|(_, _, text)| text.clone()).collect()
    }

    fn open(&self, to: &str) -> bool {
        let wrote = self.wrote.lock().unwrap().get(to).copied();
        *self.lenient.lock().unwrap()
            || wrote.is_some_and(|at| self.clock.now().duration_since(at) < SignedDuration::from_hours(24))
    }
}

fn refusal(code: u64, details: &str) -> Response {
    let status = if code == 190 { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let error = json!({ "message": format!("(#{code}) Refused"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": details }, "fbtrace_id": "A" });
    (status, json!({ "error": error }).to_string()).into_response()
}

/// A part of the path, counted from its end.
fn segment(uri: &Uri, from_end: usize) -> String {
    uri.path().rsplit('/').nth(from_end).unwrap().to_owned()
}

fn authorized(headers: &HeaderMap) -> bool {
    headers.get("authorization").is_some_and(|value| value == &format!("Bearer {TOKEN}"))
}

async fn messages(State(meta): State<Arc<Meta>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    if !authorized(&headers) {
        return refusal(190, "Invalid OAuth access token");
    }
    let number = segment(&uri, 1);
    let body: Value = serde_json::from_str(&body).unwrap();
    if body["messaging_product"] != "whatsapp" || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return refusal(100, "Invalid parameter");
    }
    if body["status"] == "read" {
        meta.read.lock().unwrap().push((number, body));
        return json!({ "success": true }).to_string().into_response();
    }
    let refuses = *meta.refuses.lock().unwrap();
    let held = std::mem::take(&mut *meta.held.lock().unwrap());
    if held {
        meta.arrived.notify_one();
        meta.released.notified().await;
    }
    if let Some(code) = refuses {
        return refusal(code, "Refused");
    }
    let to = body["to"].as_str().or(body["recipient"].as_str()).unwrap_or_default().to_owned();
    let said = match body["type"].as_str() {
        Some("text") if meta.open(&to) => body["text"]["body"].as_str().unwrap().to_owned(),
        Some("text") => return refusal(131_047, "More than 24 hours have passed"),
        Some("template") => match template(&body["template"]) {
            Ok(said) => said,
            Err((code, details)) => return refusal(code, &details),
        },
        _ => return refusal(131_051, "Unsupported message type"),
    };
    let mut taken = meta.taken.lock().unwrap();
    taken.push((number, to.clone(), said));
    let id = format!("wamid.OUT{:08}", taken.len());
    json!({ "messaging_product": "whatsapp", "contacts": [{ "input": to, "wa_id": to }], "messages": [{ "id": id }] })
        .to_string()
        .into_response()
}

/// `nome(parameters)`, if it is registered with as many places and buttons, and Meta takes what stands in them.
fn template(template: &Value) -> Result<String, (u64, String)> {
    let nome = template["name"].as_str().unwrap_or_default();
    let section = DOCUMENT.split("\n## ").find(|section| section.starts_with(&format!("`{nome}`\n")));
    let section = section.filter(|_| template["language"]["code"] == "pt_BR");
    let section = section.ok_or((132_001, format!("template name ({nome}) does not exist in pt_BR")))?;
    let body = section.split("```").nth(1).unwrap();
    let places = (1..20).take_while(|place| body.contains(&format!("{{{{{place}}}}}"))).count();
    let buttons = section.lines().filter(|line| line.starts_with("- Botão: ")).count();
    let components = template["components"].as_array().unwrap();
    let parameters: Vec<&str> = components[0]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["text"].as_str().unwrap_or_default())
        .collect();
    if parameters.len() != places || components.len() != 1 + buttons {
        return Err((132_000, "Number of parameters does not match".to_owned()));
    }
    for (at, button) in components.iter().skip(1).enumerate() {
        let payload = button["parameters"][0]["payload"].as_str().unwrap_or_default();
        if button["sub_type"] != "quick_reply"
            || button["index"] != json!(at.to_string())
            || payload.is_empty()
        {
            return Err((132_012, "Parameter format does not match".to_owned()));
        }
    }
    let bad = |text: &&str| text.trim().is_empty() || text.contains(['\n', '\t']) || text.contains("     ");
    if parameters.iter().any(bad) {
        return Err((100, "Param text cannot have new-line/tab characters or more than 4 spaces".to_owned()));
    }
    Ok(format!("{nome}({})", parameters.join("|")))
}

async fn where_media_are(State(meta): State<Arc<Meta>>, uri: Uri, headers: HeaderMap) -> Response {
    if !authorized(&headers) {
        return refusal(190, "Invalid OAuth access token");
    }
    let id = segment(&uri, 0);
    let Some(size) = meta.media.lock().unwrap().get(&id).map(Vec::len) else {
        return refusal(100, "Unsupported get request");
    };
    let url = format!("{}/files/{id}", meta.url.lock().unwrap());
    json!({ "url": url, "mime_type": "audio/ogg; codecs=opus", "file_size": size, "id": id, "messaging_product": "whatsapp" })
        .to_string()
        .into_response()
}

async fn media(State(meta): State<Arc<Meta>>, uri: Uri, headers: HeaderMap) -> Response {
    if !authorized(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    *meta.fetched.lock().unwrap() += 1;
    let bytes = meta.media.lock().unwrap().get(&segment(&uri, 0)).cloned();
    bytes.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}
