//! One message, from what WhatsApp posts to what WhatsApp is asked to send, and what somebody of the clinic writes: everything that is kept on the
//! way carries the name of the request that caused it.

use std::sync::{Arc, Mutex};

use assistant::{Engine, Listening};
use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use shared::http::call;
use shared::telemetry::TRACEPARENT;
use shared::testing::{OwnQueue, Request, TestApp};
use shared::whatsapp::{Line, WEBHOOK_HEADER, WebhookKeys};

const KEY: &str = "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f";
const CAUSE: &str = "6f2f9f7e-0a4b-4c55-9d1e-000000000001";
/// The id WhatsApp gave to what the patient wrote.
const PATIENT_WROTE: &str = "3A0000000000000000000000000000C7";
const TRACE: &str = "Root=1-69240001-5b1c0f2e7d3a4c6f8e9d0001";

/// What each sending said it is part of, if it did.
type Traces = Arc<Mutex<Vec<Option<String>>>>;

async fn evolution(traces: Traces) -> String {
    let send = move |headers: HeaderMap| async move {
        let trace = headers.get(TRACEPARENT).map(|trace| trace.to_str().unwrap().to_owned());
        let mut traces = traces.lock().unwrap();
        traces.push(trace);
        let id = format!("3EB0{:018}", traces.len());
        let answer =
            json!({ "key": { "remoteJid": "5511988887777@s.whatsapp.net", "fromMe": true, "id": id } });
        (StatusCode::CREATED, answer.to_string())
    };
    let router = Router::new()
        .route("/message/sendText/{instance}", post(send))
        .fallback(async || (StatusCode::CREATED, "{}"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// What Evolution posts when a patient writes, as the function URL hands it over.
fn written(instance: &str, keys: &WebhookKeys, app: &TestApp) -> Value {
    let body = json!({
        "event": "messages.upsert", "instance": instance, "sender": "5511999990000@s.whatsapp.net",
        "data": {
            "key": { "remoteJid": "5511988887777@s.whatsapp.net", "fromMe": false, "id": PATIENT_WROTE },
            "pushName": "Perfil", "message": { "conversation": "oi" }, "messageType": "conversation",
            "messageTimestamp": app.now().as_second(),
        },
    });
    let path = format!("/webhook/whatsapp/{instance}");
    let mut event = Request::new("POST", "x.lambda-url.sa-east-1.on.aws", &path)
        .header(WEBHOOK_HEADER, &keys.secret_for(instance))
        .header("x-amzn-trace-id", TRACE)
        .json(&body)
        .event();
    event["requestContext"]["requestId"] = json!(CAUSE);
    event
}

/// What the runbook has somebody ask for a message by the id WhatsApp gave it; the first column of it.
fn asked_by_operators(clinic: impl std::fmt::Display) -> String {
    let page = std::fs::read_to_string(super::manifests::top().join("docs/operacao.md")).unwrap();
    let mut asked =
        page.lines().map(str::trim).filter(|line| line.contains("from entrada") && line.contains("->> 'id'"));
    let statement = asked.next().unwrap().trim_end_matches(';');
    let own = statement
        .replace("3EB0C767D097B7C7C030", PATIENT_WROTE)
        .replace("cliente_id = 42", &format!("cliente_id = {clinic}"));
    format!("select correlacao from ({own}) asked")
}

#[tokio::test]
async fn a_message_is_followed_from_the_webhook_to_the_answer_and_to_what_people_write() {
    let (app, queue, traces) = (TestApp::new().await, OwnQueue::create().await, Traces::default());
    let keys = || WebhookKeys::new(KEY).unwrap();
    let mut worker = app.worker(&evolution(traces.clone()).await);
    worker.queue = queue.sender();
    let webhook = webhook::AppState::new(keys(), app.parts.ledger.clone(), queue.sender(), app.clock.clone());
    let event = written(&app.clinic.instance, &keys(), &app);
    let answer = call(webhook::router(webhook), event).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["headers"]["x-request-id"]), (&json!(200), &json!(CAUSE)));

    let batch = queue.take_event().await;
    let record = &batch["Records"][0];
    assert_eq!(record["messageAttributes"]["correlation_id"]["stringValue"], CAUSE);
    assert_eq!(record["attributes"]["AWSTraceHeader"], format!("{TRACE};Sampled=0"));
    let batch = serde_json::from_value(batch).unwrap();
    let done = assistant::handle(&worker, &Engine::none(), Listening::AT_ONCE, batch).await;
    assert!(done.batch_item_failures.is_empty());
    let kept = "select e.correlacao || ' ' || s.correlacao || ' ' || s.estado from entrada e, saida s";
    assert_eq!(app.database.texts(kept).await, [format!("{CAUSE} {CAUSE} enviada")]);
    assert_eq!(app.database.texts(&asked_by_operators(app.clinic.id)).await, [CAUSE]);

    // A person answers in the panel: the message, and the nudge that has it sent, are of that request.
    let line = Line::new(worker.evolution.clone(), keys(), "https://gateway.exemplo/");
    let inbox = inbox::router(inbox::AppState::new(app.parts.clone().with_queue(queue.sender()), line));
    let path = format!("/api/conversas/{}/mensagens", app.database.text("select id from conversas").await);
    let token = app.token(&app.clinic.secretaria).await;
    let request = Request::new("POST", &app.clinic.host(), &path).bearer(&token);
    request.json(&json!({ "texto": "Bom dia!" })).send(&inbox).await.expect(201);
    let kept = "select correlacao from saida where texto like '%Bom dia!%'";
    assert_eq!(app.database.texts(kept).await, ["req-1"]);
    let nudge = queue.take_event().await;
    assert_eq!(nudge["Records"][0]["messageAttributes"]["correlation_id"]["stringValue"], "req-1");
}

/// What was put into the queue before there were correlation ids is handled, and named after itself.
#[tokio::test]
async fn a_message_without_a_name_of_its_cause_has_its_own() {
    let app = TestApp::new().await;
    let traces = Traces::default();
    let worker = app.worker(&evolution(traces.clone()).await);
    let event =
        std::fs::read_to_string(super::manifests::top().join("events/assistant/one-message.json")).unwrap();
    let event = serde_json::from_str(&event.replace("DrMarco", &app.clinic.instance)).unwrap();
    let done = assistant::handle(&worker, &Engine::none(), Listening::AT_ONCE, event).await;
    assert!(done.batch_item_failures.is_empty());
    let kept = "select e.correlacao || ' ' || s.correlacao from entrada e, saida s";
    let own = "059f36b4-87a3-44ab-83d2-661975830a7d";
    assert_eq!(app.database.texts(kept).await, [format!("{own} {own}")]);
    assert_eq!(*traces.lock().unwrap(), [None], "no call of Lambda, no trace");
}
