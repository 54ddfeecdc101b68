//! Tells the ledger what happens at clinics, so that their months can be read while they run.
//!
//! What Postgres keeps is an event with the name of its row: [`TenantTx`](crate::db::TenantTx) collects them, [`Db::in_tenant`](crate::db::Db::in_tenant)
//! hands them over after the commit, so what is rolled back never happened, and a repeated message, which makes no row, is no event.
//! Requests are counted by the gate's routes. Both wait in the process and go to DynamoDB in batches: a worker flushes at the end of a
//! batch or a sweep and waits for it, a function that answers people starts a flush now and then and waits for none, so no request is slower, or fails,
//! because of it.
//!
//! A flush that fails is tried again with the same names, so it counts once. What a process has not flushed when it ends is lost: Lambda
//! freezes one between requests and ends it without a word. Of what Postgres knows the night's reconciliation finds it; requests may be too few, by
//! at most [`MANY`] for each process that ended or what came since its last flush, never too many.

mod running;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::db::agendamentos::Canal;
use crate::id::ClienteId;
use crate::ledger::Ledger;
use crate::ledger::counters::Happened;
use crate::telemetry::emf;

pub use running::UsoCorrente;

/// So many things wait at most before a flush is due …
pub const MANY: u64 = 100;
/// … or for so long.
const LONG: SignedDuration = SignedDuration::from_secs(20);
/// Events that wait at most while the ledger does not answer; what comes after them is the night's to find.
const MOST: usize = 5_000;
/// Clinics whose zone is remembered.
const MOST_ZONES: usize = 5_000;
/// How long a worker waits for a flush.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is counted. Its name is that of the sum and of the column in `uso_mensal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message of a patient, by the id of its row.
    Received,
    /// A message to a patient, by the id of its row.
    Sent,
    /// A conversation in which something was said in the month, by the id of its row and the month.
    Conversation,
    /// An appointment that was made, by the id of its row.
    Booked(Canal),
    /// Requests at the clinic's address, by a name given when they leave the process.
    Request,
}

impl Kind {
    /// The name of its sum.
    pub fn sum(self) -> &'static str {
        match self {
            Self::Received => "mensagens_recebidas",
            Self::Sent => "mensagens_enviadas",
            Self::Conversation => "conversas",
            Self::Booked(Canal::Painel) => "marcados_painel",
            Self::Booked(Canal::Whatsapp) => "marcados_whatsapp",
            Self::Booked(Canal::Site) => "marcados_site",
            Self::Booked(Canal::Sistema) => "marcados_sistema",
            Self::Request => "requisicoes",
        }
    }

    /// The name of its metric; requests have their own line each.
    fn metric(self) -> Option<&'static str> {
        match self {
            Self::Received => Some("MessagesIn"),
            Self::Sent => Some("MessagesOut"),
            Self::Conversation => Some("Conversations"),
            Self::Booked(Canal::Painel) => Some("AppointmentsPainel"),
            Self::Booked(Canal::Whatsapp) => Some("AppointmentsWhatsapp"),
            Self::Booked(Canal::Site) => Some("AppointmentsSite"),
            Self::Booked(Canal::Sistema) => Some("AppointmentsSistema"),
            Self::Request => None,
        }
    }
}

/// Something a transaction did, with the month it counts in.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    /// What.
    pub(crate) kind: Kind,
    /// The name of its row.
    pub(crate) id: String,
    /// `2026-11`, in the clinic's zone.
    pub(crate) month: String,
}

/// The month an instant is in, as the ledger names it.
pub fn month(zone: &TimeZone, at: Timestamp) -> String {
    zone.to_datetime(at).strftime("%Y-%m").to_string()
}

/// What waits to be counted; cheap to clone, and all clones are one.
#[derive(Clone)]
pub struct Meter(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    clock: SharedClock,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: Vec<(ClienteId, String, Happened)>,
    requests: BTreeMap<(ClienteId, String), u64>,
    /// Of all clinics, since the last flush; what did not leave is not told again.
    metrics: BTreeMap<Kind, u64>,
    since: Option<Timestamp>,
    zones: HashMap<ClienteId, TimeZone>,
}

impl Waiting {
    fn many(&self) -> u64 {
        let events = u64::try_from(self.events.len()).unwrap_or(u64::MAX);
        self.requests.values().fold(events, |all, one| all.saturating_add(*one))
    }
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter").field("waiting", &self.waiting().many()).finish()
    }
}

