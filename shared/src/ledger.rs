//! DynamoDB: marks that expire. One table, `pk`/`sk`, time to live in `expira`.
//!
//! | `pk` | what it marks |
//! |---|---|
//! | `WEBHOOK#{id}` | this message was enqueued |
//! | `ULTIMA#{group}` | the last message a person wrote: `mensagem`, received at `quando` (milliseconds) |
//! | `CONEXAO#{instance}` | the instance entered `estado` a moment ago |
//! | `SESSAO#{sid}` | the session lives; `jti` is its current refresh token |
//! | `COTA#{cliente}#{what}#{period}` | [`allowance`]: how often something that costs money was done |
//! | `MEDIDA#{cliente}#{month}`, `MEDIDA#{cliente}#{event}` | [`counters`]: what happened at a clinic, and what of it was counted |
//! | `USO#{cliente}#{month}`, `IA#{cliente}#{message}` | [`usage`]: what a clinic used of a language model, and for what |
//! | `PULSO#{function}`, `FALHA#{message}` | [`pulse`]: the last run of a worker, and why a message of the queue failed |
//!
//! DynamoDB deletes expired items late, so every read compares `expira` itself. A ledger that does not answer is
//! [`Problem::Unavailable`], never a guess: a session is not assumed alive, a message is not assumed new.

pub mod allowance;
pub mod counters;
pub mod pulse;
pub mod usage;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::clock::SharedClock;
use crate::problem::Problem;

/// What became of an attempt to rotate a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The token was the current one and has been replaced.
    Done,
    /// The session is over, or the token had been used before.
    Refused,
}

/// A handle to the table.
#[derive(Clone)]
pub struct Ledger {
    client: Client,
    table: Arc<str>,
    clock: SharedClock,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Ledger {
    /// The ledger in `table`, reached as the environment says.
    pub async fn connect(table: String, clock: SharedClock) -> Self {
        Self::new(Client::new(&crate::aws::config().await), table, clock)
    }

    /// The ledger in `table`.
    pub fn new(client: Client, table: String, clock: SharedClock) -> Self {
        Self { client, table: table.into(), clock }
    }

    /// Whether the message `id` was marked.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn seen(&self, id: &str) -> Result<bool, Problem> {
        Ok(self.live_item(&format!("WEBHOOK#{id}")).await?.is_some())
    }

