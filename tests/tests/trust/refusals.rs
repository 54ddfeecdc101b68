//! Whether each refusal had a cause. A table says what may be refused how; whatever is not in it, may not.

use std::collections::BTreeSet;

use shared::agenda::hold::KEPT_FOR;
use shared::agenda::online::CODE_LIVES;

use crate::check::{Stands, Version};
use crate::faults::Fault;
use crate::history::{Act, By, End, Entry, Slot, Violation};
use crate::outages::{LATE, micros};

/// How many codes a clinic sends in an hour, of which a run is a part, and how many without Redis (`SENDING_BY_CLINIC` of the public page).
const CODES: [usize; 2] = [60, 15];

/// Patients begin at each of these minutes; staff whenever it likes.
const GRID: i64 = 30;

/// Why something may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Somebody has the time, or perhaps has it.
    Taken,
    /// What was kept is kept no more.
    Expired,
    /// Somebody decided on the request, or its time came.
    Decided,
    /// The visit was called off.
    CalledOff,
    /// Patients are offered other starts.
    OffGrid,
    /// The clinic sent as many codes as it may.
    Codes,
    /// The session is of another time.
    Jumped,
}

/// What may be refused how, and why.
fn may_be(act: &Act, status: u16, codigo: &str) -> Option<Cause> {
    let (staff, visitor) = (act.by() == Some(By::Staff), act.by() == Some(By::Visitor));
    let wants = act.slot().is_some();
    match (status, codigo) {
        (409, "horario_ocupado") => wants.then_some(Cause::Taken),
        (409, "reserva_vencida") => {
            let goes_on = matches!(act, Act::Code { .. } | Act::Ask { .. });
            (goes_on || visitor).then_some(Cause::Expired)
        }
        (409, "pedido_encerrado") => {
            let decides = staff && matches!(act, Act::Book { .. }) || matches!(act, Act::Deny { .. });
            decides.then_some(Cause::Decided)
        }
        (409, "mudanca_de_status_invalida") => matches!(act, Act::Move { .. }).then_some(Cause::CalledOff),
        (422, "horario_indisponivel") => matches!(act, Act::Keep { .. }).then_some(Cause::OffGrid),
        (429, "muitos_codigos") => matches!(act, Act::Code { .. }).then_some(Cause::Codes),
        (401, "nao_autenticado") => {
            let signed = matches!(act, Act::Cancel { .. } | Act::Deny { .. } | Act::Look);
            (staff || signed).then_some(Cause::Jumped)
        }
        _ => None,
    }
}

/// Each refusal had a cause.
pub(crate) fn refusals(history: &[Entry], stands: &Stands, versions: &[Version], found: &mut Vec<Violation>) {
    for (at, entry) in history.iter().enumerate() {
        let End::Refused(status @ ..500, codigo) = &entry.end else { continue };
        let caused =
            may_be(&entry.act, *status, codigo).is_some_and(|cause| match (cause, entry.act.slot()) {
                (Cause::Taken, Some(slot)) => is_taken(history, entry, slot, versions, stands),
                (Cause::OffGrid, Some(slot)) => slot.from % GRID != 0,
                (Cause::Taken | Cause::OffGrid, None) => false,
                (Cause::Expired, _) => is_expired(history, at, stands),
                (Cause::Decided, slot) => {
                    let is = |act: &Act| matches!(act, Act::Deny { .. } | Act::Book { by: By::Staff, .. });
                    changed(history, at, is) || slot.is_some_and(|slot| slot.from * 60 <= entry.clock.1)
                }
                (Cause::CalledOff, _) => changed(history, at, |act| matches!(act, Act::Cancel { .. })),
                (Cause::Codes, _) => are_many(history, entry, stands),
                (Cause::Jumped, _) => of_clock(entry, stands),
            });
        if !caused {
            let what = format!("recusa {status} {codigo} sem causa");
            found.push(Violation { what, shown_by: around(history, at) });
        }
    }
}

/// Whether the clocks jumped meanwhile, or shortly before: whoever has a session of another time asks for one of this.
fn of_clock(entry: &Entry, stands: &Stands) -> bool {
    let jumped = |fault: Fault| fault == Fault::Clock;
    stands.outages.iter().any(|one| jumped(one.fault) && entry.meets(one.from, one.to + micros(LATE)))
}

