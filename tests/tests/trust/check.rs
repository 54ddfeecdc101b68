//! Whether what clients were told and what stands agree. Pure: a history and what was read of the stores in, violations out, so that histories made
//! up by hand can show that each rule can be broken (`doctored`).
//!
//! Nobody knows when between its question and its answer something took effect. So a visit *surely* stood from the answer that made it to the
//! question that changed it, and *perhaps* from the question that made it to the answer that changed it: two that surely stood at once must
//! have room for both, and a refusal needs somebody who perhaps stood in its way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::history::{Act, Entry, Slot, Violation};
use crate::kept::{Kept, holds, requests};
use crate::outages::{Outage, recovery, unknown};
use crate::refusals::refusals;

/// A visit as the database has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) slot: Slot,
    pub(crate) stands: bool,
}

/// A time a conversation kept, of which its phone knows nothing; on the clinics' own clock in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) slot: Slot,
    pub(crate) clock: (i64, i64),
}

/// What the stores and WhatsApp hold when all is quiet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Stands {
    pub(crate) rows: Vec<Row>,
    pub(crate) choices: Vec<Choice>,
    /// What visitors kept and asked for.
    pub(crate) kept: Vec<Kept>,
    /// The clinics' own clock, in seconds.
    pub(crate) now: i64,
    /// How many patients each professional sees at once.
    pub(crate) seats: BTreeMap<i64, usize>,
    /// Ids of messages in the threads.
    pub(crate) heard: Vec<String>,
    /// What the outboxes say they sent, and what WhatsApp was given: clinic, number, text.
    pub(crate) sent: Vec<(usize, String, String)>,
    pub(crate) arrived: Vec<(usize, String, String)>,
    /// Messages in another state than sent or called off.
    pub(crate) stuck: Vec<String>,
    /// A sum, what the ledger says and what Postgres says.
    pub(crate) sums: Vec<(String, i64, i64)>,
    /// What is written in one clinic and belongs to the other.
    pub(crate) foreign: Vec<String>,
    /// What was taken away, and when.
    pub(crate) outages: Vec<Outage>,
    /// Steps at which somebody should have died, and nobody did.
    pub(crate) unkilled: Vec<String>,
    /// When everybody was stopped at once, stores and all: who was at it then may have given up.
    pub(crate) stopped: Vec<(u64, u64)>,
}

/// When a visit, or a choice, had which time.
pub(crate) struct Version {
    pub(crate) entry: usize,
    pub(crate) key: String,
    pub(crate) slot: Slot,
    pub(crate) surely: (u64, u64),
    pub(crate) perhaps: (u64, u64),
}

pub(crate) fn check(history: &[Entry], stands: &Stands) -> Vec<Violation> {
    let mut found = Vec::new();
    let versions = versions(history);
    rows_overlap(stands, &mut found);
    clients_overlap(stands, &versions, &mut found);
    visits(history, stands, &mut found);
    moved_when_gone(history, &mut found);
    requests(history, stands, &mut found);
    holds(history, stands, &mut found);
    refusals(history, stands, &versions, &mut found);
    unknown(history, stands, &mut found);
    recovery(history, stands, &mut found);
    answers(history, &mut found);
    messages(history, stands, &mut found);
    for (sum, ledger, truth) in stands.sums.iter().filter(|(_, ledger, truth)| ledger != truth) {
        found.push(alone(format!("o contador {sum} diz {ledger}, aconteceu {truth}")));
    }
    found.extend(stands.unkilled.iter().map(|step| alone(format!("ninguém morreu em {step}"))));
    found.extend(stands.foreign.iter().map(|what| alone(format!("de outra clínica: {what}"))));
    found
}

pub(crate) fn alone(what: String) -> Violation {
    Violation { what, shown_by: Vec::new() }
}

