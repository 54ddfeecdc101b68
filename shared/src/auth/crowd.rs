//! How much anybody asks, whatever it is: every request is counted, of a user and of the clinic or, without a session, of the network, before any store is
//! asked. A login, or a stranger, that asks as fast as it can would otherwise hold every execution of a function, and all other clinics would wait.
//!
//! The common request pays no round trip for it: a process counts by itself and tells Redis of ten requests at once. What it was told last stays with it, so who is
//! refused costs nothing but the refusal. A count begins at a random place between two tellings: a burst that is spread over many processes, one request each, is
//! told of by a tenth of them, which is what it is. So the count is about right, never exact.
//!
//! Who is counted: users, not sessions, for anybody may log in again and again, and by itself whoever has only what renews a session; a network without a session as [`Source`](crate::http::Source) names it, and of IPv6 the /48
//! around it too. `site` and `webhook` are not counted: they answer out of memory and enqueue, a refusal costs them the same as an answer, and all of Evolution comes
//! from one network.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use redis::Script;

use super::limit::wide;
use super::rate::{STRICT_PART, digest};
use super::token::{Audience, Claims};
use crate::cache::{Cache, Key};
use crate::clock::{Clock, SharedClock};
use crate::problem::Problem;

/// Seconds in which it is counted: short, so that who is refused by mistake hardly notices, and a burst is over soon.
const WINDOW: i64 = 10;
/// So many requests are told of at once.
const TOLD: i64 = 10;
/// As many networks' worth of requests all of a /48 have together: a telephone company's customers share one.
pub(super) const NETWORKS_OF_WIDE: i64 = 8;
/// How many users and networks a process remembers.
const MOST_REMEMBERED: usize = 10_000;

/// Seconds Redis keeps a window's count. Which window it is says the [`Clock`], so this has only to outlast one and what two clocks differ by.
const KEPT: i64 = 6 * WINDOW;

/// KEYS: who asks, and what they belong to, in this window. ARGV: how many, for how long they are kept, the most of each. Answers 1 when it is too much.
const COUNT: &str = r"
for each = 1, 2 do
  local count = redis.call('incrby', KEYS[each], ARGV[1])
  if count == tonumber(ARGV[1]) then redis.call('expire', KEYS[each], ARGV[2]) end
  if count > tonumber(ARGV[2 + each]) then return 1 end
end
return 0
";

/// The most requests in ten seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one user. The pages of one ask for about ten in ten seconds, a conversation being open, and a whole reception may share a login.
    pub user: i64,
    /// Of all users of a clinic.
    pub clinic: i64,
    /// Of one network without a session: a telephone company's customers share an address.
    pub network: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { user: 150, clinic: 600, network: 300 }
    }
}

impl Limits {
    /// How they are written.
    pub const FORMAT: &'static str = "requests in ten seconds of a user/a clinic/a network, as 150/600/300";

    /// Reads them; each is at least 20, or whoever opens a page would be refused.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<i64>> = text.split('/').map(|number| number.trim().parse().ok()).collect();
        match numbers?.as_slice() {
            &[user, clinic, network] if user.min(clinic).min(network) >= 20 => {
                Some(Self { user, clinic, network })
            }
            _ => None,
        }
    }

    /// Logins of one user in ten minutes, each of which costs a hash: thirty where a user asks as much as is usual. A reception that shares a login begins its day
    /// with a few.
    pub(super) fn logins(self) -> i64 {
        (self.user / 5).max(10)
    }

    /// So many that nobody meets them: a test's clock stands still.
    pub fn none() -> Self {
        Self { user: i64::MAX, clinic: i64::MAX, network: i64::MAX }
    }
}

/// The counters; cheap to clone.
#[derive(Clone)]
pub struct Crowd {
    cache: Cache,
    clock: SharedClock,
    limits: Limits,
    script: Arc<Script>,
    process: Arc<Mutex<HashMap<String, Counted>>>,
    places: RandomState,
}

