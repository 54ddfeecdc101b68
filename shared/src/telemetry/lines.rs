//! A log line: one JSON object with the keys Lambda Powertools writes, whose readers are made for them, and what the event tells.
//!
//! The event's own fields come first and the keys that are the same on every line after them: on a laptop a person reads this. A key that is not
//! known is left out. While a call is sampled its lines of level debug are written too, those of this code only: what libraries tell at that level
//! nobody has looked through for personal data.

use std::fmt::Debug;
use std::io::Write;

use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer};

use super::Facts;
use super::invocation::Scope;
use crate::clock::{Clock, SystemClock};

/// The keys of every line. A field of an event has another name.
pub const KEYS: [&str; 13] = [
    "timestamp",
    "level",
    "message",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "function_request_id",
    "xray_trace_id",
    "correlation_id",
    "sampling_rate",
    "location",
];

/// Writes lines.
pub(super) struct Lines {
    facts: Facts,
    /// What is always written …
    usual: Targets,
    /// … and what is while a call is sampled, which is more.
    sampled: Targets,
    write: fn(&[u8]),
}

/// Written whole, while nobody else writes. A log that can't be written is nobody's to be told of.
pub(super) fn to_stdout(line: &[u8]) {
    let _ = std::io::stdout().lock().write_all(line);
}

impl Lines {
    /// Of a function, above these levels.
    pub(super) fn new(facts: Facts, usual: Targets, write: fn(&[u8])) -> Self {
        let own = [(facts.service, LevelFilter::DEBUG), ("shared", LevelFilter::DEBUG)];
        let sampled = Targets::new().with_targets(own);
        Self { facts, usual, sampled, write }
    }

    fn line(&self, event: &Event<'_>) -> serde_json::Result<Vec<u8>> {
        let mut told = Told::default();
        event.record(&mut told);
        let scope = Scope::now();
        let mut line = Vec::with_capacity(512);
        let mut serializer = serde_json::Serializer::new(&mut line);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("timestamp", &format!("{:.3}", SystemClock.now()))?;
        map.serialize_entry("level", event.metadata().level().as_str())?;
        map.serialize_entry("message", &told.message)?;
        for (name, value) in &told.fields {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("service", self.facts.service)?;
        map.serialize_entry("cold_start", &scope.is_cold())?;
        if let Some(name) = &self.facts.name {
            map.serialize_entry("function_name", name)?;
        }
        if let Some(size) = self.facts.memory {
            map.serialize_entry("function_memory_size", &size)?;
        }
        for (name, value) in scope.keys() {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        map.serialize_entry("sampling_rate", &self.facts.rate)?;
        map.serialize_entry("location", &told.location.unwrap_or_else(|| location(event.metadata())))?;
        map.end()?;
        line.push(b'\n');
        Ok(line)
    }
}

/// `assistant::worker:131`
fn location(metadata: &Metadata<'_>) -> String {
    let module = metadata.module_path().unwrap_or(metadata.target());
    format!("{module}:{}", metadata.line().unwrap_or_default())
}

impl<S: Subscriber> Layer<S> for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let (target, level) = (metadata.target(), metadata.level());
        if metadata.is_span() {
            Interest::never()
        } else if self.usual.would_enable(target, level) {
            Interest::always()
        } else if self.facts.rate > 0.0 && self.sampled.would_enable(target, level) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let (target, level) = (metadata.target(), metadata.level());
        let sampled = || self.sampled.would_enable(target, level) && Scope::now().is_sampled();
        !metadata.is_span() && (self.usual.would_enable(target, level) || sampled())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let usual = self.usual.iter().map(|(_, level)| level).chain(self.usual.default_level()).max();
        let sampled = if self.facts.rate > 0.0 { LevelFilter::DEBUG } else { LevelFilter::OFF };
        usual.map(|usual| usual.max(sampled))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if let Ok(line) = self.line(event) {
            (self.write)(&line);
        }
    }
}

/// The levels that are always written: those of `RUST_LOG`, else this code from the level on that Powertools or Lambda is told, everything else
/// no lower than info.
pub(super) fn levels(service: &str, variable: impl Fn(&str) -> Option<String>) -> Targets {
    if let Some(told) = variable("RUST_LOG").and_then(|text| text.parse().ok()) {
        return told;
    }
    let names = ["POWERTOOLS_LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"];
    let own = names.into_iter().find_map(|name| level(&variable(name)?)).unwrap_or(LevelFilter::INFO);
    let most = |level: LevelFilter| own.min(level);
    Targets::new()
        .with_default(most(LevelFilter::INFO))
        .with_target(service, own)
        .with_target("shared", own)
        .with_targets([("aws_config", most(LevelFilter::WARN)), ("hyper", most(LevelFilter::WARN))])
        .with_target("lambda_runtime", most(LevelFilter::ERROR))
}

/// A level by any of the names AWS has for it.
fn level(name: &str) -> Option<LevelFilter> {
    match name.trim().to_ascii_uppercase().as_str() {
        "SILENT" => Some(LevelFilter::OFF),
        "FATAL" | "CRITICAL" => Some(LevelFilter::ERROR),
        "WARNING" => Some(LevelFilter::WARN),
        name => name.parse::<Level>().ok().map(LevelFilter::from_level),
    }
}

/// What an event tells.
#[derive(Default)]
struct Told {
    message: String,
    /// Where, when that is not where it was told.
    location: Option<String>,
    fields: Vec<(&'static str, Value)>,
}

impl Told {
    fn take(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("location", Value::String(text)) => self.location = Some(text),
            (name, value) if !KEYS.contains(&name) => self.fields.push((name, value)),
            _ => {}
        }
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.take(field, Value::from(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, Value::from(value));
    }
}

#[cfg(test)]
mod tests;
