//! What was missing and when: what may be refused for it, and that everything goes on once it is there again.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::{Stands, alone};
use crate::faults::Fault;
use crate::history::{End, Entry, Violation};

/// From when something was taken away until it was given back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outage {
    pub(crate) fault: Fault,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// Who asks so soon after something was given back may still be refused for it: a connection that broke is noticed by whoever takes it from the
/// pool next, and a store that just came back has all of them made anew at once.
pub(crate) const GRACE: Duration = Duration::from_secs(1);
/// An answer by WhatsApp may be late for longer: what could not leave is tried again later and later, what is in doubt waits until its sender's time
/// (a minute of the clinics' clock, two seconds) is over and the sweep asks.
pub(crate) const LATE: Duration = Duration::from_secs(10);
/// How soon after something was given back somebody must have booked or kept a time. What was measured is below a second; twenty are what a person
/// waits who presses a button again.
pub(crate) const RECOVERS: Duration = Duration::from_secs(20);

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Outage {
    /// Whether an answer like this is this outage's.
    fn excuses(&self, entry: &Entry, codigo: &str) -> bool {
        let grace = match codigo {
            "indisponivel" if self.fault.refuses() => GRACE,
            DIED if self.fault == Fault::Killed => Duration::ZERO,
            SILENCE => LATE,
            _ => return false,
        };
        entry.meets(self.from, self.to.saturating_add(micros(grace)))
    }
}

/// Nobody answered on a phone; whoever was to answer a request died.
pub(crate) const SILENCE: &str = "sem resposta";
pub(crate) const DIED: &str = "quem respondia morreu";

/// No answer that is nobody's, but for what was missing just then, or while the machine itself stood still.
pub(crate) fn unknown(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    for (at, entry) in history.iter().enumerate() {
        let wrong = match &entry.end {
            End::Refused(500.., _) => true,
            End::Unknown(codigo) => {
                let known = ["indisponivel", SILENCE].contains(&codigo.as_str());
                let stopped = known && stands.stopped.iter().any(|(from, to)| entry.meets(*from, *to));
                !stopped && !stands.outages.iter().any(|outage| outage.excuses(entry, codigo))
            }
            _ => false,
        };
        if wrong {
            found.push(Violation { what: "resposta que não devia haver".to_owned(), shown_by: vec![at] });
        }
    }
}

/// How long after a moment somebody was first told that a time is theirs, among those who asked after it.
pub(crate) fn back(history: &[Entry], healed: u64) -> Option<u64> {
    let booked = |entry: &&Entry| entry.is_done() && entry.act.slot().is_some() && entry.from >= healed;
    history.iter().filter(booked).map(|entry| entry.to - healed).min()
}

/// What was given back serves again, soon.
pub(crate) fn recovery(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    for Outage { fault, to, .. } in &stands.outages {
        if back(history, *to).is_none_or(|after| after > micros(RECOVERS)) {
            found.push(alone(format!("passada a falha ({}), ninguém marcou em {RECOVERS:?}", fault.words())));
        }
    }
}
