//! What each function does in the ledger, and to which keys: found by looking which of its methods a function calls, and by calling each at a server
//! that remembers what it was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;
use shared::clock::SystemClock;
use shared::id::ClienteId;
use shared::ledger::Ledger;
use shared::ledger::allowance::{Count, Period, What};
use shared::ledger::counters::{Happened, Sums};
use shared::ledger::pulse::Pulse;
use shared::ledger::usage::{Spent, Usage};
use shared::testing::dynamo_at;

use super::manifests::{sources, top};

/// An action and the pattern of the keys: `("GetItem", "SESSAO#*")`.
pub(crate) type Mark = (String, String);

/// What every function does that lets people of a clinic in.
const EVERYBODY: [&str; 2] = ["shared/src/auth/gate.rs", "shared/src/parts.rs"];
/// What every function does at whose hands something happens at a clinic: all that reach Postgres, but the operators', which lets no clinic in.
const METER: &str = "shared/src/meter.rs";

/// What a function of the template does in the ledger.
pub(crate) async fn marks_of(function: &str) -> BTreeSet<Mark> {
    let folder = top().join("functions").join(function.to_lowercase()).join("src");
    let mut text: String = sources(&folder).iter().map(|file| squeezed(file)).collect();
    if text.contains("HttpParts") {
        text.extend(EVERYBODY.map(|file| squeezed(&top().join(file))));
    }
    if function != "Admin" && (text.contains("HttpParts") || text.contains("WorkerParts")) {
        text.push_str(&squeezed(&top().join(METER)));
    }
    let methods = methods().await;
    let called = methods.iter().filter(|(method, _)| text.contains(&format!("ledger.{method}(")));
    called.flat_map(|(_, marks)| marks.clone()).collect()
}

/// A file without white space, so that a call is found however it is written.
pub(crate) fn squeezed(file: &std::path::Path) -> String {
    std::fs::read_to_string(file).unwrap().split_whitespace().collect()
}

/// Every method of the ledger, with what it asks of DynamoDB.
async fn methods() -> BTreeMap<&'static str, BTreeSet<Mark>> {
    let asked = Arc::<Mutex<BTreeSet<Mark>>>::default();
    let ledger = Ledger::new(dynamo_at(&server(asked.clone()).await), "t".to_owned(), Arc::new(SystemClock));
    let (cliente, at, ttl): (ClienteId, _, _) =
        ("7".parse().unwrap(), Timestamp::UNIX_EPOCH, Duration::from_secs(9));
    let day = Period::Day(date(2026, 11, 30));
    let count = |whose| Count { what: What::Voice, whose, period: day, weight: 1, most: 3 };
    let mut methods = BTreeMap::new();
    macro_rules! call {
        ($($method:ident($($given:expr),*);)*) => {$(
            let _ = ledger.$method($($given),*).await;
            let marks = std::mem::take(&mut *asked.lock().unwrap());
            assert!(!marks.is_empty(), stringify!($method));
            methods.insert(stringify!($method), marks);
        )*};
    }
    call! {
        seen("a");
        mark_seen("a", ttl);
        note_last("a", "b", at, ttl);
        last("a");
        last_state("a");
        note_state("a", "b", ttl);
        open_session("a", "b", ttl);
        session_lives("a");
        rotate_session("a", "b", "c", ttl);
        end_session("a");
        ping();
        take(cliente, &count(Some("a")));
        turns(cliente, date(2026, 11, 30));
        taken(cliente, &count(None));
        claim_thought(cliente, "a");
        add_usage(cliente, &Spent { month: "2026-11", message: "a", whose: "b", day: date(2026, 11, 30), used: &Usage::default() });
        thoughts_of(cliente, "b", date(2026, 11, 30));
        usage(cliente, "2026-11");
        add_events(cliente, "2026-11", &[Happened { sum: "conversas", id: "a".to_owned(), amount: 1 }]);
        counters(cliente, "2026-11");
        beat("a", &Pulse { at, took: ttl, well: true, waited: Some(ttl) });
        pulse("a");
        note_failure("a", "b");
        failure("a");
        correct_counters(cliente, "2026-11", (&Sums::new(), &Sums::new()));
    }
    methods
}

async fn server(asked: Arc<Mutex<BTreeSet<Mark>>>) -> String {
    let answer = async move |headers: HeaderMap, body: String| {
        let action = headers["x-amz-target"].to_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let body: Value = serde_json::from_str(&body).unwrap();
        let mut asked = asked.lock().unwrap();
        // Of a transaction each part is permitted by itself.
        for part in body["TransactItems"].as_array().into_iter().flatten() {
            let (kind, what) = part.as_object().unwrap().iter().next().unwrap();
            asked.insert((format!("{kind}Item"), pattern(what)));
        }
        if body["TransactItems"].is_null() {
            asked.insert((action, pattern(&body)));
        }
        "{}"
    };
    let router = Router::new().fallback(answer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// The pattern of the key of one request.
fn pattern(body: &Value) -> String {
    let pk = body["Key"]["pk"]["S"].as_str().or(body["Item"]["pk"]["S"].as_str()).unwrap();
    pk.split_once('#').map_or_else(|| pk.to_owned(), |(prefix, _)| format!("{prefix}#*"))
}

#[tokio::test]
async fn every_method_of_the_ledger_is_asked_what_it_does() {
    let known = methods().await;
    let files =
        [vec![top().join("shared/src/ledger.rs")], sources(&top().join("shared/src/ledger"))].concat();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for method in text.split("pub async fn ").skip(1) {
            let name = method.split('(').next().unwrap();
            assert!(name == "connect" || known.contains_key(name), "{name}: say above how it is called");
        }
    }
}

#[tokio::test]
async fn who_only_receives_messages_touches_no_session_and_who_opens_sessions_nothing_else() {
    let of =
        async |function| marks_of(function).await.into_iter().map(|(_, key)| key).collect::<BTreeSet<_>>();
    let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(of("Webhook").await, keys(&["CONEXAO#*", "SAUDE", "ULTIMA#*", "WEBHOOK#*"]));
    assert_eq!(of("Login").await, keys(&["MEDIDA#*", "SAUDE", "SESSAO#*"]));
    assert_eq!(of("Reminders").await, keys(&["COTA#*", "MEDIDA#*", "PULSO#*", "USO#*"]));
    assert_eq!(of("Site").await, keys(&[]));
}
