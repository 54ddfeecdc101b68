//! A language model behind a scripted server on this machine, in both wire forms: what comes of what it says, and what comes of it when it fails.

mod failures;
mod limits;
mod wishes;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assistant::Listening;
use assistant::engine::{Engine, Patience, Server};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::testing::Clinic;
use shared::whatsapp::{Content, Inbound};
use tokio::sync::Notify;

use crate::{Chat, PHONE, event};

/// A question no words of the reader answer.
pub(crate) const RAMP: &str = "vocês têm rampa pra cadeira de rodas?";
/// What the dialogue says to it by itself.
const BY_WORDS: &str = "quem dá é a equipe da clínica";
/// What the clinic says of it.
const FACTS: &str = "Temos rampa na entrada e vaga para cadeirantes.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Anthropic,
    OpenAi,
}

const BOTH: [Form; 2] = [Form::Anthropic, Form::OpenAi];

/// What the server does next.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    Answers(u16, String),
    Hangs,
    /// Answers when it is let go.
    Held(Box<Does>),
}

impl Form {
    fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
        }
    }

    /// The model says this.
    pub(crate) fn says(self, text: &str) -> Does {
        self.ends(text, "end_turn", "stop")
    }

    fn ends(self, text: &str, anthropic: &str, openai: &str) -> Does {
        Does::Answers(
            200,
            match self {
                Self::Anthropic => json!({
                    "type": "message", "role": "assistant", "content": [{ "type": "text", "text": text }],
                    "stop_reason": anthropic, "usage": { "input_tokens": 90, "cache_read_input_tokens": 10, "output_tokens": 7 },
                }),
                Self::OpenAi => json!({
                    "choices": [{ "index": 0, "finish_reason": openai, "message": { "role": "assistant", "content": text } }],
                    "usage": { "prompt_tokens": 100, "completion_tokens": 7 },
                }),
            }
            .to_string(),
        )
    }

    /// The model calls this.
    fn calls(self, name: &str, input: &Value) -> Does {
        let body = match self {
            Self::Anthropic => json!({
                "content": [
                    { "type": "text", "text": "Vou ver." },
                    { "type": "tool_use", "id": "toolu_1", "name": name, "input": input },
                ],
                "stop_reason": "tool_use", "usage": { "input_tokens": 100, "output_tokens": 7 },
            }),
            Self::OpenAi => json!({
                "choices": [{ "finish_reason": "tool_calls", "message": { "content": null, "tool_calls": [
                    { "id": "call_1", "type": "function", "function": { "name": name, "arguments": input.to_string() } },
                ] } }],
                "usage": { "prompt_tokens": 100, "completion_tokens": 7 },
            }),
        };
        Does::Answers(200, body.to_string())
    }
}

/// The server: what it does next, and what it was asked.
#[derive(Default)]
struct Script {
    next: Mutex<VecDeque<Does>>,
    asked: Mutex<Vec<Value>>,
    arrived: Notify,
    released: Notify,
}

/// A clinic whose assistant has a model.
pub(crate) struct Advised {
    pub(crate) chat: Chat,
    engine: Engine,
    script: Arc<Script>,
    form: Form,
}

impl Advised {
    pub(crate) async fn new(form: Form) -> Self {
        let chat = Chat::new().await;
        let script = Arc::<Script>::default();
        let url = serve(script.clone()).await;
        let patience = Patience { message: Duration::from_secs(4), call: Duration::from_millis(1500) };
        let advised = Self { engine: engine(form, &url, patience), chat, script, form };
        advised.turn_on(&advised.chat.app.clinic).await;
        advised
    }

    async fn turn_on(&self, clinic: &Clinic) {
        let (id, form) = (clinic.id, self.form.name());
        let sql = format!(
            "update clientes set ia_permitida = true, ia_ligada = true, ia_provedor = '{form}', ia_instrucoes = '{FACTS}' where id = {id}"
        );
        self.chat.app.database.sql(&sql).await;
    }

    pub(crate) fn script(&self, does: impl IntoIterator<Item = Does>) {
        self.script.next.lock().unwrap().extend(does);
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.script.asked.lock().unwrap().clone()
    }

    pub(crate) fn message(&self, text: &str) -> Inbound {
        self.chat.message(&self.chat.app.clinic, PHONE, Content::Text(text.to_owned()))
    }

    async fn say(&self, text: &str) -> String {
        self.hear(&self.message(text)).await
    }

    pub(crate) async fn hear(&self, inbound: &Inbound) -> String {
        self.hear_all(std::slice::from_ref(inbound)).await
    }

    /// Several at once.
    pub(crate) async fn hear_all(&self, inbound: &[Inbound]) -> String {
        let before = self.chat.sent.messages.lock().unwrap().len();
        let event = event(inbound);
        let done = assistant::handle(&self.chat.worker, &self.engine, Listening::AT_ONCE, event).await;
        assert!(done.batch_item_failures.is_empty());
        let sent = self.chat.sent.messages.lock().unwrap();
        sent[before..].iter().map(|(_, _, text)| text.clone()).collect::<Vec<_>>().join("\n---\n")
    }

    /// What was counted for the clinic this month.
    async fn usage(&self) -> shared::ledger::usage::Usage {
        self.chat.app.parts.ledger.usage(self.chat.app.clinic.id, "2026-11").await.unwrap()
    }

    /// Says what only a model understands, and how often the words alone had to answer for this reason.
    async fn falls_back(&self, reason: &str) {
        let answer = self.say(RAMP).await;
        assert!(answer.contains(BY_WORDS), "{reason}: {answer}");
        let counted = self.usage().await.fallbacks;
        assert_eq!(counted.get(reason), Some(&1), "{counted:?}");
    }
}

fn engine(form: Form, url: &str, patience: Patience) -> Engine {
    let server = Server { url, key: "chave-secreta", model: "modelo" };
    match form {
        Form::Anthropic => Engine::new(Some(&server), None, patience),
        Form::OpenAi => Engine::new(None, Some(&server), patience),
    }
}

async fn serve(script: Arc<Script>) -> String {
    let router = Router::new().fallback(answer).with_state(script);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn answer(
    axum::extract::State(script): axum::extract::State<Arc<Script>>,
    uri: axum::http::Uri,
    headers: axum::http::HeaderMap,
    body: String,
) -> Response {
    let mut asked: Value = serde_json::from_str(&body).unwrap();
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    asked["path"] = json!(uri.path());
    asked["key"] = json!(format!("{}{}", header("x-api-key"), header("authorization")));
    script.asked.lock().unwrap().push(asked);
    let mut next = script.next.lock().unwrap().pop_front();
    if let Some(Does::Held(then)) = next {
        script.arrived.notify_one();
        script.released.notified().await;
        next = Some(*then);
    }
    match next {
        Some(Does::Answers(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body)
                .into_response()
        }
        Some(Does::Hangs) => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        }
        Some(Does::Held(_)) | None => StatusCode::IM_A_TEAPOT.into_response(),
    }
}
