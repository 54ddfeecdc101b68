//! What happens at a clinic in a month, counted as it happens: `MEDIDA#{cliente}#{yyyy-mm}` holds sums, `MEDIDA#{cliente}#{hash of an event}`
//! that an event was counted.
//!
//! An event has a name; its mark is put and its sum added in one transaction, so it counts once however often it is told. The sums run ahead of
//! Postgres, which is the truth of what it knows: each night they are set to it ([`Ledger::correct_counters`]).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use sha2::{Digest, Sha256};

use super::{Ledger, count, key, number, unavailable};
use crate::id::ClienteId;
use crate::problem::Problem;

/// How long a month's sums are kept: a year to look back on, and what is older is in Postgres.
const KEPT: Duration = Duration::from_hours(24 * 400);
/// How long it is known that an event was counted: longer than a month, because a conversation counts once in one.
const MARKED: Duration = Duration::from_hours(24 * 40);
/// Events of one transaction, which may hold a hundred parts.
const AT_ONCE: usize = 50;
/// How often sums are added when others are being added at the same moment, and how long between.
const ATTEMPTS: u32 = 6;
const BETWEEN: Duration = Duration::from_millis(30);

/// Sums by name.
pub type Sums = BTreeMap<String, u64>;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The sum it adds to.
    pub sum: &'static str,
    /// What it is called; among those of its sum, unique in its clinic.
    pub id: String,
    /// How much it adds.
    pub amount: u64,
}

impl Ledger {
    /// Adds what happened in `month` (`2026-11`) to its sums; each event once, however often it is told.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer; then some may have been added, and all may be told again.
    pub async fn add_events(
        &self,
        cliente: ClienteId,
        month: &str,
        events: &[Happened],
    ) -> Result<(), Problem> {
        let mut named: BTreeMap<String, &Happened> = BTreeMap::new();
        for event in events {
            named.insert(mark(cliente, event), event);
        }
        let named: Vec<(String, &Happened)> = named.into_iter().collect();
        for part in named.chunks(AT_ONCE) {
            self.add_part(cliente, month, part.to_vec()).await?;
        }
        Ok(())
    }

    async fn add_part(
        &self,
        cliente: ClienteId,
        month: &str,
        mut part: Vec<(String, &Happened)>,
    ) -> Result<(), Problem> {
        let mut attempt = 1;
        while !part.is_empty() {
            let write = self.client.transact_write_items();
            let write = write.set_transact_items(Some(self.parts(cliente, month, &part)?));
            let Err(error) = write.send().await else { return Ok(()) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
                error.as_service_error()
            else {
                return Err(unavailable("count", &error));
            };
            // The reasons stand in the order of the parts, the marks first.
            let counted: BTreeSet<usize> = cancelled
                .cancellation_reasons()
                .iter()
                .enumerate()
                .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
                .map(|(at, _)| at)
                .collect();
            if counted.is_empty() {
                // Somebody else counts for the clinic at this moment.
                if attempt == ATTEMPTS {
                    return Err(Problem::Unavailable);
                }
                tokio::time::sleep(BETWEEN * attempt).await;
                attempt += 1;
            }
            let mut at = 0..;
            part.retain(|_| at.next().is_some_and(|at| !counted.contains(&at)));
        }
        Ok(())
    }

    fn parts(
        &self,
        cliente: ClienteId,
        month: &str,
        part: &[(String, &Happened)],
    ) -> Result<Vec<TransactWriteItem>, Problem> {
        let until = self.clock.now() + MARKED;
        let mut sums = Sums::new();
        let mut items = Vec::with_capacity(part.len() + 1);
        for (mark, event) in part {
            let sum = sums.entry(event.sum.to_owned()).or_default();
            *sum = sum.saturating_add(event.amount);
            let mut item = key(mark);
            item.insert("expira".to_owned(), number(until));
            let put = Put::builder().table_name(&*self.table).set_item(Some(item));
            let put = put.condition_expression("attribute_not_exists(pk)").build();
            items.push(TransactWriteItem::builder().put(put.map_err(|_| Problem::Internal)?).build());
        }
        let mut add =
            Update::builder().table_name(&*self.table).set_key(Some(key(&month_of(cliente, month))));
        let mut adds = Vec::with_capacity(sums.len());
        for (at, (name, amount)) in sums.into_iter().enumerate() {
            adds.push(format!("#s{at} :s{at}"));
            add = add
                .expression_attribute_names(format!("#s{at}"), name)
                .expression_attribute_values(format!(":s{at}"), count(amount));
        }
        let add = add
            .update_expression(format!("ADD {} SET expira = :until", adds.join(", ")))
            .expression_attribute_values(":until", number(self.clock.now() + KEPT))
            .build();
        items.push(TransactWriteItem::builder().update(add.map_err(|_| Problem::Internal)?).build());
        Ok(items)
    }

    /// The sums of `month`; what is not in them is none.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn counters(&self, cliente: ClienteId, month: &str) -> Result<Sums, Problem> {
        let item = self.live_item(&month_of(cliente, month)).await?.unwrap_or_default();
        let sums = item.into_iter().filter(|(name, _)| name != "expira").filter_map(|(name, value)| {
            let amount = value.as_n().ok()?.parse().ok()?;
            Some((name, amount))
        });
        Ok(sums.collect())
    }

    /// Sets sums of `month` to the `truth`, if those it names are still what was `seen`; `false` when they are not, and nothing was set. An
    /// event that is added at the same moment is not lost that way.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn correct_counters(
        &self,
        cliente: ClienteId,
        month: &str,
        (seen, truth): (&Sums, &Sums),
    ) -> Result<bool, Problem> {
        let until = number(self.clock.now() + KEPT);
        let (mut sets, mut unchanged) = (vec!["expira = :until".to_owned()], Vec::new());
        let mut update = self.client.update_item().table_name(&*self.table);
        update =
            update.set_key(Some(key(&month_of(cliente, month)))).expression_attribute_values(":until", until);
        for (at, (name, amount)) in truth.iter().enumerate() {
            sets.push(format!("#s{at} = :s{at}"));
            update = update
                .expression_attribute_names(format!("#s{at}"), name)
                .expression_attribute_values(format!(":s{at}"), count(*amount));
            match seen.get(name) {
                Some(seen) => {
                    unchanged.push(format!("#s{at} = :w{at}"));
                    update = update.expression_attribute_values(format!(":w{at}"), count(*seen));
                }
                None => unchanged.push(format!("attribute_not_exists(#s{at})")),
            }
        }
        if !unchanged.is_empty() {
            update = update.condition_expression(unchanged.join(" AND "));
        }
        match update.update_expression(format!("SET {}", sets.join(", "))).send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("correct", &error)),
        }
    }
}

fn month_of(cliente: ClienteId, month: &str) -> String {
    format!("MEDIDA#{cliente}#{month}")
}

fn mark(cliente: ClienteId, event: &Happened) -> String {
    let name = format!("{}:{}", event.sum, event.id);
    format!("MEDIDA#{cliente}#{}", hex::encode(Sha256::digest(name.as_bytes())))
}
