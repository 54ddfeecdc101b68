//! Where somebody's knowledge of the threads ends: the snapshot of the answer they had last. What it did not see is new, exactly once,
//! whatever was being written meanwhile; see migration 0062.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::db::TenantTx;
use crate::problem::Problem;

/// A snapshot of Postgres: every transaction before the first number was over, none from the second on had begun, the third were under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since(i64, i64, Vec<i64>);

impl fmt::Display for Since {
    /// As Postgres writes it, `10:20:10,14`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running: Vec<String> = self.2.iter().map(ToString::to_string).collect();
        write!(f, "{}:{}:{}", self.0, self.1, running.join(","))
    }
}

impl Since {
    /// What this transaction sees now.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub async fn now(tx: &mut TenantTx) -> Result<Self, Problem> {
        let text: String =
            sqlx::query_scalar("select pg_current_snapshot()::text").fetch_one(tx.conn()).await?;
        Self::parse(&text).ok_or(Problem::Internal)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (first, next) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let running = parts.next()?.split(',').filter(|number| !number.is_empty());
        let running = running.map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self(first, next, running))
    }

    /// What a client hands back is one of ours, or Postgres would not read it; and not of a later time than `now`: after a backup was restored
    /// elsewhere, transactions are counted anew.
    pub fn is_before(&self, now: &Self) -> bool {
        let Self(first, next, running) = self;
        let ordered = running.is_sorted_by(|a, b| a < b);
        let within = running.iter().all(|number| (*first..*next).contains(number));
        (1..=*next).contains(first) && *next <= now.1 && ordered && within
    }

    /// No transaction before this one is new.
    pub(super) fn oldest(&self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_read_and_written_as_postgres_does() {
        for text in ["10:20:10,14", "10:10:"] {
            assert_eq!(Since::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Since::parse("10:20"), None);
    }

    #[test]
    fn only_what_postgres_would_read_and_has_counted_is_taken() {
        let now = Since(15, 20, vec![15]);
        for good in [Since(10, 20, vec![10, 14]), Since(20, 20, vec![]), now.clone()] {
            assert!(good.is_before(&now), "{good}");
        }
        let wrong = [Since(0, 5, vec![]), Since(9, 8, vec![]), Since(5, 21, vec![]), Since(5, 9, vec![4])];
        for wrong in wrong.into_iter().chain([Since(5, 9, vec![7, 6]), Since(5, 9, vec![9])]) {
            assert!(!wrong.is_before(&now), "{wrong}");
        }
    }
}
