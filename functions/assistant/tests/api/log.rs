//! What the function's own program writes into its log.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use shared::telemetry::KEYS;
use shared::testing::program::log_of;
use shared::whatsapp::Content;

use crate::{Chat, PHONE, event};

const PROGRAM: &str = env!("CARGO_BIN_EXE_assistant");
const CORRELATION: &str = "6f2f9f7e-0a4b-4c55-9d1e-000000000001";

fn keys(line: &Value) -> BTreeSet<&str> {
    line.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn every_line_about_a_message_says_which_request_brought_it() {
    let chat = Chat::new().await;
    chat.app.clock.set(SystemClock.now());
    let inbound = chat.message(&chat.app.clinic, PHONE, Content::Text("oi".to_owned()));
    let mut event = serde_json::to_value(event(&[inbound])).unwrap();
    let told = json!({ "stringValue": CORRELATION, "dataType": "String", "stringListValues": [], "binaryListValues": [] });
    event["Records"][0]["messageAttributes"] = json!({ "correlation_id": told });
    event["Records"][0]["attributes"]["SentTimestamp"] =
        json!((chat.app.now().as_millisecond() - 250).to_string());
    let environment = chat.app.environment(&chat.evolution, &chat.queue);
    // The last thing a batch tells.
    let log = log_of(PROGRAM, "assistant", environment, event.to_string(), Some("\"Invocations\"")).await;
    let (metrics, lines): (Vec<_>, Vec<_>) = log.iter().partition(|line| line["_aws"].is_object());
    let sent = lines.iter().find(|line| line["message"] == "message sent").expect("a line of what was sent");
    assert!(keys(sent).is_superset(&KEYS.into_iter().collect()), "{sent}");
    for (key, value) in [
        ("service", json!("assistant")),
        ("function_name", json!("assistant")),
        ("function_memory_size", json!(512)),
        ("function_request_id", json!("pedido")),
        ("xray_trace_id", json!("1-5759e988-bd862e3fe1be46a994272793")),
        ("correlation_id", json!(CORRELATION)),
        ("cold_start", json!(true)),
    ] {
        assert_eq!(sent[key], value, "{key}");
    }
    let text = log.iter().map(Value::to_string).collect::<String>();
    for personal in [PHONE, "Perfil", "assistente virtual"] {
        assert!(!text.contains(personal), "{text}");
    }
    let kept = "select distinct s.correlacao || ' ' || e.correlacao from saida s, entrada e";
    assert_eq!(chat.app.database.text(kept).await, format!("{CORRELATION} {CORRELATION}"));
    let waited = metrics.iter().find_map(|line| line["QueueWait"].as_u64()).expect("how long it waited");
    assert!((250..60_000).contains(&waited), "{waited}");
    let latency = metrics.iter().find(|line| line["Latency"].is_u64()).expect("how long it took");
    let dimensions = json!([["Function"], ["Function", "Outcome"]]);
    assert_eq!(latency["_aws"]["CloudWatchMetrics"][0]["Dimensions"], dimensions);
    assert_eq!(latency["ColdStarts"], 1);
}

#[tokio::test]
async fn a_function_that_can_not_start_says_why_on_a_line_like_any_other() {
    let log = log_of(PROGRAM, "assistant", Vec::new(), "{}".to_owned(), None).await;
    let last = log.last().expect("a line");
    assert_eq!((&last["level"], &last["message"]), (&json!("ERROR"), &json!("the function can't go on")));
    assert!(last["error"].as_str().unwrap().contains("DATABASE_URL is missing"), "{last}");
    // Nothing called it yet.
    let of_a_call = ["function_arn", "function_request_id", "xray_trace_id", "correlation_id"];
    let expected = KEYS.into_iter().filter(|key| !of_a_call.contains(key)).chain(["error"]);
    assert_eq!(keys(last), expected.collect());
}
