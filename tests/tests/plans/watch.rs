//! Plans as Postgres ran them: `auto_explain` sends each as a notice, and sqlx hands notices to `tracing`.

use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

static NOTICES: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// Statements since the last look: sqlx tells of each.
static QUERIES: AtomicUsize = AtomicUsize::new(0);

/// How many statements were sent since the last call.
pub(crate) fn queries() -> usize {
    QUERIES.swap(0, Ordering::Relaxed)
}

/// Keeps the notices.
pub(crate) struct Notices;

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        match event.metadata().target() {
            "sqlx::postgres::notice" => event.record(&mut Message),
            "sqlx::query" => _ = QUERIES.fetch_add(1, Ordering::Relaxed),
            _ => {}
        }
    }
}

struct Message;

impl Visit for Message {
    fn record_str(&mut self, _: &Field, value: &str) {
        NOTICES.lock().unwrap().push(value.to_owned());
    }

    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        NOTICES.lock().unwrap().push(format!("{value:?}"));
    }
}

/// A statement as it ran.
pub(crate) struct Ran {
    pub(crate) text: String,
    pub(crate) ms: f64,
    /// Pages of 8 kB, from memory or disk.
    pub(crate) buffers: u64,
    /// Rows taken from tables and indexes, also those thrown away.
    pub(crate) read: f64,
    pub(crate) returned: f64,
    /// Tables read from end to end.
    pub(crate) scanned: Vec<String>,
    pub(crate) plan: Value,
}

/// What ran since the last call.
pub(crate) fn take() -> Vec<Ran> {
    std::mem::take(&mut *NOTICES.lock().unwrap()).iter().filter_map(|notice| ran(notice)).collect()
}

fn ran(notice: &str) -> Option<Ran> {
    let (duration, plan) = notice.strip_prefix("duration: ")?.split_once(" ms  plan:")?;
    let plan: Value = serde_json::from_str(plan).unwrap();
    let mut ran = Ran {
        text: plan["Query Text"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" "),
        ms: duration.parse().unwrap(),
        buffers: number(&plan["Plan"], "Shared Hit Blocks") + number(&plan["Plan"], "Shared Read Blocks"),
        read: 0.0,
        returned: float(&plan["Plan"], "Actual Rows"),
        scanned: Vec::new(),
        plan: Value::Null,
    };
    walk(&plan["Plan"], &mut ran);
    ran.plan = plan;
    Some(ran)
}

fn walk(node: &Value, ran: &mut Ran) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    if kind.ends_with("Scan") && kind != "Bitmap Index Scan" {
        let thrown = float(node, "Rows Removed by Filter") + float(node, "Rows Removed by Index Recheck");
        let loops = float(node, "Actual Loops");
        if node.get("Relation Name").is_some() {
            ran.read += (float(node, "Actual Rows") + thrown) * loops;
        }
        if kind == "Seq Scan" && loops > 0.0 {
            ran.scanned.push(node["Relation Name"].as_str().unwrap_or_default().to_owned());
        }
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        walk(child, ran);
    }
}

fn float(node: &Value, key: &str) -> f64 {
    node[key].as_f64().unwrap_or_default()
}

fn number(node: &Value, key: &str) -> u64 {
    node[key].as_u64().unwrap_or_default()
}
