//! The last finished run of whoever no request reaches, and why a message of the queue failed last.
//!
//! `PULSO#{function}` holds `quando`, `durou`, `bem` and, of who works off the queue, `esperou`; `FALHA#{message}` holds `codigo`. Both are here and
//! not in Postgres: it is when Postgres is ill that somebody asks. Redis may forget at any time, and then every function would look dead.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::{Ledger, count, key, millis, number, unavailable};
use crate::problem::Problem;

/// How long a pulse is remembered: who has had none for so long was never there.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// How long a failure is: a day more than a message lies in a dead-letter queue.
const FAILURE_KEPT: Duration = Duration::from_hours(24 * 15);
/// How long whoever works waits for its pulse to be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// When.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// Whether all of it went well.
    pub well: bool,
    /// How long the oldest message it was handed had waited for it.
    pub waited: Option<Duration>,
}

impl Ledger {
    /// Keeps how a run of a function ended; the last one counts.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer soon: no run waits long for this.
    pub async fn beat(&self, function: &str, pulse: &Pulse) -> Result<(), Problem> {
        let mut item = key(&format!("PULSO#{function}"));
        item.insert("expira".to_owned(), number(pulse.at + KEPT));
        item.insert("quando".to_owned(), millis(pulse.at));
        item.insert("durou".to_owned(), span(pulse.took));
        item.insert("bem".to_owned(), AttributeValue::Bool(pulse.well));
        item.extend(pulse.waited.map(|waited| ("esperou".to_owned(), span(waited))));
        let put = self.client.put_item().table_name(&*self.table).set_item(Some(item)).send();
        match tokio::time::timeout(PATIENCE, put).await {
            Ok(answer) => answer.map(|_| ()).map_err(|error| unavailable("beat", &error)),
            Err(_) => Err(Problem::Unavailable),
        }
    }

    /// How the last run of a function ended.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn pulse(&self, function: &str) -> Result<Option<Pulse>, Problem> {
        let Some(item) = self.live_item(&format!("PULSO#{function}")).await? else { return Ok(None) };
        let read = |name: &str| item.get(name)?.as_n().ok()?.parse::<u64>().ok();
        let at = read("quando").and_then(|at| Timestamp::from_millisecond(i64::try_from(at).ok()?).ok());
        Ok(at.map(|at| Pulse {
            at,
            took: Duration::from_millis(read("durou").unwrap_or_default()),
            well: item.get("bem").and_then(|value| value.as_bool().ok()).copied().unwrap_or_default(),
            waited: read("esperou").map(Duration::from_millis),
        }))
    }

    /// Keeps why a message of the queue failed, by SQS's name of it: a problem's stable word, nothing of the message.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn note_failure(&self, message: &str, codigo: &str) -> Result<(), Problem> {
        self.put(&format!("FALHA#{message}"), FAILURE_KEPT, Some(("codigo", codigo))).await
    }

    /// Why a message of the queue failed last, if that is known.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn failure(&self, message: &str) -> Result<Option<String>, Problem> {
        let item = self.live_item(&format!("FALHA#{message}")).await?;
        Ok(item.and_then(|item| item.get("codigo")?.as_s().ok().cloned()))
    }
}

fn span(span: Duration) -> AttributeValue {
    count(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}
