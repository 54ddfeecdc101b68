//! What each client did and was told, with the moments before it asked and after it was answered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Time of a professional, in minutes since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slot {
    pub(crate) clinic: usize,
    pub(crate) medico: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Whether it needs the clinic's one room.
    pub(crate) room: bool,
}

impl Slot {
    /// Whether both at once may be too much: of one professional, or of the room.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.clinic == other.clinic
            && (self.medico == other.medico || (self.room && other.room))
            && self.from < other.to
            && other.from < self.to
    }
}

/// What was asked for. A visit is known by its patient's phone, and each visit has a patient of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    /// A visit; by whom, for what one may be told depends on it.
    Book { key: String, slot: Slot, by: By },
    /// A visit the clinic decides on.
    Ask { key: String, slot: Slot },
    /// Another time for a visit.
    Move { key: String, slot: Slot, by: By },
    /// The visit is called off.
    Cancel { key: String },
    /// What was asked for is refused.
    Deny { key: String },
    /// A time is kept while a visitor chooses, instead of what they kept before.
    Keep { key: String, slot: Slot },
    /// A code is sent to the visitor's phone, and what they kept is kept as long as it is good.
    Code { key: String, slot: Slot },
    /// What was kept is let go.
    Release { key: String },
    /// A message, by its id.
    Say { id: String },
    /// Something that changes no agenda.
    Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum By {
    Staff,
    Visitor,
    Phone,
}

impl Act {
    /// The visit it is about.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::Book { key, .. }
            | Self::Ask { key, .. }
            | Self::Move { key, .. }
            | Self::Keep { key, .. }
            | Self::Code { key, .. }
            | Self::Cancel { key }
            | Self::Deny { key }
            | Self::Release { key } => Some(key),
            Self::Say { .. } | Self::Look => None,
        }
    }

    /// By whom it is, where one may be told other things for it.
    pub(crate) fn by(&self) -> Option<By> {
        match self {
            Self::Book { by, .. } | Self::Move { by, .. } => Some(*by),
            _ => None,
        }
    }

    /// The time it wants.
    pub(crate) fn slot(&self) -> Option<Slot> {
        match self {
            Self::Book { slot, .. }
            | Self::Ask { slot, .. }
            | Self::Move { slot, .. }
            | Self::Keep { slot, .. }
            | Self::Code { slot, .. } => Some(*slot),
            _ => None,
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    Done,
    /// With this `codigo`.
    Refused(u16, String),
    /// Nobody answered, or who answered did not know: it may have happened.
    Unknown(String),
}

/// One thing a client did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) who: String,
    pub(crate) clinic: usize,
    /// Microseconds since the run began.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The clinics' own clock then, in seconds.
    pub(crate) clock: (i64, i64),
    pub(crate) act: Act,
    pub(crate) end: End,
    /// All it was told.
    pub(crate) told: String,
}

impl Entry {
    pub(crate) fn is_done(&self) -> bool {
        self.end == End::Done
    }

    /// Whether it had, or may have had, its effect.
    pub(crate) fn may_be(&self) -> bool {
        !matches!(self.end, End::Refused(..))
    }

    /// Whether it keeps a time that is no visit yet.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self.act, Act::Keep { .. } | Act::Code { .. })
    }

    /// Whether some of it was between these moments.
    pub(crate) fn meets(&self, from: u64, to: u64) -> bool {
        from < self.to && self.from < to
    }

    fn line(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let at = |micros: u64| micros as f64 / 1e6;
        let (from, to) = (at(self.from), at(self.to));
        format!("{from:9.3} s – {to:9.3} s  {:<24} {:?} → {:?}", self.who, self.act, self.end)
    }
}

/// Something that must not be, and the entries that show it.
#[derive(Debug)]
pub(crate) struct Violation {
    pub(crate) what: String,
    pub(crate) shown_by: Vec<usize>,
}

/// How many violations are shown, and how many of one kind: those that begin alike.
const SHOWN: usize = 12;
const ALIKE: (usize, usize) = (2, 12);

/// Violations with their part of the history and no more, for whoever looks for the cause.
pub(crate) fn report(seed: u64, history: &[Entry], violations: &[Violation]) -> String {
    let mut text = format!("SEMENTE={seed}: {} violações\n", violations.len());
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let first = violations.iter().filter(|violation| {
        let times = kinds.entry(violation.what.chars().take(ALIKE.1).collect()).or_default();
        *times += 1;
        *times <= ALIKE.0
    });
    for violation in first.take(SHOWN) {
        let _ = writeln!(text, "\n✗ {}", violation.what);
        let mut lines = violation.shown_by.clone();
        lines.sort_by_key(|at| history[*at].from);
        lines.dedup();
        for at in lines.iter().take(12) {
            let _ = writeln!(text, "  {}", history[*at].line());
        }
    }
    text
}
