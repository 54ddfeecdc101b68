//! `assistant` as the queue calls it: events in, an agenda and messages out. WhatsApp is a server that imitates Evolution's edge.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod booking;
mod bounds;
mod bursts;
mod changes;
mod cloud;
mod connection;
mod conversations;
mod corrected_phone;
mod delivery;
mod emergencies;
mod engine;
mod ids;
mod killed;
mod lines;
mod log;
mod manners;
mod meta;
mod metering;
mod offers;
mod quiet;
mod redis;
mod screens;
mod threads;
mod unasked;
mod units;
mod unread;
mod voice;
mod without_phone;

use std::sync::{Arc, Mutex};

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::{Clock, FixedClock};
use shared::parts::WorkerParts;
use shared::testing::{Clinic, OwnQueue, TestApp, contact, queued, wrote};
use shared::whatsapp::{Content, Inbound};
use tokio::sync::Notify;

/// What Evolution was asked to send: instance, destination, text; whether it is up, and whether it answers at once.
#[derive(Default)]
struct Sent {
    messages: Mutex<Vec<(String, String, String)>>,
    down: Mutex<bool>,
    held: Mutex<bool>,
    /// The same of the blue ticks.
    held_ticks: Mutex<bool>,
    /// The clock that each message moves on by four seconds.
    slow: Mutex<Option<Arc<FixedClock>>>,
    /// The recording of every voice message, and how often it was asked for.
    media: Mutex<Option<Vec<u8>>>,
    fetched: Mutex<usize>,
    arrived: Notify,
    released: Notify,
}

/// A clinic's WhatsApp, with the function behind it.
struct Chat {
    app: TestApp,
    worker: WorkerParts,
    /// What the worker puts back into its queue.
    queue: OwnQueue,
    sent: Arc<Sent>,
    /// Where Evolution is.
    evolution: String,
    count: Mutex<u32>,
}

const PHONE: &str = "5511988887777";

impl Chat {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let sent = Arc::<Sent>::default();
        let evolution = evolution(sent.clone()).await;
        let mut worker = app.worker(&evolution);
        let queue = OwnQueue::create().await;
        worker.queue = queue.sender();
        Self { app, worker, queue, sent, evolution, count: Mutex::default() }
    }

    fn message(&self, clinic: &Clinic, phone: &str, content: Content) -> Inbound {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        let id = format!("MSG{count:08}");
        self.app.heard(clinic, wrote(&id, contact(phone), Some("Perfil"), content))
    }

    async fn handle(&self, inbound: &[Inbound]) -> SqsBatchResponse {
        assistant::handle(&self.worker, &Engine::none(), Listening::AT_ONCE, event(inbound)).await
    }

    /// Writes as one phone at one clinic, and reads what comes back.
    async fn say_at(&self, clinic: &Clinic, phone: &str, text: &str) -> String {
        self.say_all(&[self.message(clinic, phone, Content::Text(text.to_owned()))]).await
    }

    /// Writes several messages a second apart.
    async fn say_in_one_go(&self, texts: impl Iterator<Item = &str>) -> String {
        let mut messages: Vec<_> =
            texts.map(|text| self.message(&self.app.clinic, PHONE, Content::Text(text.to_owned()))).collect();
        for (inbound, second) in messages.iter_mut().rev().zip(0..) {
            inbound.sent_at -= SignedDuration::from_secs(second);
        }
        self.say_all(&messages).await
    }

    async fn say_all(&self, messages: &[Inbound]) -> String {
        let before = self.sent.messages.lock().unwrap().len();
        let done = self.handle(messages).await;
        assert!(done.batch_item_failures.is_empty());
        let sent = self.sent.messages.lock().unwrap();
        sent[before..].iter().map(|(_, _, text)| text.clone()).collect::<Vec<_>>().join("\n---\n")
    }

    async fn say(&self, text: &str) -> String {
        self.say_at(&self.app.clinic, PHONE, text).await
    }

    async fn number(&self, query: &str) -> i64 {
        self.app.database.number(query).await
    }
}

/// The event of Lambda's queue mapping.
fn event(inbound: &[Inbound]) -> SqsEvent {
    serde_json::from_value(queued(inbound)).unwrap()
}

async fn evolution(sent: Arc<Sent>) -> String {
    let router = Router::new()
        .route("/message/sendText/{instance}", post(send_text))
        .route("/chat/getBase64FromMediaMessage/{instance}", post(media))
        .route("/chat/markMessageAsRead/{instance}", post(ticks))
        .fallback(async || (StatusCode::CREATED, "{}"))
        .with_state(sent);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn ticks(axum::extract::State(sent): axum::extract::State<Arc<Sent>>) -> Response {
    if std::mem::take(&mut *sent.held_ticks.lock().unwrap()) {
        sent.arrived.notify_one();
        sent.released.notified().await;
    }
    (StatusCode::CREATED, "{}").into_response()
}

async fn media(axum::extract::State(sent): axum::extract::State<Arc<Sent>>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    assert!(body["message"]["key"]["id"].as_str().unwrap().starts_with("MSG"));
    let Some(bytes) = sent.media.lock().unwrap().clone() else {
        let body = json!({ "status": 400, "error": "Bad Request", "response": { "message": ["Message not found"] } });
        return (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    };
    *sent.fetched.lock().unwrap() += 1;
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let answer = json!({ "mediaType": "audioMessage", "mimetype": "audio/ogg; codecs=opus", "base64": base64, "buffer": null });
    (StatusCode::CREATED, answer.to_string()).into_response()
}

async fn send_text(
    axum::extract::State(sent): axum::extract::State<Arc<Sent>>,
    uri: axum::http::Uri,
    body: String,
) -> Response {
    if *sent.down.lock().unwrap() {
        let body = json!({ "status": 400, "error": "Bad Request", "response": { "message": ["Error: Connection Closed"] } });
        return (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let instance = uri.path().rsplit('/').next().unwrap().to_owned();
    let count = {
        let mut messages = sent.messages.lock().unwrap();
        messages.push((instance, text("number"), text("text")));
        messages.len()
    };
    if let Some(clock) = &*sent.slow.lock().unwrap() {
        clock.set(clock.now() + SignedDuration::from_secs(4));
    }
    let id = format!("3EB0{count:018}");
    let held = std::mem::take(&mut *sent.held.lock().unwrap());
    if held {
        sent.arrived.notify_one();
        sent.released.notified().await;
    }
    let answer =
        json!({ "key": { "remoteJid": text("number"), "fromMe": true, "id": id }, "status": "PENDING" });
    (StatusCode::CREATED, answer.to_string()).into_response()
}
