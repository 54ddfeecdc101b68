//! How often one may try, counted before any hash: a growing delay per (clinic, login, source), one per (clinic, login) that begins much later, so that who
//! tries somebody else's login from elsewhere does not keep them out, a ceiling per source, and a lower one of what a source tries in vain. A source from which a
//! login succeeded lately is known: it waits for its own wrong attempts only, whatever strangers do elsewhere or beside it. Who has the right password has so many
//! logins in ten minutes, for each costs a hash; strangers, who have none, use up nothing of them.
//!
//! The counts live in Redis. Without Redis a stricter count in the process takes over; it is never unlimited, and never a
//! permanent lock either, and what the process itself saw succeed is known there too.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use redis::Script;

use super::crowd::Limits;
use super::rate::digest;
use crate::cache::{Cache, Key};
use crate::clock::SharedClock;
use crate::id::ClienteId;
use crate::problem::Problem;

/// Wrong attempts of one source on one login that cost nothing but themselves.
const FREE_ATTEMPTS: i64 = 5;
/// The same of all sources together.
const FREE_ATTEMPTS_OF_ALL: i64 = 100;
/// The longest wait between two attempts of one source on one login, seconds.
const LONGEST_DELAY: i64 = 300;
/// The same of all sources: who comes from a new place waits for strangers, so not for long.
const LONGEST_DELAY_OF_ALL: i64 = 60;
/// A source is known for this long after a login succeeded from there, seconds.
const KNOWN: i64 = 30 * 86_400;
/// After this long without an attempt a login starts afresh, seconds.
const MEMORY: i64 = 15 * 60;
/// Attempts from one source in [`SOURCE_WINDOW`]; who is known there is not stopped by it.
const SOURCE_CEILING: i64 = 300;
/// Seconds.
const SOURCE_WINDOW: i64 = 60;
/// Attempts of a source that is not known and that brought nobody in, in [`VAIN_WINDOW`]: each holds an execution until refusals are answered, and six networks
/// would hold all there are.
const VAIN_CEILING: i64 = 40;
/// The same of all networks a provider gives one customer at most, a /48 of IPv6: one line at home may have hundreds of networks. A telephone company's
/// customers share one, too, so it is many times as high.
const VAIN_CEILING_OF_WIDE: i64 = 320;
/// Seconds.
const VAIN_WINDOW: i64 = 600;
/// Seconds in which logins that succeed are counted, by the [`Clock`](crate::clock::Clock); how many is [`Limits::logins`].
const LOGINS_WINDOW: i64 = 600;
/// What names that network.
const WIDE: u128 = !0 << 80;
/// Without Redis: attempts per minute, for each login and process.
const STRICT_CEILING: i64 = 3;
/// How many known sources a process remembers; beyond that it begins anew.
const MOST_REMEMBERED: usize = 10_000;

/// KEYS: login and source, login, source, known, vain, vain of the wide network, logins of this window. ARGV: now, free, free of all, longest, longest of all, memory,
/// ceiling, window, window of what is in vain, its two ceilings, the most logins, until when their window lasts, for how long it is kept. Answers the seconds to wait, 0 = go on. Who is told to wait is not counted on. An attempt is in vain until it succeeds: a hundred at once
/// would all be let through by a count that waits for their refusals. One of a source that is known is a login until it is refused, for the same reason.
const COUNT: &str = r"
local now = tonumber(ARGV[1])
local source = redis.call('incr', KEYS[3])
if source == 1 then redis.call('expire', KEYS[3], ARGV[8]) end
local known = redis.call('exists', KEYS[4])
if known == 0 and source > tonumber(ARGV[7]) then return math.max(1, redis.call('ttl', KEYS[3])) end
for each = 5, 6 do
  if known == 0 and tonumber(redis.call('get', KEYS[each]) or '0') >= tonumber(ARGV[each + 5]) then
    return math.max(1, redis.call('ttl', KEYS[each]))
  end
end
if tonumber(redis.call('get', KEYS[7]) or '0') >= tonumber(ARGV[12]) then return tonumber(ARGV[13]) end
local last = 2 - known
for each = 1, last do
  local free_at = tonumber(redis.call('hget', KEYS[each], 'livre_em') or '0')
  if free_at > now then return free_at - now end
