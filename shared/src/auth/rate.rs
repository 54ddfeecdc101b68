//! How often one source may do something that needs no login: a count per window in Redis, and without Redis a stricter one in the process.

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

/// KEYS: count. ARGV: window. Answers the count and the seconds that remain.
const COUNT: &str = r"
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('expire', KEYS[1], ARGV[1]) end
return {count, math.max(1, redis.call('ttl', KEYS[1]))}
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
        let key = Key::limit(limited.name, cliente, &digest(who));
        let answer: Option<(i64, i64)> = self
            .cache
            .run(&self.script, |call| {
                call.key(key.as_str()).arg(limited.window);
            })
            .await;
        let (count, most, wait) = match answer {
            Some((count, wait)) => (count, limited.most, wait),
            None => self.count_strictly(key.as_str(), limited),
        };
        if count <= most {
            return Ok(());
        }
        Err(Problem::TooManyAttempts { retry_after_seconds: u64::try_from(wait).unwrap_or(1) })
    }

    /// The same by a source, and by all the networks its provider may have given the same customer, or one line at home would have the limit as often as it
    /// has networks. A telephone company's customers share those too, so together they have many times as much.
    ///
    /// # Errors
    /// As [`Self::count`].
    pub async fn count_source(
        &self,
        cliente: Option<ClienteId>,
        limited: Limited,
        source: &Source,
    ) -> Result<(), Problem> {
        let source = source.as_str();
        if source.parse::<Ipv6Addr>().is_err() {
            return self.count(cliente, limited, source).await;
        }
        let of_all = Limited { most: limited.most.saturating_mul(NETWORKS_OF_WIDE), ..limited };
        // Written as no source is: the first network of a wide one has its name.
        let all = format!("{}/48", wide(source));
        let (of_one, of_all) =
            tokio::join!(self.count(cliente, limited, source), self.count(cliente, of_all, &all));
        of_one.and(of_all)
    }

    fn count_strictly(&self, key: &str, limited: Limited) -> (i64, i64, i64) {
        let now = self.clock.now().as_second();
        let mut strict = self.strict.lock().unwrap_or_else(PoisonError::into_inner);
        strict.retain(|_, (_, until)| *until > now);
        let (count, until) = strict.entry(key.to_owned()).or_insert((0, now + limited.window));
        *count += 1;
        (*count, (limited.most / STRICT_PART).max(1), *until - now)
    }
}

/// Who is counted, 32 hexadecimal digits: what is kept while counting carries no address, phone or e-mail.
pub(crate) fn digest(who: &str) -> String {
    let mut hex = hex::encode(Sha256::digest(who.as_bytes()));
    hex.truncate(32);
    hex
}
