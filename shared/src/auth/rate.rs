//! How often a source, a user, a clinic or a phone may do one thing: counts per window in Redis, and without Redis stricter ones in the process.
//!
//! A request adds to all the counts it falls under, or to none: who is refused by one uses up nothing of what others share.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, PoisonError};

use redis::Script;
use sha2::{Digest, Sha256};

use super::crowd::NETWORKS_OF_WIDE;
use super::limit::wide;
use crate::cache::{Cache, Key};
use crate::clock::SharedClock;
use crate::http::Source;
use crate::id::ClienteId;
use crate::problem::Problem;

/// KEYS: counts. ARGV: of each the most and the window. Answers which is full, 0 = none was and all were added to, and the seconds until it begins anew; of several
/// the one that takes longest.
const COUNT: &str = r"
local full, wait = 0, 0
for nth, key in ipairs(KEYS) do
  if tonumber(redis.call('get', key) or 0) >= tonumber(ARGV[2 * nth - 1]) then
    local left = math.max(1, redis.call('ttl', key))
    if left > wait then full, wait = nth, left end
  end
end
if full > 0 then return {full, wait} end
for nth, key in ipairs(KEYS) do
  if redis.call('incr', key) == 1 then redis.call('expire', key, ARGV[2 * nth]) end
end
return {0, 0}
";
/// Without Redis each process counts alone, so it allows this part of what all together may.
pub(super) const STRICT_PART: i64 = 4;

/// What is limited.
#[derive(Debug, Clone, Copy)]
pub struct Limited {
    /// Its name in the keys.
    pub name: &'static str,
    /// How often.
    pub most: i64,
    /// Within so many seconds.
    pub window: i64,
}

impl Limited {
    /// The count of `who`, at a clinic or, without one, anywhere.
    pub fn of(self, cliente: Option<ClienteId>, who: &str) -> Count {
        Count { limited: self, key: Key::limit(self.name, cliente, &digest(who)) }
    }

    /// The counts of a source: its own, and of all the networks its provider may have given the same customer, or one line at home would have the limit as
    /// often as it has networks. A telephone company's customers share those too, so together they have many times as much.
    pub fn of_source(self, cliente: Option<ClienteId>, source: &Source) -> Vec<Count> {
        let source = source.as_str();
        let mut counts = vec![self.of(cliente, source)];
        if source.parse::<Ipv6Addr>().is_ok() {
            let of_all = Self { most: self.most.saturating_mul(NETWORKS_OF_WIDE), ..self };
            // Written as no source is: the first network of a wide one has its name.
            counts.push(of_all.of(cliente, &format!("{}/48", wide(source))));
        }
        counts
    }
}

/// One of the counts a request falls under.
#[derive(Debug, Clone)]
pub struct Count {
    limited: Limited,
    key: Key,
}

/// A count that is full.
#[derive(Debug, Clone, Copy)]
pub struct Full {
    /// What is limited so.
    pub limited: Limited,
    /// Until it begins anew.
    pub retry_after_seconds: u64,
}

impl From<Full> for Problem {
    fn from(full: Full) -> Self {
        Self::TooManyAttempts { retry_after_seconds: full.retry_after_seconds }
    }
}

/// The counters; cheap to clone.
#[derive(Clone)]
pub struct Rate {
    cache: Cache,
    clock: SharedClock,
    script: Arc<Script>,
    strict: Arc<Mutex<HashMap<String, (i64, i64)>>>,
}

impl std::fmt::Debug for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rate")
    }
}

impl Rate {
    /// Counters in `cache`.
    pub fn new(cache: Cache, clock: SharedClock) -> Self {
        Self { cache, clock, script: Arc::new(Script::new(COUNT)), strict: Arc::default() }
    }

    /// Counts one more by `who`, at a clinic or, without one, anywhere.
    ///
    /// # Errors
    /// [`Problem::TooManyAttempts`] with the seconds to wait.
    pub async fn count(
        &self,
        cliente: Option<ClienteId>,
        limited: Limited,
        who: &str,
    ) -> Result<(), Problem> {
        Ok(self.count_all(&[limited.of(cliente, who)]).await?)
    }

    /// Counts one more in each, or in none.
    ///
    /// # Errors
    /// The one that is full; of several, the one that takes longest to begin anew.
    pub async fn count_all(&self, counts: &[Count]) -> Result<(), Full> {
        let answer: Option<(usize, i64)> = self
            .cache
            .run(&self.script, |call| {
                for Count { limited, key } in counts {
                    call.key(key.as_str()).arg(limited.most).arg(limited.window);
                }
            })
            .await;
        let (nth, wait) = answer.unwrap_or_else(|| self.count_strictly(counts));
        match nth.checked_sub(1).and_then(|nth| counts.get(nth)) {
            None => Ok(()),
            Some(Count { limited, .. }) => {
                Err(Full { limited: *limited, retry_after_seconds: u64::try_from(wait).unwrap_or(1) })
            }
        }
    }

    /// As the script, but fewer.
    fn count_strictly(&self, counts: &[Count]) -> (usize, i64) {
        let now = self.clock.now().as_second();
        let mut strict = self.strict.lock().unwrap_or_else(PoisonError::into_inner);
        strict.retain(|_, (_, until)| *until > now);
        let full = counts.iter().enumerate().filter_map(|(at, Count { limited, key })| {
            let (count, until) = strict.get(key.as_str())?;
            (*count >= (limited.most / STRICT_PART).max(1)).then_some((at + 1, *until - now))
        });
        if let Some(full) = full.max_by_key(|(_, wait)| *wait) {
            return full;
        }
        for Count { limited, key } in counts {
            strict.entry(key.as_str().to_owned()).or_insert((0, now + limited.window)).0 += 1;
        }
        (0, 0)
    }
}

/// Who is counted, 32 hexadecimal digits: what is kept while counting carries no address, phone or e-mail.
pub(crate) fn digest(who: &str) -> String {
    let mut hex = hex::encode(Sha256::digest(who.as_bytes()));
    hex.truncate(32);
    hex
}
