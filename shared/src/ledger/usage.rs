//! What a clinic used of a language model in a month: `USO#{cliente}#{yyyy-mm}` holds sums, `IA#{message}` that a message was thought about, and
//! `COTA#{cliente}#ia_tokens#{day}#{hash of the contact}` what was thought about one person's on a day.
//!
//! A message is claimed before it is thought about, so one that is delivered again costs nothing again, whatever became of the first time.
//! The sums are added in one transaction with a mark on that claim: they count each message once.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem, Update};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Ledger, count, key, number, unavailable};
use crate::id::ClienteId;
use crate::problem::Problem;

/// How long a month's sums are kept.
const KEPT: Duration = Duration::from_hours(24 * 400);
/// How long a claim is kept; longer than the queue keeps a message.
const CLAIMED: Duration = Duration::from_hours(24 * 15);
/// How long a person's day is kept: longer than a day in any zone.
const KEPT_DAY: Duration = Duration::from_hours(72);
/// How often sums are added when others are being added at the same moment, and how long between.
const ATTEMPTS: u32 = 5;
const BETWEEN: Duration = Duration::from_millis(40);
/// Why nothing came of a call, as the name of its sum.
const FALLBACK: &str = "recuo_";

/// Sums of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls made.
    pub calls: u64,
    /// Tokens read.
    pub tokens_in: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// What they cost, in millionths of a US dollar; none where no price is told.
    pub cost_microusd: u64,
    /// How often nothing came of it, by reason: one word.
    pub fallbacks: BTreeMap<String, u64>,
}

/// What a thought about a message used.
#[derive(Debug, Clone, Copy)]
pub struct Spent<'a> {
    /// The month it counts in, `2026-11`.
    pub month: &'a str,
    /// The message, which was claimed.
    pub message: &'a str,
    /// The key of the contact who wrote it.
    pub whose: &'a str,
    /// The day it counts in, of the clinic.
    pub day: Date,
    /// What it used.
    pub used: &'a Usage,
}

/// What was thought about a person's messages on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Thoughts {
    /// Messages a model was really asked about.
    pub times: u64,
    /// Tokens of all of them.
    pub tokens: u64,
}

impl Usage {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.tokens_in.saturating_add(self.tokens_out)
    }
}

impl Ledger {
    /// Claims a message for one thought; `false` when it was claimed before.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn claim_thought(&self, cliente: ClienteId, message: &str) -> Result<bool, Problem> {
        let mut item = key(&claim(cliente, message));
        item.insert("expira".to_owned(), number(self.clock.now() + CLAIMED));
        let answer = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("claim", &error)),
        }
    }

    /// Adds what the thought about a claimed message used to the sums of the month, and of the person's day; once, however often it is called.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn add_usage(&self, cliente: ClienteId, spent: &Spent<'_>) -> Result<(), Problem> {
        let Spent { month, message, whose, day, used } = *spent;
        let mark = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key(&claim(cliente, message))))
            .update_expression("SET contado = :one")
            .condition_expression("attribute_not_exists(contado)")
            .expression_attribute_values(":one", count(1));
        let mut sums: Vec<(String, u64)> = vec![
            ("chamadas".to_owned(), used.calls),
            ("tokens_entrada".to_owned(), used.tokens_in),
            ("tokens_saida".to_owned(), used.tokens_out),
            ("custo_microusd".to_owned(), used.cost_microusd),
        ];
        sums.extend(used.fallbacks.iter().map(|(reason, times)| (format!("{FALLBACK}{reason}"), *times)));
        let mut add =
            Update::builder().table_name(&*self.table).set_key(Some(key(&month_of(cliente, month))));
        let mut parts = Vec::with_capacity(sums.len());
        for (at, (name, amount)) in sums.into_iter().enumerate() {
            parts.push(format!("#s{at} :s{at}"));
            add = add
                .expression_attribute_names(format!("#s{at}"), name)
                .expression_attribute_values(format!(":s{at}"), count(amount));
        }
        let add = add
            .update_expression(format!("ADD {} SET expira = :until", parts.join(", ")))
            .expression_attribute_values(":until", number(self.clock.now() + KEPT));
        let person = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key(&day_of(cliente, whose, day))))
            .update_expression("ADD vezes :one, tokens :tokens SET expira = :until")
            .expression_attribute_values(":one", count(u64::from(used.calls > 0)))
            .expression_attribute_values(":tokens", count(used.tokens()))
            .expression_attribute_values(":until", number(self.clock.now() + KEPT_DAY));
        let (Ok(mark), Ok(add), Ok(person)) = (mark.build(), add.build(), person.build()) else {
            return Err(Problem::Internal);
        };
        let part = |update| TransactWriteItem::builder().update(update).build();
        let parts = [mark, add, person].map(part);
        for attempt in 1..=ATTEMPTS {
            let write = self.client.transact_write_items().set_transact_items(Some(parts.to_vec()));
            let Err(error) = write.send().await else { return Ok(()) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(unavailable("add", &error));
            };
            let counted = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
            if cancelled.cancellation_reasons().iter().any(counted) {
                return Ok(());
            }
            // Another message of the clinic is being counted.
            tokio::time::sleep(BETWEEN * attempt).await;
        }
        Err(Problem::Unavailable)
    }

    /// What was thought about a person's messages on a day of the clinic.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn thoughts_of(&self, cliente: ClienteId, whose: &str, day: Date) -> Result<Thoughts, Problem> {
        let item = self.live_item(&day_of(cliente, whose, day)).await?.unwrap_or_default();
        let amount =
            |name: &str| item.get(name).and_then(|value| value.as_n().ok()?.parse().ok()).unwrap_or_default();
        Ok(Thoughts { times: amount("vezes"), tokens: amount("tokens") })
    }

    /// The sums of `month`; none when nothing was used.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn usage(&self, cliente: ClienteId, month: &str) -> Result<Usage, Problem> {
        let item = self.live_item(&month_of(cliente, month)).await?.unwrap_or_default();
        let mut usage = Usage::default();
        for (name, value) in &item {
            let amount = value.as_n().ok().and_then(|text| text.parse().ok()).unwrap_or_default();
            match name.as_str() {
                "chamadas" => usage.calls = amount,
                "tokens_entrada" => usage.tokens_in = amount,
                "tokens_saida" => usage.tokens_out = amount,
                "custo_microusd" => usage.cost_microusd = amount,
                other => {
                    if let Some(reason) = other.strip_prefix(FALLBACK) {
                        usage.fallbacks.insert(reason.to_owned(), amount);
                    }
                }
            }
        }
        Ok(usage)
    }
}

/// A contact's key is a phone, and a table that lives outside the database must not hold one.
fn day_of(cliente: ClienteId, whose: &str, day: Date) -> String {
    format!("COTA#{cliente}#ia_tokens#{day}#{}", hex::encode(Sha256::digest(whose.as_bytes())))
}

fn month_of(cliente: ClienteId, month: &str) -> String {
    format!("USO#{cliente}#{month}")
}

/// The id of a message may hold a phone, and a table that lives outside the database must not.
fn claim(cliente: ClienteId, message: &str) -> String {
    format!("IA#{cliente}#{}", hex::encode(Sha256::digest(message.as_bytes())))
}