/// What a process knows of somebody.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    /// Requests it has not told of.
    untold: i64,
    /// Requests it saw in this window.
    seen: i64,
    /// Which window that is.
    window: i64,
    /// Nobody is asked any more in this window.
    refused: bool,
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crowd").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Crowd {
    /// Counters in `cache`.
    pub fn new(cache: Cache, clock: SharedClock, limits: Limits) -> Self {
        let (script, process) = (Arc::new(Script::new(COUNT)), Arc::default());
        Self { cache, clock, limits, script, process, places: RandomState::new() }
    }

    /// How much anybody may ask.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Counts a request of whoever has these claims or, without any, of the network.
    ///
    /// # Errors
    /// [`Problem::TooManyRequests`] with the seconds to wait.
    pub(super) async fn count(&self, claims: Option<&Claims>, network: &str) -> Result<(), Problem> {
        let who = self.who(claims, network);
        let window = Window::of(&*self.clock);
        let wait = match self.note(&who, window) {
            Noted::GoOn => 0,
            Noted::Refused => window.left(),
            Noted::Tell => self.tell(&who, window).await,
        };
        match u64::try_from(wait) {
            Ok(0) | Err(_) => Ok(()),
            Ok(retry_after_seconds) => Err(Problem::TooManyRequests { retry_after_seconds }),
        }
    }

    fn who(&self, claims: Option<&Claims>, network: &str) -> Who {
        let Limits { user, clinic, network: most } = self.limits;
        match claims {
            Some(claims) => {
                let [of_one, of_all] = match claims.aud {
                    Audience::Access => ["pedidos", "pedidos_todos"],
                    // Somebody dismissed may carry it for hours: what it asks is not taken from those who work.
                    Audience::Refresh => ["pedidos_renovacao", "pedidos_renovacao_todos"],
                };
                Who {
                    keys: [
                        Key::limit(of_one, claims.cliente_id, &digest(&claims.sub)),
                        // Operators are of no clinic; together they have as much as one.
                        Key::limit(of_all, claims.cliente_id, "todos"),
                    ],
                    most: [user, clinic],
                }
            }
            None => Who {
                keys: [
                    Key::limit("pedidos_rede", None, &digest(network)),
                    Key::limit("pedidos_rede_ampla", None, &digest(&wide(network))),
                ],
                most: [most, most.saturating_mul(NETWORKS_OF_WIDE)],
            },
        }
    }

    /// Counts in the process.
    fn note(&self, who: &Who, window: Window) -> Noted {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let [key, _] = &who.keys;
        if process.len() >= MOST_REMEMBERED && !process.contains_key(key.as_str()) {
            process.retain(|_, counted| counted.window == window.nth);
            if process.len() >= MOST_REMEMBERED {
                process.clear();
            }
        }
        let counted = process.entry(key.as_str().to_owned()).or_insert_with(|| {
            let place = self.places.hash_one(key.as_str()) % TOLD.unsigned_abs();
            Counted { untold: i64::try_from(place).unwrap_or(0), ..Counted::default() }
        });
        if counted.window != window.nth {
            (counted.window, counted.seen, counted.refused) = (window.nth, 0, false);
        }
        if counted.refused {
            return Noted::Refused;
        }
        (counted.seen, counted.untold) = (counted.seen + 1, counted.untold + 1);
        let [most, _] = who.most;
        if counted.seen > most {
            counted.refused = true;
            return Noted::Refused;
        }
        if counted.untold < TOLD {
            return Noted::GoOn;
        }
        counted.untold = 0;
        Noted::Tell
    }

    /// Tells Redis, and remembers what it answers. Without Redis a process allows by itself a part of what all together may.
    async fn tell(&self, who: &Who, window: Window) -> i64 {
        let answer: Option<bool> = self
            .cache
            .run(&self.script, |call| {
                for key in &who.keys {
                    call.key(key.in_window(window.nth).as_str());
                }
                let [of_one, of_all] = who.most;
                call.arg(TOLD).arg(KEPT).arg(of_one).arg(of_all);
            })
            .await;
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let ([key, _], [most, _]) = (&who.keys, who.most);
        let counted = process.get_mut(key.as_str()).filter(|counted| counted.window == window.nth);
        let refused = answer
            .unwrap_or_else(|| counted.as_ref().is_some_and(|counted| counted.seen > most / STRICT_PART));
        if let (true, Some(counted)) = (refused, counted) {
            counted.refused = true;
        }
        if refused { window.left() } else { 0 }
    }
}

/// The ten seconds a request falls into, the same for all processes.
#[derive(Debug, Clone, Copy)]
struct Window {
    now: i64,
    nth: i64,
}

impl Window {
    fn of(clock: &dyn Clock) -> Self {
        let now = clock.now().as_second();
        Self { now, nth: now.div_euclid(WINDOW) }
    }

    /// Seconds until the next.
    fn left(self) -> i64 {
        WINDOW - self.now.rem_euclid(WINDOW)
    }
}

/// Who is counted, and what they belong to.
struct Who {
    keys: [Key; 2],
    most: [i64; 2],
}

/// What a process says of a request by itself.
enum Noted {
    GoOn,
    Refused,
    Tell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_three_numbers_that_let_a_page_open() {
        let usual = Limits::default();
        let Limits { user, clinic, network } = usual;
        assert_eq!(Limits::parse(&format!("{user}/{clinic}/{network}")), Some(usual));
        assert_eq!(Limits::parse(" 20 / 20/20"), Some(Limits { user: 20, clinic: 20, network: 20 }));
        for wrong in ["", "150", "150/600", "150/600/300/1", "19/600/300", "150/600/-1", "a/b/c", "150//300"]
        {
            assert_eq!(Limits::parse(wrong), None, "{wrong}");
        }
    }
}
