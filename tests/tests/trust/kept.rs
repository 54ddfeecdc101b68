//! Whether what visitors kept and asked for is there as they were told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::Stands;
use crate::history::{Act, By, Entry, Slot, Violation};

/// A request whose time came is closed by the sweep so much later.
const CLOSED_AFTER: i64 = 24 * 60 * 60;

/// A row of `reservas` that a visitor made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: i64,
    /// Whose: of a request the patient's phone, else that of whoever has its token; `-` when nobody was told the token.
    pub(crate) key: String,
    pub(crate) slot: Slot,
    pub(crate) request: bool,
    pub(crate) estado: String,
    /// Until when, on the clinics' own clock in seconds.
    pub(crate) until: i64,
}

/// What may have happened, by the visit it is about.
fn by_key(history: &[Entry]) -> BTreeMap<&str, Vec<usize>> {
    let mut acts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, entry) in history.iter().enumerate().filter(|(_, entry)| entry.may_be()) {
        if let Some(key) = entry.act.key() {
            acts.entry(key).or_default().push(at);
        }
    }
    acts
}

fn rows_of(stands: &Stands, is: impl Fn(&Kept) -> bool) -> BTreeMap<&str, Vec<&Kept>> {
    let mut rows: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
    for row in stands.kept.iter().filter(|row| is(row)) {
        rows.entry(&row.key).or_default().push(row);
    }
    rows
}

/// A room stays with its service; where the history knows it is only asked once.
fn same(one: &Slot, other: &Slot) -> bool {
    (one.clinic, one.medico, one.from, one.to) == (other.clinic, other.medico, other.from, other.to)
}

/// Each request once, where it was asked for, and waiting until somebody decides or its time is over.
pub(crate) fn requests(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    let (acts, rows) = (by_key(history), rows_of(stands, |row| row.request));
    for (key, about) in &acts {
        let asked =
            || about.iter().map(|at| &history[*at]).filter(|entry| matches!(entry.act, Act::Ask { .. }));
        let here = rows.get(key).map(Vec::as_slice).unwrap_or_default();
        let mut wrong = |what: String| found.push(Violation { what, shown_by: about.clone() });
        match (asked().any(Entry::is_done), asked().next().is_some(), here.len()) {
            (true, _, 0) => wrong(format!("{key}: pedido aceito, e não está no banco")),
            (_, false, 1..) => wrong(format!("{key}: pedido que ninguém fez")),
            (_, _, 2..) => wrong(format!("{key}: {} pedidos no banco", here.len())),
            _ => {}
        }
        for row in here {
            let mut there = asked().filter_map(|entry| entry.act.slot());
            if !there.any(|slot| same(&slot, &row.slot)) {
                wrong(format!("{key}: o pedido {} é de outro horário, {:?}", row.id, row.slot));
            }
            let visit = stands.rows.iter().any(|visit| visit.key == *key);
            if let Some(how) = strays(history, about, row, (visit, stands.now)) {
                wrong(format!("{key}: o pedido {} {how}", row.id));
            }
        }
    }
    for (key, _) in rows.iter().filter(|(key, _)| !acts.contains_key(*key)) {
        found.push(crate::check::alone(format!("{key}: pedido que ninguém fez")));
    }
}

/// What nobody's decision explains of a request that is as it is.
fn strays(history: &[Entry], about: &[usize], row: &Kept, (visit, now): (bool, i64)) -> Option<&'static str> {
    let acts = |is: fn(&Act) -> bool| about.iter().map(|at| &history[*at]).filter(move |one| is(&one.act));
    let denied = || acts(|act| matches!(act, Act::Deny { .. }));
    let approved = || acts(|act| matches!(act, Act::Book { by: By::Staff, .. }));
    let (no, yes) = (denied().any(Entry::is_done), approved().any(Entry::is_done));
    let over = row.until + CLOSED_AFTER <= now;
    match row.estado.as_str() {
        "aberta" if no || yes => Some("foi decidido, e ainda espera"),
        "solta" if yes => Some("foi aprovado, e não é consulta"),
        "solta" if denied().next().is_none() && !over => Some("foi encerrado por ninguém"),
        "usada" if no => Some("foi recusado, e é consulta"),
        "usada" if approved().next().is_none() => Some("foi aprovado por ninguém"),
        "usada" if !visit => Some("foi aprovado, e a consulta não está no banco"),
        "aberta" | "solta" | "usada" => None,
        _ => Some("está em um estado que não devia haver"),
    }
}

/// Each time that was kept, once for each time somebody was told so, and kept no more when it was let go, exchanged or booked.
pub(crate) fn holds(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    // A request was a choice first.
    let (acts, rows) = (by_key(history), rows_of(stands, |_| true));
    for (key, about) in &acts {
        let mut wrong = |what: String| found.push(Violation { what, shown_by: about.clone() });
        let here = rows.get(key).map(Vec::as_slice).unwrap_or_default();
        let kept: Vec<&Entry> =
            about.iter().map(|at| &history[*at]).filter(|one| matches!(one.act, Act::Keep { .. })).collect();
        for slot in kept.iter().filter_map(|entry| entry.act.slot()) {
            let told = |one: &&&Entry| one.act.slot().is_some_and(|other| same(&other, &slot));
            let least = kept.iter().filter(told).filter(|one| one.is_done()).count();
            if here.iter().filter(|row| same(&row.slot, &slot)).count() < least {
                wrong(format!("{key}: horário guardado, e não está no banco"));
            }
        }
        let open = || here.iter().filter(|row| row.estado == "aberta" && !row.request);
        if open().count() > 1 {
            wrong(format!("{key}: guarda {} horários de uma vez", open().count()));
        }
        let ends = |is: fn(&Act) -> bool| {
            about.iter().map(|at| &history[*at]).filter(move |one| one.is_done() && is(&one.act))
        };
        let released = ends(|act| matches!(act, Act::Release { .. })).map(|one| one.clock.1).min();
        if let Some(clock) = released
            && open().any(|row| row.until > clock)
        {
            wrong(format!("{key}: horário solto, e ainda guardado"));
        }
        let booked = ends(|act| matches!(act, Act::Book { by: By::Visitor, .. })).next().is_some();
        if booked && !here.iter().any(|row| row.estado == "usada") {
            wrong(format!("{key}: marcada, e o que guardava o horário não diz por quem"));
        }
    }
    for row in &stands.kept {
        if let Some(how) = unasked(history, row) {
            found.push(crate::check::alone(format!("{}: a reserva {} {how}", row.key, row.id)));
        }
    }
}

/// What nobody's act explains of a row.
fn unasked(history: &[Entry], row: &Kept) -> Option<&'static str> {
    let at = |entry: &Entry| entry.may_be() && entry.act.slot().is_some_and(|slot| same(&slot, &row.slot));
    // Who was told no token does not know that it is theirs.
    let own = |entry: &Entry| match row.key.as_str() {
        "-" => !entry.is_done(),
        key => entry.act.key() == Some(key),
    };
    let keeps = |entry: &&Entry| matches!(entry.act, Act::Keep { .. });
    if !history.iter().filter(keeps).any(|entry| at(entry) && own(entry)) {
        return Some("não foi pedida por ninguém");
    }
    let over = |entry: &Entry| {
        let slot = entry.act.slot().filter(|_| entry.may_be() && !entry.keeps());
        entry.act.key() != Some(row.key.as_str()) && slot.is_some_and(|slot| slot.meets(&row.slot))
    };
    (row.estado == "tomada" && !history.iter().any(over)).then_some("foi tomada por ninguém")
}
