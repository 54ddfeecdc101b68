use std::cell::RefCell;
use std::collections::BTreeSet;

use http::HeaderMap;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::telemetry::{Invocation, on_behalf_of, panicked};

thread_local! {
    static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn keep(line: &[u8]) {
    WRITTEN.with_borrow_mut(|written| written.extend_from_slice(line));
}

fn facts(rate: f64) -> Facts {
    // The tests' own module is the function here.
    Facts { service: "shared", name: Some("hi-assistant".to_owned()), memory: Some(512), rate }
}

/// What was written since the last look, a document a line.
fn written() -> Vec<Value> {
    let text = String::from_utf8(WRITTEN.take()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn logging(rate: f64, level: &str) -> tracing::subscriber::DefaultGuard {
    let told = |name: &str| (name == "POWERTOOLS_LOG_LEVEL").then(|| level.to_owned());
    let lines = Lines::new(facts(rate), levels("shared", told), keep);
    tracing::subscriber::set_default(tracing_subscriber::registry().with(lines))
}

fn call(sampled: bool) -> Invocation {
    let mut context = lambda_http::Context::default();
    context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
    context.invoked_function_arn = "arn:aws:lambda:sa-east-1:123456789012:function:hi-assistant".to_owned();
    context.xray_trace_id = Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1".to_owned());
    Invocation::begin(&context).answers("JKJaXmPLvHcESHA=", &HeaderMap::new()).with_sampling(sampled)
}

#[tokio::test]
async fn every_line_of_a_call_has_powertools_keys_and_what_it_tells() {
    let _logging = logging(0.0, "INFO");
    let work = async {
        let error = std::io::Error::other("a \"b\"\nc");
        tracing::warn!(cliente.id = %7, %error, took = 3_u64, well = true, missing = None::<u8>, service = "other", "it {}", "is");
    };
    call(false).around(work).await;
    let lines = written();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let told = ["cliente.id", "error", "took", "well"];
    assert_eq!(keys, KEYS.into_iter().chain(told).collect());
    for (key, value) in [
        ("level", Value::from("WARN")),
        ("message", Value::from("it is")),
        ("service", Value::from("shared")),
        ("function_name", Value::from("hi-assistant")),
        ("function_memory_size", Value::from(512)),
        ("function_arn", Value::from("arn:aws:lambda:sa-east-1:123456789012:function:hi-assistant")),
        ("function_request_id", Value::from("8476a536-e9f4-11e8-9739-2dfe598c3fcd")),
        ("xray_trace_id", Value::from("1-5759e988-bd862e3fe1be46a994272793")),
        ("correlation_id", Value::from("JKJaXmPLvHcESHA=")),
        ("sampling_rate", Value::from(0.0)),
        ("error", Value::from("a \"b\"\nc")),
        ("cliente.id", Value::from("7")),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    let timestamp: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert!(SystemClock.now().duration_since(timestamp).as_secs() < 60);
    assert!(line["location"].as_str().unwrap().starts_with("shared::telemetry::lines::tests:"), "{line}");
    assert!(line["cold_start"].is_boolean());
}

#[tokio::test]
async fn what_is_done_for_somebody_else_says_for_whom() {
    let _logging = logging(0.0, "INFO");
    call(false)
        .around(async {
            on_behalf_of(Some("theirs"), async { tracing::info!("a") }).await;
            tracing::info!("b");
        })
        .await;
    let said: Vec<Value> = written().iter().map(|line| line["correlation_id"].clone()).collect();
    assert_eq!(said, ["theirs", "JKJaXmPLvHcESHA="]);
}

#[tokio::test]
async fn a_sampled_call_tells_details_of_this_code_and_of_no_library() {
    let work = async || {
        tracing::debug!("ours");
        tracing::debug!(target: "hyper", "theirs");
        tracing::trace!("too much");
    };
    {
        let _logging = logging(0.5, "INFO");
        call(true).around(work()).await;
        let lines = written();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!((&lines[0]["message"], &lines[0]["sampling_rate"]), (&"ours".into(), &0.5.into()));
        call(false).around(work()).await;
        assert_eq!(written().len(), 0);
    }
    let _logging = logging(0.0, "debug");
    call(false).around(work()).await;
    assert_eq!(written().len(), 1, "asked for by its level");
}

#[test]
fn levels_have_the_names_aws_gives_them() {
    let own = |variable: &'static str, value: &'static str| {
        let levels = levels("assistant", |name| (name == variable).then(|| value.to_owned()));
        let most = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
        let written = |target: &str| most.iter().find(|level| levels.would_enable(target, level)).copied();
        (written("assistant::worker"), written("sqlx::query"), written("lambda_runtime"))
    };
    let (debug, info, warn, error) =
        (Some(Level::DEBUG), Some(Level::INFO), Some(Level::WARN), Some(Level::ERROR));
    for (variable, value, expected) in [
        ("", "", (info, info, error)),
        ("POWERTOOLS_LOG_LEVEL", "DEBUG", (debug, info, error)),
        ("POWERTOOLS_LOG_LEVEL", "?", (info, info, error)),
        ("AWS_LAMBDA_LOG_LEVEL", "WARN", (warn, warn, error)),
        ("AWS_LAMBDA_LOG_LEVEL", "FATAL", (error, error, error)),
        ("POWERTOOLS_LOG_LEVEL", "SILENT", (None, None, None)),
        ("RUST_LOG", "warn,assistant=debug", (debug, warn, warn)),
    ] {
        assert_eq!(own(variable, value), expected, "{variable}={value}");
    }
}

#[test]
fn a_panic_says_where_and_quotes_nobody() {
    let _logging = logging(0.0, "INFO");
    let text = "Maria José".to_owned();
    for (at, said) in [(5, "a message that may quote somebody was left out"), (0, "literal")] {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(panicked));
        let ended = std::panic::catch_unwind(|| if at == 0 { panic!("literal") } else { text[9..at].len() });
        std::panic::set_hook(hook);
        assert!(ended.is_err());
        let lines = written();
        assert_eq!(lines.len(), 1);
        assert_eq!((&lines[0]["level"], &lines[0]["message"]), (&"ERROR".into(), &"panicked".into()));
        assert_eq!(lines[0]["error"], said);
        assert!(lines[0]["location"].as_str().unwrap().contains("telemetry/lines/tests.rs:"), "{}", lines[0]);
        assert!(!lines[0].to_string().contains("Maria"));
    }
}
