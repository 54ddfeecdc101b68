//! WhatsApp as the clinics' Evolution would be: it takes messages, keeps them, and can be slow, down, lying or forgetful.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::{Clock, FixedClock};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Each answer takes as long.
    Slow(Duration),
    /// Nothing leaves, and it says so.
    Down,
    /// Nothing leaves, and it says 200 with an error in it.
    Lying,
    /// Everything leaves, and the answer is lost on its way.
    Mumbling,
}

/// A message that arrived on a phone.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) instance: String,
    pub(crate) number: String,
    pub(crate) text: String,
    id: String,
    at: Timestamp,
}

impl Arrived {
    /// The number without WhatsApp's name behind it.
    fn digits(&self) -> &str {
        self.number.split('@').next().unwrap_or_default()
    }
}

pub(crate) struct Wire {
    arrived: Mutex<Vec<Arrived>>,
    mood: Mutex<Mood>,
    clock: Arc<FixedClock>,
}

impl Wire {
    /// One that listens; and where.
    pub(crate) async fn new(clock: Arc<FixedClock>) -> (Arc<Self>, String) {
        let wire = Arc::new(Self { arrived: Mutex::default(), mood: Mutex::new(Mood::Well), clock });
        let router = Router::new()
            .route("/message/sendText/{instance}", post(send))
            .route("/chat/findMessages/{instance}", post(history))
            .route("/instance/connectionState/{instance}", get(state))
            .route("/instance/fetchInstances", get(async || say(200, &json!([]))))
            .fallback(async || say(201, &json!({})))
            .with_state(wire.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (wire, url)
    }

    pub(crate) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    /// Everything that arrived.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    /// What arrived at a number, from one clinic.
    pub(crate) fn texts(&self, instance: &str, number: &str) -> Vec<String> {
        let arrived = self.arrived.lock().unwrap();
        let here = arrived.iter().filter(|one| one.instance == instance && one.digits() == number);
        here.map(|one| one.text.clone()).collect()
    }
}

fn say(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn named(uri: &Uri) -> String {
    uri.path().rsplit('/').next().unwrap().to_owned()
}

async fn send(State(wire): State<Arc<Wire>>, uri: Uri, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let mood = wire.mood();
    match mood {
        Mood::Down => {
            let error = json!({ "message": ["Error: Connection Closed"] });
            return say(400, &json!({ "status": 400, "error": "Bad Request", "response": error }));
        }
        Mood::Lying => return say(200, &json!({ "error": true, "message": "Connection Closed" })),
        Mood::Slow(time) => tokio::time::sleep(time).await,
        Mood::Well | Mood::Mumbling => {}
    }
    let id = {
        let mut arrived = wire.arrived.lock().unwrap();
        let id = format!("3EB0{:018}", arrived.len());
        let at = wire.clock.now();
        arrived.push(Arrived {
            instance: named(&uri),
            number: text("number"),
            text: text("text"),
            id: id.clone(),
            at,
        });
        id
    };
    if mood == Mood::Mumbling {
        return say(504, &json!({}));
    }
    say(
        201,
        &json!({ "key": { "remoteJid": text("number"), "fromMe": true, "id": id }, "status": "PENDING" }),
    )
}

/// What was sent, as it is kept, the newest first.
async fn history(State(wire): State<Arc<Wire>>, uri: Uri, body: String) -> Response {
    let asked: Value = serde_json::from_str(&body).unwrap();
    let number = |name: &str| usize::try_from(asked[name].as_u64().unwrap()).unwrap();
    let (page, size, instance) = (number("page"), number("offset"), named(&uri));
    let mut kept: Vec<Arrived> = wire.arrived().into_iter().filter(|one| one.instance == instance).collect();
    kept.reverse();
    let record = |one: &Arrived| {
        json!({
            "id": format!("cm{}", one.id), "messageType": "conversation", "message": { "conversation": one.text },
            "key": { "id": one.id, "fromMe": true, "remoteJid": format!("{}@s.whatsapp.net", one.digits()) },
            "messageTimestamp": one.at.as_second(), "source": "android", "MessageUpdate": [{ "status": "DELIVERY_ACK" }],
        })
    };
    let records: Vec<Value> =
        kept.chunks(size).nth(page - 1).unwrap_or_default().iter().map(record).collect();
    let pages = kept.len().div_ceil(size);
    let found = json!({ "total": kept.len(), "pages": pages, "currentPage": page, "records": records });
    say(200, &json!({ "messages": found }))
}

async fn state(uri: Uri) -> Response {
    say(200, &json!({ "instance": { "instanceName": named(&uri), "state": "open" } }))
}