impl Meter {
    /// Counts into `ledger`.
    pub fn new(ledger: Ledger, clock: SharedClock) -> Self {
        Self(Arc::new(Inner { ledger, clock, waiting: Mutex::default() }))
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what a committed transaction did, and the clinic's zone as it is now.
    pub(crate) fn take(&self, cliente: ClienteId, zone: &TimeZone, noted: Vec<Noted>) {
        let now = self.0.clock.now();
        let mut waiting = self.waiting();
        if waiting.zones.len() < MOST_ZONES || waiting.zones.contains_key(&cliente) {
            waiting.zones.insert(cliente, zone.clone());
        }
        for Noted { kind, id, month } in noted {
            *waiting.metrics.entry(kind).or_default() += 1;
            if waiting.events.len() < MOST {
                waiting.events.push((cliente, month, Happened { sum: kind.sum(), id, amount: 1 }));
            }
            waiting.since.get_or_insert(now);
        }
    }

    /// Counts a request at a clinic's address; in the clinic's month, or until its zone is known here in Brasília's.
    pub(crate) fn request(&self, cliente: ClienteId) {
        let now = self.0.clock.now();
        let mut waiting = self.waiting();
        let month = match waiting.zones.get(&cliente) {
            Some(zone) => month(zone, now),
            None => month(&TimeZone::fixed(jiff::tz::offset(-3)), now),
        };
        *waiting.requests.entry((cliente, month)).or_default() += 1;
        waiting.since.get_or_insert(now);
    }

    /// Starts a flush when one is due, and waits for none. Outside an async runtime nothing is started.
    pub(crate) fn flush_if_due(&self) {
        let now = self.0.clock.now();
        let due = {
            let waiting = self.waiting();
            waiting.many() >= MANY || waiting.since.is_some_and(|since| now.duration_since(since) >= LONG)
        };
        if let (true, Ok(runtime)) = (due, tokio::runtime::Handle::try_current()) {
            // So that what comes meanwhile starts no second one.
            self.waiting().since = None;
            let meter = self.clone();
            runtime.spawn(async move { meter.flush().await });
        }
    }

    /// Counts what waits; what could not be counted waits on. For workers, which call it at their end: never longer than some seconds.
    pub async fn flush_in_time(&self) {
        if tokio::time::timeout(PATIENCE, self.flush()).await.is_err() {
            tracing::warn!("what was used was not counted in time");
        }
    }

    /// Counts what waits; what could not be counted waits on.
    pub async fn flush(&self) {
        let mut left = Left { meter: self, events: self.drain() };
        while let Some((cliente, month)) = left.next() {
            let events: Vec<Happened> = left.of(cliente, &month).cloned().collect();
            if let Err(problem) = self.0.ledger.add_events(cliente, &month, &events).await {
                tracing::warn!(codigo = problem.codigo(), "what was used is counted later");
                return;
            }
            left.events.retain(|(of, at, _)| (*of, at) != (cliente, &month));
        }
    }

    /// Everything that waits, requests with a name from now on, and its metrics on a line.
    fn drain(&self) -> Vec<(ClienteId, String, Happened)> {
        let mut waiting = self.waiting();
        let mut events = std::mem::take(&mut waiting.events);
        for ((cliente, month), amount) in std::mem::take(&mut waiting.requests) {
            let id = Uuid::now_v7().to_string();
            events.push((cliente, month, Happened { sum: Kind::Request.sum(), id, amount }));
        }
        waiting.since = None;
        let metrics = std::mem::take(&mut waiting.metrics);
        drop(waiting);
        let metrics: Vec<emf::Metric> = metrics
            .into_iter()
            .filter_map(|(kind, amount)| Some(emf::Metric::count(kind.metric()?, amount)))
            .collect();
        if !metrics.is_empty() {
            emf::tell(None, &metrics);
        }
        events
    }
}

/// What a flush has not counted yet; it goes back when the flush fails, or is given up.
struct Left<'a> {
    meter: &'a Meter,
    events: Vec<(ClienteId, String, Happened)>,
}

impl Left<'_> {
    fn next(&self) -> Option<(ClienteId, String)> {
        self.events.first().map(|(cliente, month, _)| (*cliente, month.clone()))
    }

    fn of(&self, cliente: ClienteId, month: &str) -> impl Iterator<Item = &Happened> {
        self.events.iter().filter(move |(of, at, _)| *of == cliente && at == month).map(|(.., event)| event)
    }
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if self.events.is_empty() {
            return;
        }
        let now = self.meter.0.clock.now();
        let mut waiting = self.meter.waiting();
        let room = MOST.saturating_sub(waiting.events.len());
        waiting.events.extend(self.events.drain(..).take(room));
        waiting.since.get_or_insert(now);
    }
}
