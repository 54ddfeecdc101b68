//! Connections to WhatsApp: each clinic's is looked at every few minutes, sooner when something happened to it.
//!
//! A look asks Evolution what the connection is ([`look`]), compares that with what patients and WhatsApp let us hear ([`verdict`]), and when
//! something may have been missed reads what Evolution has kept ([`catch_up`], [`settle`]). A look is taken before anything is asked, so however many
//! sweeps run each clinic is looked at once, and one that fails is looked at again at its time.
//!
//! Evolution may be dead: after a few questions in a row without an answer nobody is asked until the next minute.

mod alerts;
mod catch_up;
mod look;
mod settle;
mod verdict;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::telemetry::emf::{self, Metric};
use shared::tenant::Tenant;

/// Clinics one sweep looks at; there are as many again a minute later.
const MOST_CLINICS: i32 = 400;
/// How long a sweep goes on beginning to look.
const LOOKING: SignedDuration = SignedDuration::from_secs(8);
/// Questions in a row without an answer, after which Evolution is left alone.
const MOST_SILENT: usize = 3;

/// Looks after every clinic whose turn it is.
///
/// # Errors
/// When the clinics can't be listed.
pub(crate) async fn look_after(parts: &WorkerParts) -> Result<(), Problem> {
    let now = parts.clock.now();
    let due = parts.tenants.with_connection_due(now, MOST_CLINICS).await?;
    let round = Round {
        until: now + LOOKING,
        clinics: Mutex::new(due.into_iter().collect()),
        silent: AtomicUsize::new(0),
    };
    let place = || Box::pin(serve(parts, &round));
    tokio::join!(place(), place(), place(), place());
    if round.broken() {
        tracing::error!("evolution does not answer; connections are looked at again in a minute");
    }
    Ok(())
}

/// How many clinics are disconnected, for whoever watches over all of them: told each minute, none too. Not told is the alarm of a sweep that does
/// not run.
pub(crate) async fn disconnected(parts: &WorkerParts) -> Option<u64> {
    match parts.tenants.disconnected().await {
        Ok(count) => {
            emf::tell(None, &[Metric::count("DisconnectedInstances", count)]);
            Some(count)
        }
        Err(problem) => {
            tracing::error!(codigo = problem.codigo(), "nobody knows how many clinics are disconnected");
            None
        }
    }
}

/// The clinics of a sweep, and how Evolution is.
struct Round {
    until: Timestamp,
    clinics: Mutex<VecDeque<Tenant>>,
    silent: AtomicUsize,
}

impl Round {
    fn next(&self, now: Timestamp) -> Option<Tenant> {
        if now >= self.until || self.broken() {
            return None;
        }
        self.clinics.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn broken(&self) -> bool {
        self.silent.load(Ordering::Relaxed) >= MOST_SILENT
    }

    fn answered(&self, answered: bool) {
        if answered {
            self.silent.store(0, Ordering::Relaxed);
        } else {
            self.silent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn serve(parts: &WorkerParts, round: &Round) {
    while let Some(tenant) = round.next(parts.clock.now()) {
        match look::look(parts, &tenant, round.until).await {
            Ok(look::Looked::Answered) => round.answered(true),
            Ok(look::Looked::Unanswered) => round.answered(false),
            Ok(look::Looked::NotOurs) => {}
            Err(problem) => {
                tracing::error!(cliente.id = %tenant.cliente_id(), codigo = problem.codigo(), "a connection was not looked after");
            }
        }
    }
}