/// Every time every visit had.
fn versions(history: &[Entry]) -> Vec<Version> {
    let mut by_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, entry) in history.iter().enumerate().filter(|(_, entry)| entry.may_be()) {
        if let Some(key) = entry.act.key() {
            by_key.entry(key).or_default().push(at);
        }
    }
    let mut versions = Vec::new();
    for (key, all) in &by_key {
        for (nth, &at) in all.iter().enumerate() {
            let (entry, Some(slot)) = (&history[at], history[at].act.slot()) else { continue };
            // Asked for again under one key, it is one visit.
            let once = matches!(entry.act, Act::Book { .. } | Act::Ask { .. });
            let (same, others): (Vec<&Entry>, Vec<&Entry>) =
                all.iter().map(|other| &history[*other]).partition(|other| other.act == entry.act);
            if once && all[..nth].iter().any(|before| history[*before].act == entry.act) {
                continue;
            }
            let same = if once { same } else { vec![entry] };
            let from = same.iter().map(|one| one.from).min().unwrap_or(entry.from);
            let done = same.iter().filter(|one| one.is_done()).map(|one| one.to).min();
            let asked = done.unwrap_or(u64::MAX);
            let until = others.iter().filter(|other| other.to > from).map(|other| other.from).min();
            // What a visitor keeps is nobody's for sure: the clinic may give it away.
            let asked = if entry.keeps() { u64::MAX } else { asked };
            let last = same.iter().map(|one| one.to).max().unwrap_or(entry.to);
            let follows = others.iter().filter(|other| other.from >= last && other.is_done());
            let gone = follows.map(|other| other.to).min();
            let (surely, perhaps) = ((asked, until.unwrap_or(u64::MAX)), (from, gone.unwrap_or(u64::MAX)));
            versions.push(Version { entry: at, key: (*key).to_owned(), slot, surely, perhaps });
        }
    }
    versions
}

/// More than fit, of what stands at the end.
fn rows_overlap(stands: &Stands, found: &mut Vec<Violation>) {
    let standing: Vec<&Row> = stands.rows.iter().filter(|row| row.stands).collect();
    for row in &standing {
        let at = row.slot.from;
        let there: Vec<&&Row> = standing
            .iter()
            .filter(|other| other.slot.meets(&row.slot) && other.slot.from <= at && at < other.slot.to)
            .collect();
        let with = there.iter().filter(|other| other.slot.medico == row.slot.medico).count();
        let rooms = there.iter().filter(|other| other.slot.room && row.slot.room).count();
        if with > stands.seats.get(&row.slot.medico).copied().unwrap_or(1) || rooms > 1 {
            let ids: Vec<i64> = there.iter().map(|other| other.id).collect();
            found.push(alone(format!("no banco, as consultas {ids:?} estão no mesmo horário")));
        }
    }
}

/// More than fit, of what clients knew to stand at one moment, though it was called off later.
fn clients_overlap(stands: &Stands, versions: &[Version], found: &mut Vec<Violation>) {
    let sure: Vec<&Version> = versions.iter().filter(|version| version.surely.0 < version.surely.1).collect();
    for one in &sure {
        // Of boxes in time and agenda that meet, the latest beginnings are a point of all.
        let near: Vec<&Version> = sure
            .iter()
            .copied()
            .filter(|other| other.slot.meets(&one.slot) && other.surely.0 <= one.surely.0)
            .filter(|other| one.surely.0 < other.surely.1)
            .collect();
        for point in near.iter().map(|version| version.slot.from) {
            let meets = |version: &&Version| version.slot.from <= point && point < version.slot.to;
            let there: Vec<&Version> = near.iter().copied().filter(meets).collect();
            let with =
                visits_of(there.iter().copied().filter(|version| version.slot.medico == one.slot.medico));
            let rooms = visits_of(there.iter().copied().filter(|version| version.slot.room && one.slot.room));
            let seats = stands.seats.get(&one.slot.medico).copied().unwrap_or(1);
            for (many, most) in [(with, seats), (rooms, 1)] {
                if many.len() > most && many.contains_key(one.key.as_str()) {
                    let what = format!("{} consultas ao mesmo tempo, cabe(m) {most}", many.len());
                    found.push(Violation { what, shown_by: many.into_values().collect() });
                }
            }
        }
    }
}

/// The visits these are of, each once: one that is moved to where it is stands there twice, and takes one seat.
fn visits_of<'a>(versions: impl Iterator<Item = &'a Version>) -> BTreeMap<&'a str, usize> {
    versions.map(|version| (version.key.as_str(), version.entry)).collect()
}

