//! What is due at every clinic is written, one clinic after the other, and none of them takes the time of the others: each has seconds, all together have
//! some, and what leaves begins to leave whatever was written by then.
//!
//! A clinic may have come to hold so much, or keep locked what is to be written, that no time is enough. What it had done by then stays done, and in
//! the next sweeps it is the last ([`varreduras`]).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::db::varreduras;
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::Ignored as _;
use shared::tenant::Tenant;

use crate::{forget, limits, missed, offers, quiet, remind};

/// How long after its beginning another clinic is begun; the rest are the next sweep's. With what the last one may take on top, half of the time until
/// nothing more is sent is left.
const WRITING: SignedDuration = SignedDuration::from_secs(12);
/// How long a clinic goes on beginning.
const OF_A_CLINIC: SignedDuration = SignedDuration::from_millis(2500);
/// How long one transaction of a clinic may take, above what a statement of it may.
const BRIEFLY: Duration = Duration::from_secs(4);
/// How long a clinic may take, all in all: the longest transaction, begun at the last moment.
const AT_MOST: Duration = Duration::from_millis(6500);

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) lembretes: usize,
    pub(crate) ofertas: usize,
}

/// Everything due at these clinics, as far as there is time.
pub(crate) async fn write_all(parts: &WorkerParts, tenants: &[Tenant]) -> Written {
    let parts = WorkerParts { db: parts.db.hurried(), ..parts.clone() };
    let until = parts.clock.now() + WRITING;
    let mut written = Written::default();
    for (nth, tenant) in tenants.iter().enumerate() {
        if parts.clock.now() >= until {
            tracing::warn!(
                clinicas = tenants.len() - nth,
                "no time is left to write; the rest are the next sweep's"
            );
            break;
        }
        let share = Share { parts: &parts, tenant, until: parts.clock.now() + OF_A_CLINIC };
        let taken = tokio::time::timeout(AT_MOST, share.take(&mut written)).await;
        if !matches!(taken, Ok(Ok(()))) {
            tracing::warn!(cliente.id = %tenant.cliente_id(), "takes too long; it is the last for a while");
            let now = parts.clock.now();
            let noted = parts.db.in_tenant(tenant, async |tx| varreduras::was_slow(tx, now).await);
            briefly(noted).await.ignored("a clinic that takes too long; it may be the first again");
        }
    }
    written
}

/// A clinic's share of the time.
pub(crate) struct Share<'a> {
    pub(crate) parts: &'a WorkerParts,
    pub(crate) tenant: &'a Tenant,
    until: Timestamp,
}

/// The clinic took too long, which was said.
pub(crate) struct TooSlow;

impl Share<'_> {
    /// Whether there is time for one more transaction.
    pub(crate) fn goes_on(&self) -> bool {
        self.parts.clock.now() < self.until
    }

    /// The steps, what the patients wait for first and what may search for long last. One that fails does not stop the next; one that takes too long
    /// does.
    async fn take(&self, written: &mut Written) -> Result<(), TooSlow> {
        let (parts, tenant) = (self.parts, self.tenant);
        let reminded = remind::step(self, &mut written.lembretes).await;
        self.ended("reminders", reminded)?;
        let offered = briefly(offers::step(parts, tenant)).await.map(|count| written.ofertas += count);
        self.ended("offers", offered)?;
        self.ended("going on with the waiting list", offers::go_on(self).await)?;
        self.ended("waking what waited for the morning", briefly(quiet::step(parts, tenant)).await)?;
        let forgot = briefly(forget::step(parts, tenant)).await;
        self.ended("forgetting old idempotency keys, codes, e-mails, links and holds", forgot)?;
        self.ended("looking at the limits of a plan", briefly(limits::step(parts, tenant)).await)?;
        let missed = missed::step(self, &mut written.lembretes).await;
        self.ended("words to who did not come", missed)
    }

    /// A step is over; what did not answer in time is not asked for more.
    fn ended(&self, step: &str, done: Result<(), Problem>) -> Result<(), TooSlow> {
        let Err(problem) = done else { return Ok(()) };
        tracing::error!(cliente.id = %self.tenant.cliente_id(), codigo = problem.codigo(), "{step} failed");
        if matches!(problem, Problem::Unavailable) { Err(TooSlow) } else { Ok(()) }
    }
}

/// One transaction, for no longer than it may take: what it did is undone then.
pub(crate) async fn briefly<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    tokio::time::timeout(BRIEFLY, work).await.unwrap_or(Err(Problem::Unavailable))
}