end
for each = 1, last do
  local excess = redis.call('hincrby', KEYS[each], 'tentativas', 1) - tonumber(ARGV[1 + each])
  if excess >= 0 then
    local delay = math.min(tonumber(ARGV[3 + each]), 2 ^ math.min(excess, 20))
    redis.call('hset', KEYS[each], 'livre_em', now + delay)
  end
  redis.call('expire', KEYS[each], ARGV[6])
end
for each = 5, 6 do
  if known == 0 and redis.call('incr', KEYS[each]) == 1 then redis.call('expire', KEYS[each], ARGV[9]) end
end
if known == 1 and redis.call('incr', KEYS[7]) == 1 then redis.call('expire', KEYS[7], ARGV[14]) end
return 0
";

/// KEYS: login and source, known, vain, vain of the wide network, logins of this window. ARGV: for how long it is known, and the window is kept.
const SUCCEEDED: &str = r"
redis.call('del', KEYS[1])
for each = 3, 4 do
  if redis.call('exists', KEYS[2]) == 0 and redis.call('exists', KEYS[each]) == 1 then redis.call('decr', KEYS[each]) end
end
if redis.call('exists', KEYS[2]) == 0 and redis.call('incr', KEYS[5]) == 1 then redis.call('expire', KEYS[5], ARGV[2]) end
redis.call('set', KEYS[2], '1', 'ex', ARGV[1])
return 1
";

/// What is tried with a password or an address; each is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trying {
    /// A login.
    Login,
    /// A letter to who forgot the password.
    Forgotten,
    /// Another password, with the one before.
    Change,
}

/// An attempt on a login.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// At which clinic; none at the operators' address.
    pub cliente: Option<ClienteId>,
    /// At what.
    pub trying: Trying,
    /// Whose.
    pub login: &'a str,
    /// From where.
    pub source: &'a str,
}

/// The counters of login attempts.
#[derive(Clone)]
pub struct LoginLimit {
    cache: Cache,
    clock: SharedClock,
    count: Script,
    succeeded: Script,
    /// Logins of one user in a window.
    most: i64,
    process: Arc<Mutex<Process>>,
}

/// What a process counts and knows by itself.
#[derive(Default)]
struct Process {
    strict: HashMap<String, (i64, Timestamp)>,
    known: HashMap<String, Timestamp>,
}

impl std::fmt::Debug for LoginLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoginLimit")
    }
}

impl LoginLimit {
    /// Counters in `cache`.
    pub fn new(cache: Cache, clock: SharedClock, limits: Limits) -> Self {
        let (count, succeeded) = (Script::new(COUNT), Script::new(SUCCEEDED));
        Self { cache, clock, count, succeeded, most: limits.logins(), process: Arc::default() }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// [`Problem::TooManyAttempts`] with the seconds to wait.
    pub async fn count(&self, attempt: Attempt<'_>) -> Result<(), Problem> {
        let keys = attempt.keys();
        let now = self.clock.now().as_second();
        let answer: Option<i64> = self
            .cache
            .run(&self.count, |call| {
                call.key(keys.of_one.as_str()).key(keys.of_all.as_str());
                call.key(keys.source.as_str()).key(keys.known.as_str());
                call.key(keys.vain.as_str()).key(keys.vain_of_wide.as_str());
                call.arg(now).arg(FREE_ATTEMPTS).arg(FREE_ATTEMPTS_OF_ALL);
                call.arg(LONGEST_DELAY).arg(LONGEST_DELAY_OF_ALL);
                call.arg(MEMORY).arg(SOURCE_CEILING).arg(SOURCE_WINDOW);
                call.arg(VAIN_WINDOW).arg(VAIN_CEILING).arg(VAIN_CEILING_OF_WIDE);
                call.key(keys.logins_at(now).as_str()).arg(self.most);
                call.arg(LOGINS_WINDOW - now.rem_euclid(LOGINS_WINDOW)).arg(2 * LOGINS_WINDOW);
            })
            .await;
        let wait = answer.unwrap_or_else(|| self.count_strictly(&keys));
        match u64::try_from(wait) {
            Ok(0) | Err(_) => Ok(()),
            Ok(retry_after_seconds) => Err(Problem::TooManyAttempts { retry_after_seconds }),
        }
    }

    /// Forgets a source's attempts on a login that just succeeded, and knows the source from now on.
    pub async fn succeeded(&self, attempt: Attempt<'_>) {
        let (keys, now) = (attempt.keys(), self.clock.now().as_second());
        self.remember(keys.known.as_str());
        let _: Option<i64> = self
            .cache
            .run(&self.succeeded, |call| {
                call.key(keys.of_one.as_str()).key(keys.known.as_str());
                call.key(keys.vain.as_str()).key(keys.vain_of_wide.as_str());
                call.key(keys.logins_at(now).as_str()).arg(KNOWN).arg(2 * LOGINS_WINDOW);
            })
            .await;
    }

    /// Whether a login succeeded lately from where this is tried.
    pub async fn knows(&self, attempt: Attempt<'_>) -> bool {
        let known = attempt.keys().known;
        self.remembers(known.as_str()) || self.cache.get(&known).await.is_some()
    }

    fn remembers(&self, known: &str) -> bool {
        let now = self.clock.now().as_second();
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        process.known.get(known).is_some_and(|since| now - since.as_second() < KNOWN)
    }

    fn remember(&self, known: &str) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        if process.known.len() >= MOST_REMEMBERED {
            process.known.clear();
        }
        process.known.insert(known.to_owned(), self.clock.now());
    }