/// Each visit once, where and how its history says.
fn visits(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &stands.rows {
        rows.entry(&row.key).or_default().push(row);
    }
    let mut acts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let of_visits = |entry: &Entry| entry.may_be() && !entry.keeps();
    for (at, entry) in history.iter().enumerate().filter(|(_, entry)| of_visits(entry)) {
        if let Some(key) = entry.act.key() {
            acts.entry(key).or_default().push(at);
        }
    }
    for (key, rows) in &rows {
        let about = acts.get(key).cloned().unwrap_or_default();
        let made = about.iter().any(|at| matches!(history[*at].act, Act::Book { .. }));
        if rows.len() > 1 || !made {
            let what = format!("{key}: {} consultas no banco, pedida: {made}", rows.len());
            found.push(Violation { what, shown_by: about.clone() });
        }
        for row in rows {
            if let Some(what) = differs(history, &about, row) {
                found.push(Violation { what, shown_by: about.clone() });
            }
        }
    }
    for (key, about) in &acts {
        let promised =
            about.iter().any(|at| matches!(history[*at].act, Act::Book { .. }) && history[*at].is_done());
        if promised && !rows.contains_key(key) {
            let what = format!("{key}: marcada, e não está no banco");
            found.push(Violation { what, shown_by: about.clone() });
        }
    }
}

/// Whether no order of what may have been last leaves the row as it is.
fn differs(history: &[Entry], about: &[usize], row: &Row) -> Option<String> {
    let last = |at: &usize| {
        let entry = &history[*at];
        !about.iter().any(|other| history[*other].is_done() && history[*other].from >= entry.to)
    };
    let ended: Vec<&usize> =
        about.iter().filter(|at| matches!(history[**at].act, Act::Cancel { .. })).collect();
    let surely_ended = ended.iter().any(|at| history[**at].is_done());
    if row.stands && surely_ended {
        return Some(format!("{}: cancelada, e a consulta {} está de pé", row.key, row.id));
    }
    if !row.stands && ended.is_empty() {
        return Some(format!("{}: ninguém cancelou, e a consulta {} não está de pé", row.key, row.id));
    }
    let times: Vec<Slot> =
        about.iter().filter(|at| last(at)).filter_map(|at| history[*at].act.slot()).collect();
    // A room stays with its service; where the history knows it is only asked once.
    let same =
        |slot: &Slot| (slot.medico, slot.from, slot.to) == (row.slot.medico, row.slot.from, row.slot.to);
    (row.stands && !times.iter().any(same)).then(|| {
        format!("{}: a consulta {} está em {:?}, deveria estar em {times:?}", row.key, row.id, row.slot)
    })
}

/// What was called off is moved no more.
fn moved_when_gone(history: &[Entry], found: &mut Vec<Violation>) {
    for (at, entry) in history.iter().enumerate() {
        let Act::Move { key, .. } = &entry.act else { continue };
        let gone = |other: &Entry| {
            matches!(&other.act, Act::Cancel { key: of } if of == key)
                && other.is_done()
                && other.to <= entry.from
        };
        if entry.is_done() && history.iter().any(gone) {
            let what = format!("{key}: remarcada depois de cancelada");
            found.push(Violation { what, shown_by: vec![at] });
        }
    }
}

/// Nothing of another clinic in any answer.
fn answers(history: &[Entry], found: &mut Vec<Violation>) {
    for (at, entry) in history.iter().enumerate() {
        if entry.told.contains(MARKS[1 - entry.clinic]) {
            let what = format!("{} leu um paciente da outra clínica", entry.who);
            found.push(Violation { what, shown_by: vec![at] });
        }
    }
}

/// The name every patient of a clinic has, and none of the other.
pub(crate) const MARKS: [&str; 2] = ["Anabel", "Benedita"];

/// Each message heard once, each answer given once.
fn messages(history: &[Entry], stands: &Stands, found: &mut Vec<Violation>) {
    let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &stands.heard {
        *heard.entry(id).or_default() += 1;
    }
    for (at, entry) in history.iter().enumerate() {
        let Act::Say { id } = &entry.act else { continue };
        let times = heard.get(id.as_str()).copied().unwrap_or_default();
        if times != 1 {
            let what = format!("a mensagem {id} foi guardada {times} vezes");
            found.push(Violation { what, shown_by: vec![at] });
        }
    }
    let count = |all: &[(usize, String, String)]| {
        let mut times: BTreeMap<(usize, String, String), i64> = BTreeMap::new();
        for one in all {
            *times.entry(one.clone()).or_default() += 1;
        }
        times
    };
    let (sent, arrived) = (count(&stands.sent), count(&stands.arrived));
    for (message, times) in &arrived {
        let known = sent.get(message).copied().unwrap_or_default();
        if known != *times {
            found.push(alone(format!("chegou {times} vezes, foi enviada {known}: {message:?}")));
        }
    }
    for message in sent.keys().filter(|message| !arrived.contains_key(*message)) {
        found.push(alone(format!("enviada, e não chegou: {message:?}")));
    }
    found.extend(stands.stuck.iter().map(|what| alone(format!("não saiu: {what}"))));
}
