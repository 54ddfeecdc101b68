//! What a function does while the ledger does not answer: with a DynamoDB that fails when it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::auth::token::Verifier;
use shared::ledger::Ledger;
use shared::parts::HttpParts;
use shared::testing::{Request, TestApp, VERIFYING_KEYS, dynamo_at};

/// A DynamoDB that answers what it is told to, and remembers what was written.
async fn scripted(answers: &[u16]) -> (Ledger, Arc<Mutex<Vec<Value>>>, TestApp) {
    let app = TestApp::new().await;
    let asked = Arc::<Mutex<Vec<Value>>>::default();
    let answers = Arc::new(Mutex::new(VecDeque::from(answers.to_vec())));
    let remembers = asked.clone();
    let answer = async move |body: String| {
        remembers.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        let status = answers.lock().unwrap().pop_front().unwrap_or(200);
        let body = if status == 200 {
            "{}"
        } else {
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException"}"#
        };
        (StatusCode::from_u16(status).unwrap(), body)
    };
    let router = Router::new().fallback(answer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (Ledger::new(dynamo_at(&url), "t".to_owned(), app.clock.clone()), asked, app)
}

/// What DynamoDB may have kept before it failed is told again by the same names.
#[tokio::test]
async fn no_request_fails_with_the_ledger_and_what_is_told_again_has_the_same_name() {
    let (ledger, asked, app) = scripted(&[400, 200]).await;
    let HttpParts { db, cache, .. } = app.parts.clone();
    let verifier = Verifier::new(VERIFYING_KEYS, app.clock.clone()).unwrap();
    let parts = HttpParts::new(db, cache, ledger, verifier, &["localhost".to_owned()], app.clock.clone());
    let router = scheduling::router(parts.clone());
    let host = app.clinic.host();
    for _ in 0..3 {
        Request::new("GET", &host, "/api/publico/clinica").send(&router).await.expect(200);
    }
    assert!(asked.lock().unwrap().is_empty(), "nothing is asked of the ledger by a request");
    parts.gate.meter.flush().await;
    Request::new("GET", &host, "/api/publico/clinica").send(&router).await.expect(200);
    parts.gate.meter.flush().await;
    parts.gate.meter.flush().await;
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2, "the third flush has nothing");
    let marks = |body: &Value| -> Vec<String> {
        let items = body["TransactItems"].as_array().unwrap().iter();
        items.filter_map(|item| Some(item["Put"]["Item"]["pk"]["S"].as_str()?.to_owned())).collect()
    };
    let added = |body: &Value| {
        let items = body["TransactItems"].as_array().unwrap();
        items.last().unwrap()["Update"]["ExpressionAttributeValues"][":s0"]["N"].clone()
    };
    let (first, second) = (marks(&asked[0]), marks(&asked[1]));
    assert_eq!((first.len(), second.len()), (1, 2));
    assert!(second.contains(&first[0]), "{first:?} {second:?}");
    assert_eq!((added(&asked[0]), added(&asked[1])), (json!("3"), json!("4")));
}