    /// A known source is counted apart, so that strangers use up nothing of its owner's.
    fn count_strictly(&self, keys: &Keys) -> i64 {
        let now = self.clock.now();
        let past = |since: Timestamp| now.as_second() - since.as_second();
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let known = process.known.get(keys.known.as_str()).is_some_and(|since| past(*since) < KNOWN);
        let counted = if known { &keys.of_one } else { &keys.of_all };
        process.strict.retain(|_, (_, since)| past(*since) < 60);
        let (count, since) = process.strict.entry(counted.as_str().to_owned()).or_insert((0, now));
        *count += 1;
        if *count > STRICT_CEILING { 60 - past(*since) } else { 0 }
    }
}

/// Where an attempt is counted.
struct Keys {
    /// Of this source.
    of_one: Key,
    /// Of all sources.
    of_all: Key,
    /// Whether this source is known; the same whatever is tried.
    known: Key,
    /// Of this source at every clinic.
    source: Key,
    /// The same, in vain.
    vain: Key,
    /// In vain of all networks beside this one.
    vain_of_wide: Key,
    /// Logins of whose it is, wherever from.
    logins: Key,
}

impl Keys {
    /// What is counted in the window of `now`, seconds of the epoch.
    fn logins_at(&self, now: i64) -> Key {
        self.logins.in_window(now.div_euclid(LOGINS_WINDOW))
    }
}

/// Of a network of IPv6 the /48 it is in; what is none stays.
pub(super) fn wide(source: &str) -> String {
    let wide = source.parse::<Ipv6Addr>().map(|address| Ipv6Addr::from_bits(address.to_bits() & WIDE));
    wide.map_or_else(|_| source.to_owned(), |address| address.to_string())
}

impl Attempt<'_> {
    fn keys(&self) -> Keys {
        let counted = match self.trying {
            Trying::Login => self.login.to_owned(),
            Trying::Forgotten => format!("senha esquecida {}", self.login),
            Trying::Change => format!("senha troca {}", self.login),
        };
        let with_source = |what: &str| format!("{} {}", digest(what), digest(self.source));
        Keys {
            of_one: Key::limit("login", self.cliente, &with_source(&counted)),
            of_all: Key::limit("login", self.cliente, &digest(&counted)),
            known: Key::limit("login_conhecido", self.cliente, &with_source(self.login)),
            source: Key::limit("origem", None, &digest(self.source)),
            vain: Key::limit("origem_em_vao", None, &digest(self.source)),
            vain_of_wide: Key::limit("rede_em_vao", None, &digest(&wide(self.source))),
            logins: Key::limit("entradas", self.cliente, &digest(&counted)),
        }
    }
}
