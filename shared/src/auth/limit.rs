//! How often one may try, counted before any hash: a growing delay per (clinic, login, source), one per (clinic, login) that begins much later, so that who
//! tries somebody else's login from elsewhere does not keep them out, and a ceiling per source.
//!
//! The counts live in Redis. Without Redis a stricter count in the process takes over; it is never unlimited, and never a
//! permanent lock either.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use redis::Script;

use super::rate::digest;
use crate::cache::{Cache, Key};
use crate::clock::SharedClock;
use crate::id::ClienteId;
use crate::problem::Problem;

/// Wrong attempts of one source on one login that cost nothing but themselves.
const FREE_ATTEMPTS: i64 = 5;
/// The same of all sources together.
const FREE_ATTEMPTS_OF_ALL: i64 = 100;
/// The longest wait between two attempts on one login, seconds.
const LONGEST_DELAY: i64 = 300;
/// After this long without an attempt a login starts afresh, seconds.
const MEMORY: i64 = 15 * 60;
/// Attempts from one source in [`SOURCE_WINDOW`].
const SOURCE_CEILING: i64 = 300;
/// Seconds.
const SOURCE_WINDOW: i64 = 60;
/// Without Redis: attempts per minute, for each login and process.
const STRICT_CEILING: i64 = 3;

/// KEYS: login and source, login, source. ARGV: now, free, free of all, longest, memory, ceiling, window. Answers the seconds to wait, 0 = go on. Who is
/// told to wait is not counted on.
const COUNT: &str = r"
local now = tonumber(ARGV[1])
local source = redis.call('incr', KEYS[3])
if source == 1 then redis.call('expire', KEYS[3], ARGV[7]) end
if source > tonumber(ARGV[6]) then return math.max(1, redis.call('ttl', KEYS[3])) end
for each = 1, 2 do
  local free_at = tonumber(redis.call('hget', KEYS[each], 'livre_em') or '0')
  if free_at > now then return free_at - now end
end
for each = 1, 2 do
  local excess = redis.call('hincrby', KEYS[each], 'tentativas', 1) - tonumber(ARGV[1 + each])
  if excess >= 0 then
    local delay = math.min(tonumber(ARGV[4]), 2 ^ math.min(excess, 20))
    redis.call('hset', KEYS[each], 'livre_em', now + delay)
  end
  redis.call('expire', KEYS[each], ARGV[5])
end
return 0
";

/// The counters of login attempts.
#[derive(Clone)]
pub struct LoginLimit {
    cache: Cache,
    clock: SharedClock,
    script: Script,
    strict: Arc<Mutex<HashMap<String, (i64, Timestamp)>>>,
}

impl std::fmt::Debug for LoginLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginLimit")
    }
}

impl LoginLimit {
    /// Counters in `cache`.
    pub fn new(cache: Cache, clock: SharedClock) -> Self {
        Self { cache, clock, script: Script::new(COUNT), strict: Arc::default() }
    }

    /// Counts an attempt on `login` at a clinic (`None` = the operators' address) from `source`.
    ///
    /// # Errors
    /// [`Problem::TooManyRequests`] with the seconds to wait.
    pub async fn count(&self, cliente: Option<ClienteId>, login: &str, source: &str) -> Result<(), Problem> {
        let (pair, login) = keys(cliente, login, source);
        let source = Key::limit("origem", None, &digest(source));
        let now = self.clock.now().as_second();
        let answer: Option<i64> = self
            .cache
            .run(&self.script, |call| {
                call.key(pair.as_str()).key(login.as_str()).key(source.as_str());
                call.arg(now).arg(FREE_ATTEMPTS).arg(FREE_ATTEMPTS_OF_ALL).arg(LONGEST_DELAY);
                call.arg(MEMORY).arg(SOURCE_CEILING).arg(SOURCE_WINDOW);
            })
            .await;
        let wait = answer.unwrap_or_else(|| self.count_strictly(login.as_str()));
        match u64::try_from(wait) {
            Ok(0) | Err(_) => Ok(()),
            Ok(retry_after_seconds) => Err(Problem::TooManyRequests { retry_after_seconds }),
        }
    }

    /// Forgets a source's attempts on a login that just succeeded.
    pub async fn forget(&self, cliente: Option<ClienteId>, login: &str, source: &str) {
        self.cache.forget(&keys(cliente, login, source).0).await;
    }

    fn count_strictly(&self, login: &str) -> i64 {
        let now = self.clock.now();
        let mut strict = self.strict.lock().unwrap_or_else(PoisonError::into_inner);
        strict.retain(|_, (_, since)| now.as_second() - since.as_second() < 60);
        let (count, since) = strict.entry(login.to_owned()).or_insert((0, now));
        *count += 1;
        if *count > STRICT_CEILING { 60 - (now.as_second() - since.as_second()) } else { 0 }
    }
}

/// Of one source on a login, and of all.
fn keys(cliente: Option<ClienteId>, login: &str, source: &str) -> (Key, Key) {
    let of_one = format!("{} {}", digest(login), digest(source));
    (Key::limit("login", cliente, &of_one), Key::limit("login", cliente, &digest(login)))
}
