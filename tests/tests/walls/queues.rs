//! What each function does at the queues: found, as for the ledger, by looking which methods it calls and by calling each at a server that remembers
//! what it was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use shared::testing;

use super::ledger::squeezed;
use super::manifests::{sources, top};

/// An action and the queue: `("sqs:SendMessage", "!GetAtt Entrada.Arn")`.
pub(crate) type Deed = (String, &'static str);

/// How a method is called; what has a nudge sends when somebody is to be told.
const CALLS: [(&str, &[&str]); 5] = [
    ("send", &["queue.send(", ".with_queue("]),
    ("dead_letters", &["queue.dead_letters("]),
    ("depth", &["letters.depth("]),
    ("look", &["letters.look("]),
    ("redrive", &["letters.redrive("]),
];

/// What a function of the template does at the queues.
pub(crate) async fn deeds_of(function: &str) -> BTreeSet<Deed> {
    let folder = top().join("functions").join(function.to_lowercase()).join("src");
    let text: String = sources(&folder).iter().map(|file| squeezed(file)).collect();
    let methods = methods().await;
    let called = CALLS.iter().filter(|(_, ways)| ways.iter().any(|way| text.contains(way)));
    called.flat_map(|(method, _)| methods[method].clone()).collect()
}

/// Every way to use the queue, with what it asks of SQS.
async fn methods() -> BTreeMap<&'static str, BTreeSet<Deed>> {
    let asked = Arc::<Mutex<BTreeSet<Deed>>>::default();
    let queue = testing::queue(&server(asked.clone()).await);
    let taken = || std::mem::take(&mut *asked.lock().unwrap());
    let mut methods = BTreeMap::new();
    queue.send("a", "b", "c".to_owned()).await.unwrap();
    methods.insert("send", taken());
    let letters = queue.dead_letters().await.unwrap();
    methods.insert("dead_letters", taken());
    letters.depth().await.unwrap();
    methods.insert("depth", taken());
    letters.look(1).await.unwrap();
    methods.insert("look", taken());
    letters.redrive(1, &|_| {}).await.unwrap();
    methods.insert("redrive", taken());
    methods
}

async fn server(asked: Arc<Mutex<BTreeSet<Deed>>>) -> String {
    let answer = async move |headers: HeaderMap, body: String| {
        let action = headers["x-amz-target"].to_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let body: Value = serde_json::from_str(&body).unwrap();
        let queue = body["QueueUrl"].as_str().or(body["QueueName"].as_str()).unwrap();
        let arn = if queue.contains("paradas") { "!GetAtt EntradaDlq.Arn" } else { "!GetAtt Entrada.Arn" };
        // Many at once are permitted as one.
        asked.lock().unwrap().insert((format!("sqs:{}", action.trim_end_matches("Batch")), arn));
        let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:sa-east-1:1:paradas.fifo" }).to_string();
        let message = json!({ "MessageId": "a", "ReceiptHandle": "b", "Body": "c" });
        let answer = match action.as_str() {
            "GetQueueAttributes" => json!({ "Attributes": { "RedrivePolicy": policy } }),
            "GetQueueUrl" => json!({ "QueueUrl": "http://sqs/1/paradas.fifo" }),
            "ReceiveMessage" => json!({ "Messages": [message] }),
            _ => json!({ "MessageId": "a", "Successful": [], "Failed": [] }),
        };
        answer.to_string()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    url
}

#[tokio::test]
async fn every_method_of_the_queue_is_asked_what_it_does() {
    let known = methods().await;
    let files = [vec![top().join("shared/src/queue.rs")], sources(&top().join("shared/src/queue"))].concat();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for method in text.split("pub async fn ").skip(1) {
            let name = method.split('(').next().unwrap();
            let made = ["connect", "of"].contains(&name);
            assert!(made || known.contains_key(name), "{name}: say above how it is called");
        }
    }
    for (method, ways) in CALLS {
        assert!(!known[method].is_empty() && !ways.is_empty(), "{method}");
    }
}

#[tokio::test]
async fn only_operators_reach_what_was_laid_aside() {
    let sends = BTreeSet::from([("sqs:SendMessage".to_owned(), "!GetAtt Entrada.Arn")]);
    for function in ["Assistant", "Inbox", "Reminders", "Scheduling", "Webhook"] {
        assert_eq!(deeds_of(function).await, sends, "{function}");
    }
    for function in ["Login", "Owner", "Site"] {
        assert_eq!(deeds_of(function).await, BTreeSet::new(), "{function}");
    }
    assert!(deeds_of("Admin").await.contains(&("sqs:DeleteMessage".to_owned(), "!GetAtt EntradaDlq.Arn")));
}
