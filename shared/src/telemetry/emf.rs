//! Metrics for `CloudWatch`, as lines among the logs (Embedded Metric Format): one JSON object a line, from which the metrics are taken.
//!
//! Dimensions are the function and the outcome, never the clinic: each value of a dimension is a metric that is paid for, and what a clinic
//! used is in `uso_mensal`. What has an outcome is told once more without it: percentiles can't be put together from parts, so an alarm on the
//! slowest hundredth of a function needs a metric of all of it. A line is written whole, with its end, while nobody else writes, as log lines are; so they do not mix.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{FACTS, invocation, lines};
use crate::clock::{Clock, SystemClock};

/// Where the metrics are found.
const NAMESPACE: &str = "HorarioInteligente";

/// The most values of a metric a document may have.
const MOST_VALUES: usize = 100;

/// Numbers with their name and their unit.
#[derive(Debug, Clone)]
pub struct Metric {
    name: &'static str,
    unit: &'static str,
    values: Vec<u64>,
}

impl Metric {
    /// How many.
    pub fn count(name: &'static str, value: u64) -> Self {
        Self { name, unit: "Count", values: vec![value] }
    }

    /// How long.
    pub fn millis(name: &'static str, value: u64) -> Self {
        Self::each_millis(name, vec![value])
    }

    /// How long each of several took; a hundred at most are told.
    pub fn each_millis(name: &'static str, mut values: Vec<u64>) -> Self {
        values.truncate(MOST_VALUES);
        Self { name, unit: "Milliseconds", values }
    }

    /// As a document has it.
    fn value(&self) -> Value {
        match self.values.as_slice() {
            [value] => Value::from(*value),
            values => Value::from(values),
        }
    }
}

/// Tells metrics, of an outcome if they have one; nothing when there is nothing to tell, or no function was started, as in tests.
pub fn tell(outcome: Option<&str>, metrics: &[Metric]) {
    let metrics: Vec<&Metric> = metrics.iter().filter(|metric| !metric.values.is_empty()).collect();
    let Some(facts) = FACTS.get().filter(|_| !metrics.is_empty()) else { return };
    let text = line(facts.service, outcome, &metrics, SystemClock.now());
    lines::to_stdout(text.as_bytes());
}

/// Tells of one request or batch: how it ended, how long it took, and whether the process was new.
pub fn invocation(outcome: &str, started: Instant) {
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let metrics = [
        Metric::count("Invocations", 1),
        Metric::count("ColdStarts", u64::from(invocation::is_cold())),
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
fn line(service: &str, outcome: Option<&str>, metrics: &[&Metric], at: Timestamp) -> String {
    let mut root = Map::new();
    let mut dimensions = vec![vec!["Function"]];
    root.insert("Function".to_owned(), Value::from(service));
    if let Some(outcome) = outcome {
        dimensions.push(vec!["Function", "Outcome"]);
        root.insert("Outcome".to_owned(), Value::from(outcome));
    }
    let defined: Vec<Value> =
        metrics.iter().map(|metric| json!({ "Name": metric.name, "Unit": metric.unit })).collect();
    root.extend(metrics.iter().map(|metric| (metric.name.to_owned(), metric.value())));
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": defined });
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
                let value = &root[metric["Name"].as_str().unwrap()];
                let several =
                    value.as_array().is_some_and(|all| all.len() <= 100 && all.iter().all(Value::is_u64));
                assert!(value.is_u64() || several, "{metric} has its value");
            }
        }
        root
    }

    #[test]
    fn a_line_is_a_document_of_the_format_and_names_no_clinic() {
        let at: Timestamp = "2026-11-30T12:00:00.5Z".parse().unwrap();
        let metrics = [Metric::count("Invocations", 1), Metric::millis("Latency", 42)];
        let root = parsed(&line("scheduling", Some("ok"), &metrics.each_ref(), at));
        assert_eq!(root["_aws"]["Timestamp"], at.as_millisecond());
        assert_eq!(
            root["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([["Function"], ["Function", "Outcome"]])
        );
        assert_eq!((root["Function"].as_str(), root["Latency"].as_u64()), (Some("scheduling"), Some(42)));
        let keys: Vec<&String> = root.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["Function", "Invocations", "Latency", "Outcome", "_aws"], "and nothing else");
        let root = parsed(&line("assistant", None, &[&Metric::count("MessagesIn", 3)], at));
        assert_eq!(root["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"]]));
    }

    #[test]
    fn of_several_each_is_told_a_hundred_at_most() {
        let at: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
        let told = |values: Vec<u64>| {
            parsed(&line("assistant", None, &[&Metric::each_millis("QueueWait", values)], at))
        };
        assert_eq!(told(vec![12, 7])["QueueWait"], json!([12, 7]));
        assert_eq!(told(vec![12])["QueueWait"], 12);
        assert_eq!(told((0..200).collect())["QueueWait"].as_array().unwrap().len(), 100);
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
