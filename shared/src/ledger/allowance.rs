//! How often something that costs money is done for a clinic in a month, or for one person in a day:
//! `COTA#{cliente}#{what}#{day or month}`, of a person with `#{hash of the contact}` behind it, holds `vezes`.
//!
//! It is counted before it is done and stays counted when it fails: a failure is paid for as well, and a count that comes after could be run past
//! by many at once.

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Ledger, count, key, number, unavailable};
use crate::id::ClienteId;
use crate::problem::Problem;

/// How long a count is kept after its last change: longer than its period in any zone.
const KEPT_DAY: Duration = Duration::from_hours(72);
const KEPT_MONTH: Duration = Duration::from_hours(24 * 40);

/// What costs money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A model thinks about a message.
    Thought,
    /// A recording is turned into text.
    Voice,
    /// A minute of one is, of a person whose recordings are counted by themselves.
    VoiceMinutes,
}

/// In what time, in the clinic's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// That day.
    Day(Date),
    /// The month of that day.
    Month(Date),
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(day) => write!(f, "{}", day.strftime("%Y-%m")),
        }
    }
}

/// How often.
#[derive(Debug, Clone, Copy)]
pub struct Count<'a> {
    /// What.
    pub what: What,
    /// The key of a contact; none for all of a clinic together.
    pub whose: Option<&'a str>,
    /// In what time.
    pub period: Period,
    /// How much of it one is: at least one.
    pub weight: u32,
    /// At most.
    pub most: u32,
}

impl Count<'_> {
    fn pk(&self, cliente: ClienteId) -> String {
        let what = match self.what {
            What::Thought => "ia",
            What::Voice => "audio",
            What::VoiceMinutes => "audio_minutos",
        };
        let Self { whose, period, .. } = self;
        // A contact's key is a phone, and a table that lives outside the database must not hold one.
        let whose = whose.map(|whose| format!("#{}", hex::encode(Sha256::digest(whose.as_bytes()))));
        format!("COTA#{cliente}#{what}#{period}{}", whose.unwrap_or_default())
    }
}

impl Ledger {
    /// How many of a clinic's messages were thought about in the month of `day`, failures included.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn turns(&self, cliente: ClienteId, day: Date) -> Result<u64, Problem> {
        let count =
            Count { what: What::Thought, whose: None, period: Period::Month(day), weight: 1, most: 1 };
        self.taken(cliente, &count).await
    }

    /// How much of it was taken so far.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn taken(&self, cliente: ClienteId, one: &Count<'_>) -> Result<u64, Problem> {
        let item = self.live_item(&one.pk(cliente)).await?.unwrap_or_default();
        Ok(item.get("vezes").and_then(|value| value.as_n().ok()?.parse().ok()).unwrap_or_default())
    }

    /// Counts one more, by its weight; `false`, and nothing is counted, when there are as many as there may be.
    ///
    /// # Errors
    /// [`Problem::Unavailable`] when DynamoDB does not answer.
    pub async fn take(&self, cliente: ClienteId, one: &Count<'_>) -> Result<bool, Problem> {
        let Some(room) = one.most.checked_sub(one.weight) else { return Ok(false) };
        let kept = match one.period {
            Period::Day(_) => KEPT_DAY,
            Period::Month(_) => KEPT_MONTH,
        };
        let answer = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key(&one.pk(cliente))))
            .update_expression("ADD vezes :weight SET expira = :until")
            .condition_expression("attribute_not_exists(vezes) OR vezes <= :room")
            .expression_attribute_values(":weight", count(u64::from(one.weight)))
            .expression_attribute_values(":room", count(u64::from(room)))
            .expression_attribute_values(":until", number(self.clock.now() + kept))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable("take", &error)),
        }
    }
}