/// Whether somebody else perhaps changed the same visit so before this was answered.
fn changed(history: &[Entry], at: usize, is: impl Fn(&Act) -> bool) -> bool {
    let entry = &history[at];
    let other = |other: &Entry| {
        other.act.key() == entry.act.key() && is(&other.act) && other.may_be() && other.from < entry.to
    };
    history.iter().enumerate().any(|(nth, one)| nth != at && other(one))
}

/// For how many seconds such an act keeps a time.
fn lives(act: &Act) -> i64 {
    if matches!(act, Act::Code { .. }) { CODE_LIVES } else { KEPT_FOR }.as_secs()
}

/// Whether what a visitor kept was over by the clock, or its request refused.
fn is_expired(history: &[Entry], at: usize, stands: &Stands) -> bool {
    let entry = &history[at];
    let own = |other: &&Entry| other.keeps() && other.may_be() && other.act.key() == entry.act.key();
    let before: Vec<&Entry> = history.iter().filter(own).filter(|other| other.to <= entry.from).collect();
    // The last one counts, and those after it of which nobody knows.
    let last = before.iter().filter(|one| one.is_done()).map(|one| one.to).max().unwrap_or_default();
    let mut last = before.iter().filter(|one| one.to >= last);
    let over = last.any(|one| one.clock.0 + lives(&one.act) <= entry.clock.1);
    over || of_clock(entry, stands) || changed(history, at, |act| matches!(act, Act::Deny { .. }))
}

/// Whether a clinic had sent as many codes as it may.
fn are_many(history: &[Entry], entry: &Entry, stands: &Stands) -> bool {
    let sent = |one: &&Entry| {
        matches!(one.act, Act::Code { .. })
            && one.clinic == entry.clinic
            // Counted before it is known whether the time is still there.
            && !matches!(one.end, End::Refused(429, _))
            && one.from < entry.to
    };
    let sent = history.iter().filter(sent).count();
    let strict = stands.outages.iter().any(|one| one.fault == Fault::Redis && one.from < entry.to);
    sent >= CODES[usize::from(strict)]
}

/// Whether somebody perhaps had the time that was refused.
fn is_taken(history: &[Entry], entry: &Entry, slot: Slot, versions: &[Version], stands: &Stands) -> bool {
    // A clock that was set back is before what was kept by the one that ran on.
    let jumped = stands.outages.iter().any(|outage| outage.fault == Fault::Clock);
    let staff = matches!(entry.act, Act::Book { by: By::Staff, .. } | Act::Move { by: By::Staff, .. });
    // What a visitor kept the clinic gives away, and says so when they go on: who has it then may be gone already.
    let kept = |other: &&Entry| {
        other.keeps()
            && other.may_be()
            && other.act.key() == entry.act.key()
            && other.act.slot() == Some(slot)
    };
    let since =
        history.iter().filter(kept).map(|other| other.from).min().unwrap_or(entry.from).min(entry.from);
    let by_versions = versions.iter().any(|version| {
        let made = &history[version.entry];
        version.slot.meets(&slot)
            && made.act.key() != entry.act.key()
            && version.perhaps.0 < entry.to
            && since < version.perhaps.1
            // Staff books over what a visitor chose, which is kept for its minutes only.
            && !(made.keeps() && (staff || !jumped && made.clock.1 + lives(&made.act) + 1 < entry.clock.0))
    });
    let by_choices = stands.choices.iter().any(|choice| {
        choice.slot.meets(&slot)
            && (jumped || choice.clock.0 <= entry.clock.1)
            && entry.clock.0 <= choice.clock.1
    });
    by_versions || by_choices
}

/// An entry with what happened before at its place, to whom was there.
fn around(history: &[Entry], at: usize) -> Vec<usize> {
    let entry = &history[at];
    let Some(slot) = entry.act.slot() else { return vec![at] };
    let there = |other: &&Entry| other.act.slot().is_some_and(|place| place.meets(&slot));
    let keys: BTreeSet<&str> = history.iter().filter(there).filter_map(|other| other.act.key()).collect();
    let about =
        |other: &Entry| other.from < entry.to && other.act.key().is_some_and(|key| keys.contains(key));
    let mut near: Vec<usize> = (0..history.len()).filter(|other| about(&history[*other])).collect();
    near.sort_by_key(|other| history[*other].from);
    near.split_off(near.len().saturating_sub(SHOWN))
}

/// How many entries show a refusal without a cause.
const SHOWN: usize = 12;
