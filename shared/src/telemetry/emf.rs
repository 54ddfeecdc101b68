//! Metrics for `CloudWatch`, as lines among the logs (Embedded Metric Format): one JSON object a line, from which the metrics are taken.
//!
//! Dimensions are the function and the outcome, never the clinic: each value of a dimension is a metric that is paid for, and what a clinic
//! used is in `uso_mensal`. A line is written whole, with its end, while nobody else writes, as log lines are; so they do not mix.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock::{Clock, SystemClock};

/// Where the metrics are found.
const NAMESPACE: &str = "HorarioInteligente";

/// The function this process is; none while nothing was started, as in tests, and then nothing is told.
static SERVICE: OnceLock<&'static str> = OnceLock::new();
/// Whether the process has done something before.
static WARM: AtomicBool = AtomicBool::new(false);

/// A number with its name and its unit.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    name: &'static str,
    unit: &'static str,
    value: u64,
}

impl Metric {
    /// How many.
    pub fn count(name: &'static str, value: u64) -> Self {
        Self { name, unit: "Count", value }
    }

    /// How long.
    pub fn millis(name: &'static str, value: u64) -> Self {
        Self { name, unit: "Milliseconds", value }
    }
}

/// Tells metrics from now on, as those of this function.
pub(super) fn start(service: &'static str) {
    let _ = SERVICE.set(service);
}

/// Tells metrics, of an outcome if they have one.
pub fn tell(outcome: Option<&str>, metrics: &[Metric]) {
    let Some(service) = SERVICE.get() else { return };
    let text = line(service, outcome, metrics, SystemClock.now());
    // Locked for all of the line. A log that can't be written is nobody's to be told of.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Tells of one request or batch: how it ended, how long it took, and whether the process was new.
pub fn invocation(outcome: &str, started: Instant) {
    let cold = !WARM.swap(true, Ordering::Relaxed);
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let metrics = [
        Metric::count("Invocations", 1),
        Metric::count("ColdStarts", u64::from(cold)),
        Metric::millis("Latency", took),
    ];
    tell(Some(outcome), &metrics);
}

/// How a request ended, as a dimension: three values, whatever the status.
pub(crate) fn outcome(status: http::StatusCode) -> &'static str {
    if status.is_server_error() {
        "failed"
    } else if status.is_client_error() {
        "refused"
    } else {
        "ok"
    }
}

/// The line, with its end.
fn line(service: &str, outcome: Option<&str>, metrics: &[Metric], at: Timestamp) -> String {
    let mut root = Map::new();
    let mut dimensions = vec!["Function"];
    root.insert("Function".to_owned(), Value::from(service));
    if let Some(outcome) = outcome {
        dimensions.push("Outcome");
        root.insert("Outcome".to_owned(), Value::from(outcome));
    }
    let defined: Vec<Value> =
        metrics.iter().map(|metric| json!({ "Name": metric.name, "Unit": metric.unit })).collect();
    root.extend(metrics.iter().map(|metric| (metric.name.to_owned(), Value::from(metric.value))));
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": defined });
    let aws = json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] });
    root.insert("_aws".to_owned(), aws);
    format!("{}\n", Value::Object(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the specification asks of a document, read from its text.
    fn parsed(text: &str) -> Value {
        assert!(text.ends_with("}\n") && text.matches('\n').count() == 1, "one line, whole: {text}");
        let root: Value = serde_json::from_str(text).unwrap();
        assert!(root["_aws"]["Timestamp"].as_i64().unwrap() > 1_700_000_000_000, "milliseconds");
        for directive in root["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "HorarioInteligente");
            for set in directive["Dimensions"].as_array().unwrap() {
                for dimension in set.as_array().unwrap() {
                    let name = dimension.as_str().unwrap();
                    assert!(["Function", "Outcome"].contains(&name), "{name}");
                    assert!(root[name].as_str().is_some_and(|value| !value.is_empty()), "{name}");
                }
            }
            let metrics = directive["Metrics"].as_array().unwrap();
            assert!((1..=100).contains(&metrics.len()));
            for metric in metrics {
                assert!(["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()));
                assert!(root[metric["Name"].as_str().unwrap()].is_u64(), "{metric} has its value");
            }
        }
        root
    }

    #[test]
    fn a_line_is_a_document_of_the_format_and_names_no_clinic() {
        let at: Timestamp = "2026-11-30T12:00:00.5Z".parse().unwrap();
        let metrics = [Metric::count("Invocations", 1), Metric::millis("Latency", 42)];
        let root = parsed(&line("scheduling", Some("ok"), &metrics, at));
        assert_eq!(root["_aws"]["Timestamp"], at.as_millisecond());
        assert_eq!(root["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function", "Outcome"]]));
        assert_eq!((root["Function"].as_str(), root["Latency"].as_u64()), (Some("scheduling"), Some(42)));
        let keys: Vec<&String> = root.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["Function", "Invocations", "Latency", "Outcome", "_aws"], "and nothing else");
        let root = parsed(&line("assistant", None, &[Metric::count("MessagesIn", 3)], at));
        assert_eq!(root["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"]]));
    }

    #[test]
    fn an_outcome_is_one_of_three() {
        for (status, expected) in
            [(200, "ok"), (304, "ok"), (404, "refused"), (429, "refused"), (503, "failed")]
        {
            assert_eq!(outcome(http::StatusCode::from_u16(status).unwrap()), expected);
        }
    }
}