    /// Marks the message `id` for `ttl`.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn mark_seen(&self, id: &str, ttl: Duration) -> Result<(), Problem> {
        self.put(&format!("WEBHOOK#{id}"), ttl, None).await
    }

    /// Notes that `id` is the last message of a group so far, received at `at`; what was received earlier does not replace it.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn note_last(
        &self,
        group: &str,
        id: &str,
        at: Timestamp,
        ttl: Duration,
    ) -> Result<(), Problem> {
        let mut item = key(&last_of(group));
        item.insert("expira".to_owned(), number(self.clock.now() + ttl));
        item.insert("mensagem".to_owned(), AttributeValue::S(id.to_owned()));
        item.insert("quando".to_owned(), millis(at));
        let answer = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(quando) OR quando <= :at")
            .expression_attribute_values(":at", millis(at))
            .send()
            .await;
        match answer {
            Err(error)
                if !error.as_service_error().is_some_and(
                    aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception,
                ) =>
            {
                Err(unavailable("note", &error))
            }
            _ => Ok(()),
        }
    }

    /// The last message of a group and when it was received, to the millisecond.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn last(&self, group: &str) -> Result<Option<(String, Timestamp)>, Problem> {
        let Some(mut item) = self.live_item(&last_of(group)).await? else { return Ok(None) };
        let at = item.get("quando").and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
        let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
        let Some(AttributeValue::S(id)) = item.remove("mensagem") else { return Ok(None) };
        Ok(at.map(|at| (id, at)))
    }

    /// The state an instance's connection was last noted to be in, if that was a moment ago.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn last_state(&self, instance: &str) -> Result<Option<String>, Problem> {
        let item = self.live_item(&format!("CONEXAO#{instance}")).await?;
        Ok(item.and_then(|item| item.get("estado")?.as_s().ok().cloned()))
    }

    /// Notes for `ttl` that an instance's connection is in a state.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn note_state(&self, instance: &str, state: &str, ttl: Duration) -> Result<(), Problem> {
        self.put(&format!("CONEXAO#{instance}"), ttl, Some(("estado", state))).await
    }

    /// Opens a session whose current refresh token is `jti`.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn open_session(&self, sid: &str, jti: &str, ttl: Duration) -> Result<(), Problem> {
        self.put(&format!("SESSAO#{sid}"), ttl, Some(("jti", jti))).await
    }

    /// Whether the session lives.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn session_lives(&self, sid: &str) -> Result<bool, Problem> {
        Ok(self.live_item(&format!("SESSAO#{sid}")).await?.is_some())
    }

    /// Replaces the refresh token `old` by `new`, if `old` is the current one; the condition makes two racing
    /// refreshes one winner.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn rotate_session(
        &self,
        sid: &str,
        old: &str,
        new: &str,
        ttl: Duration,
    ) -> Result<Rotation, Problem> {
        let now = self.clock.now();
        let answer = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key(&format!("SESSAO#{sid}"))))
            .update_expression("SET jti = :new, expira = :until")
            .condition_expression("jti = :old AND expira > :now")
            .expression_attribute_values(":new", AttributeValue::S(new.to_owned()))
            .expression_attribute_values(":old", AttributeValue::S(old.to_owned()))
            .expression_attribute_values(":now", number(now))
            .expression_attribute_values(":until", number(now + ttl))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Rotation::Done),
            Err(error)
                if error.as_service_error().is_some_and(aws_sdk_dynamodb::operation::update_item::UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Rotation::Refused)
            }
            Err(error) => Err(unavailable("rotate", &error)),
        }
    }

    /// Ends the session: its access and refresh tokens stop working.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn end_session(&self, sid: &str) -> Result<(), Problem> {
        self.client
            .delete_item()
            .table_name(&*self.table)
            .set_key(Some(key(&format!("SESSAO#{sid}"))))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| unavailable("end", &error))
    }

    /// Whether DynamoDB answers.
    pub async fn ping(&self) -> bool {
        self.live_item("SAUDE").await.is_ok()
    }

    async fn live_item(&self, pk: &str) -> Result<Option<HashMap<String, AttributeValue>>, Problem> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key(pk)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable("get", &error))?;
        let now = self.clock.now().as_second();
        Ok(answer.item.filter(|item| {
            item.get("expira")
                .and_then(|value| value.as_n().ok())
                .and_then(|text| text.parse::<i64>().ok())
                .is_some_and(|until| until > now)
        }))
    }

    async fn put(&self, pk: &str, ttl: Duration, note: Option<(&str, &str)>) -> Result<(), Problem> {
        let mut item = key(pk);
        item.insert("expira".to_owned(), number(self.clock.now() + ttl));
        item.extend(note.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))));
        self.client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| unavailable("put", &error))
    }
}

fn key(pk: &str) -> HashMap<String, AttributeValue> {
    let attribute = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([("pk".to_owned(), attribute(pk)), ("sk".to_owned(), attribute("-"))])
}

/// A group holds a phone, and a table that lives outside the database must not.
fn last_of(group: &str) -> String {
    format!("ULTIMA#{}", hex::encode(Sha256::digest(group.as_bytes())))
}

fn millis(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_millisecond().to_string())
}

fn count(amount: u64) -> AttributeValue {
    AttributeValue::N(amount.to_string())
}

fn number(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_second().to_string())
}

fn unavailable<E: std::error::Error>(operation: &'static str, error: &E) -> Problem {
    tracing::error!(operation, error = %DisplayErrorContext(error), "ledger did not answer");
    Problem::Unavailable
}

/// Whether the table forgets what is over, for `hi doctor`; else why it can't be seen.
#[cfg(feature = "migrate")]
pub(crate) async fn table_state(table: &str) -> Result<bool, String> {
    use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata};
    use aws_sdk_dynamodb::types::TimeToLiveStatus;
    let client = Client::new(&crate::aws::config().await);
    let asked = client.describe_time_to_live().table_name(table).send().await;
    let asked = asked.map_err(|error| match error.code() {
        Some("ResourceNotFoundException") => format!("a tabela {table} não existe"),
        _ => format!("não respondeu: {}", DisplayErrorContext(error)),
    })?;
    let status = asked.time_to_live_description().and_then(|ttl| ttl.time_to_live_status());
    Ok(matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)))
}
