//! What a patient's message, a report on one of ours and a look at the agenda ask of Postgres, DynamoDB and SQS, counted at stores that really answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use shared::auth::token::Verifier;
use shared::ledger::Ledger;
use shared::parts::{HttpParts, WorkerParts};
use shared::testing::{OwnQueue, Request, TestApp, VERIFYING_KEYS, dynamo_at, queued};
use shared::whatsapp::{Inbound, WEBHOOK_HEADER, WebhookKeys};
use tracing_subscriber::layer::SubscriberExt;

use super::{is, premise};

/// What was asked since the last look.
#[derive(Debug, Default)]
struct Asked {
    /// Of DynamoDB, in the units that are paid for: a read, a write, and two for each part of a transaction.
    reads: AtomicUsize,
    writes: AtomicUsize,
    /// Transactions of Postgres inside a clinic.
    sql: AtomicUsize,
    /// Messages WhatsApp was given.
    sent: AtomicUsize,
}

impl Asked {
    /// Reads, writes, transactions and messages.
    fn take(&self) -> [usize; 4] {
        [&self.reads, &self.writes, &self.sql, &self.sent].map(|one| one.swap(0, Ordering::Relaxed))
    }
}

/// Counts the transactions that enter a clinic: sqlx tells of each statement.
struct Entered(Arc<Asked>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Entered {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut text = Text::default();
            event.record(&mut text);
            if text.0.contains("e.versao") {
                self.0.sql.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

#[derive(Default)]
struct Text(String);

impl tracing::field::Visit for Text {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}

/// DynamoDB behind somebody who counts.
async fn ledger(app: &TestApp, asked: Arc<Asked>) -> Ledger {
    #[expect(clippy::disallowed_methods, reason = "tests are told where the stores of the run are")]
    let real = std::env::var("TEST_DYNAMODB_URL").unwrap();
    let answer = async move |headers: HeaderMap, body: String| {
        let action = headers["x-amz-target"].to_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let parts: Value = serde_json::from_str(&body).unwrap();
        match (action.as_str(), parts["TransactItems"].as_array()) {
            ("GetItem", _) => asked.reads.fetch_add(1, Ordering::Relaxed),
            (_, Some(parts)) => asked.writes.fetch_add(2 * parts.len(), Ordering::Relaxed),
            _ => asked.writes.fetch_add(1, Ordering::Relaxed),
        };
        let mut asking = reqwest::Client::new().post(&real).body(body);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host" && *name != "content-length") {
            asking = asking.header(name, value);
        }
        let answer = asking.send().await.unwrap();
        (StatusCode::from_u16(answer.status().as_u16()).unwrap(), answer.text().await.unwrap())
    };
    let url = serve(Router::new().fallback(answer)).await;
    Ledger::new(dynamo_at(&url), "horario-inteligente".to_owned(), app.clock.clone())
}

/// Evolution, which takes what it is given.
async fn evolution(asked: Arc<Asked>) -> String {
    let send = async move |body: String| {
        let count = asked.sent.fetch_add(1, Ordering::Relaxed);
        let body: Value = serde_json::from_str(&body).unwrap();
        let key = json!({ "remoteJid": body["number"], "fromMe": true, "id": format!("3EB0{count:018}") });
        (StatusCode::CREATED, json!({ "key": key, "status": "PENDING" }).to_string())
    };
    let router = Router::new().route("/message/sendText/{instance}", post(send));
    serve(router.fallback(async || (StatusCode::CREATED, "{}"))).await
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// The whole way of a message: webhook, queue, assistant.
struct Way {
    app: TestApp,
    asked: Arc<Asked>,
    keys: WebhookKeys,
    webhook: Router,
    queue: OwnQueue,
    worker: WorkerParts,
}

const KEY: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";

impl Way {
    async fn new() -> Self {
        let (app, asked) = (TestApp::new().await, Arc::<Asked>::default());
        let ledger = ledger(&app, asked.clone()).await;
        let queue = OwnQueue::create().await;
        let keys = || WebhookKeys::new(KEY).unwrap();
        let state = webhook::AppState::new(keys(), ledger.clone(), queue.sender(), app.clock.clone());
        let WorkerParts { db, cache, evolution, .. } = app.worker(&evolution(asked.clone()).await);
        let worker = WorkerParts::new(db, cache, ledger, queue.sender(), evolution, app.clock.clone());
        Self { asked, keys: keys(), webhook: webhook::router(state), queue, worker, app }
    }

    /// Evolution posts; how many messages were in the queue, and what all of it asked of the stores.
    async fn post(&self, event: &str, data: Value) -> (usize, [usize; 4]) {
        let instance = &self.app.clinic.instance;
        let body = json!({ "event": event, "instance": instance, "data": data, "sender": "5511999990000@s.whatsapp.net" });
        let path = format!("/webhook/whatsapp/{instance}");
        let post = Request::new("POST", "webhook.exemplo", &path);
        post.header(WEBHOOK_HEADER, &self.keys.secret_for(instance))
            .json(&body)
            .send(&self.webhook)
            .await
            .expect(200);
        let bodies = self.queue.take().await;
        let inbound: Vec<Inbound> = bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
        let event: SqsEvent = serde_json::from_value(queued(&inbound)).unwrap();
        let done = assistant::handle(&self.worker, &Engine::none(), Listening::AT_ONCE, event).await;
        assert!(done.batch_item_failures.is_empty());
        (bodies.len(), self.asked.take())
    }

    /// A patient writes.
    async fn say(&self, id: usize, text: &str) -> (usize, [usize; 4]) {
        let data = json!({
            "key": { "remoteJid": "5511988887777@s.whatsapp.net", "fromMe": false, "id": format!("3A{id:030}") },
            "pushName": "Perfil", "message": { "conversation": text }, "messageType": "conversation",
            "messageTimestamp": self.app.now().as_second(),
        });
        self.post("messages.upsert", data).await
    }
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

#[tokio::test]
async fn a_message_and_its_reports_ask_of_the_stores_what_they_are_said_to() {
    let way = Way::new().await;
    let counting = tracing_subscriber::registry().with(Entered(way.asked.clone()));
    let _counting = tracing::subscriber::set_default(counting);
    // The first of a month is also counted as a conversation.
    way.say(0, "oi").await;
    for (id, text) in
        [(1, "quais convênios vocês atendem?"), (2, "qual o endereço?"), (3, "quero marcar uma consulta")]
    {
        let (queued, [reads, writes, sql, sent]) = way.say(id, text).await;
        assert_eq!(queued, 1, "{text}");
        is(premise("respostas_por_mensagem"), float(sent));
        is(premise("turno_transacoes"), float(sql));
        is(premise("turno_leituras"), float(reads));
        is(premise("turno_escritas"), float(writes));
    }
    for status in ["SERVER_ACK", "DELIVERY_ACK", "READ"] {
        let data = json!({ "keyId": format!("3EB0{:018}", 0), "remoteJid": "5511988887777@s.whatsapp.net", "fromMe": true, "status": status });
        let (queued, [reads, writes, sql, _]) = way.post("messages.update", data).await;
        assert_eq!(queued, 1, "{status}");
        is(premise("relato_transacoes"), float(sql));
        is(premise("relato_leituras"), float(reads));
        is(premise("relato_escritas"), float(writes));
    }
}

#[tokio::test]
async fn a_look_at_an_agenda_in_which_nothing_changed_asks_what_it_is_said_to() {
    let (app, asked) = (TestApp::new().await, Arc::<Asked>::default());
    let HttpParts { db, cache, .. } = app.parts.clone();
    let verifier = Verifier::new(VERIFYING_KEYS, app.clock.clone()).unwrap();
    let ledger = ledger(&app, asked.clone()).await;
    let parts = HttpParts::new(db, cache, ledger, verifier, &["localhost".to_owned()], app.clock.clone());
    let router = scheduling::router(parts.clone());
    let token = app.token(&app.clinic.secretaria).await;
    let look = || {
        Request::new("GET", &app.clinic.host(), "/api/agendamentos?de=2026-11-30&ate=2026-12-06")
            .bearer(&token)
    };
    let first = look().send(&router).await;
    first.expect(200);
    parts.gate.meter.flush().await;
    asked.take();
    // Somebody who wants every line, from now on: else a test beside this one can have it remembered that nobody wants sqlx's.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    let counting = tracing_subscriber::registry().with(Entered(asked.clone()));
    let _counting = tracing::subscriber::set_default(counting);
    assert_eq!(look().header("if-none-match", first.header("etag")).send(&router).await.status, 304);
    let [reads, writes, sql, _] = asked.take();
    is(premise("pedido_transacoes"), float(sql));
    is(premise("pedido_leituras"), float(reads));
    assert_eq!(writes, 0, "what is counted is gathered first");
    parts.gate.meter.flush().await;
    is(premise("contagem_escritas"), float(asked.take()[1]));
}
