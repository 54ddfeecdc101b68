//! One calendar, or several needed at once, as a question sees it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::busy::{Taken, full_days};
use super::grid::{self, GridKind, Limits};
use super::hours::{self, Need, Opening};
use super::interval::{intersect, merge, minus, plus, subtract};
use super::local::Local;
use super::{Calendar, Interval, Question};

/// Days a range is followed back before the first day that may be offered, where a grid stands on the beginning of its range. A night shift
/// begins the day before; whoever never closes gets a grid that begins with a day.
const ANCHOR_DAYS: i64 = 8;

/// Where and when a visit may be placed. All lists are merged.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    free: Vec<Interval>,
    /// Free, without enough seats: the visit must not meet it.
    full: Vec<Interval>,
    /// Dates with all the visits they may have: the start must not lie in them.
    closed_dates: Vec<Interval>,
    /// The end of the last date that may be offered.
    until: Timestamp,
}

impl Sheet {
    pub(super) fn of(calendar: &Calendar, question: &Question<'_>) -> Self {
        let until = until(calendar, question);
        let Some(opening) = opening(calendar, question) else {
            return Self { free: Vec::new(), full: Vec::new(), closed_dates: Vec::new(), until };
        };
        let taken = Taken::of(calendar, calendar.busy.iter(), question.visit, question.policy, question.now);
        Self {
            free: subtract(&opening.ranges, &taken.closed),
            full: taken.full,
            closed_dates: full_days(calendar),
            until,
        }
    }

    /// Both at once.
    pub(super) fn and(&self, other: &Self) -> Self {
        let union = |a: &[Interval], b: &[Interval]| merge([a, b].concat());
        Self {
            free: intersect(&self.free, &other.free),
            full: union(&self.full, &other.full),
            closed_dates: union(&self.closed_dates, &other.closed_dates),
            until: self.until.min(other.until),
        }
    }

    /// The starts, on a grid counted in `zone`.
    pub(super) fn starts(&self, question: &Question<'_>, zone: &TimeZone) -> Vec<Timestamp> {
        let visit = question.visit;
        if visit.duration <= SignedDuration::ZERO {
            return Vec::new();
        }
        let window = question.window.bounds();
        let limits = Limits {
            earliest: question.policy.earliest(question.now),
            window: Interval::new(window.from, window.to.min(self.until)),
        };
        let mut starts = grid::starts(question.grid, visit, &self.free, limits, &mut Local::new(zone));
        retain_outside(&mut starts, &self.full, |start| visit.at(start));
        retain_outside(&mut starts, &self.closed_dates, |start| {
            Interval::new(start, plus(start, SignedDuration::from_nanos(1)))
        });
        starts
    }
}

/// Keeps the starts whose interval meets none of a merged list. Starts increase, so the list is walked once.
fn retain_outside(starts: &mut Vec<Timestamp>, list: &[Interval], of: impl Fn(Timestamp) -> Interval) {
    if list.is_empty() {
        return;
    }
    let mut rest = list.iter().peekable();
    starts.retain(|start| {
        let interval = of(*start);
        while rest.next_if(|taken| taken.to <= interval.from).is_some() {}
        rest.peek().is_none_or(|taken| !taken.overlaps(interval))
    });
}

/// The end of the last local date the horizon allows.
fn until(calendar: &Calendar, question: &Question<'_>) -> Timestamp {
    let Some(horizon) = question.policy.horizon else { return Timestamp::MAX };
    let mut local = Local::new(&calendar.zone);
    let today = local.day(question.now);
    local.midnight(horizon.last_day(today).saturating_add(1))
}

/// The open time a question needs of a calendar: `None` when nothing can be offered.
pub(super) fn opening(calendar: &Calendar, question: &Question<'_>) -> Option<Opening> {
    let window = question.window.bounds();
    let earliest = question.policy.earliest(question.now);
    let asked = Interval::new(window.from.max(earliest), window.to.min(until(calendar, question)));
    if asked.is_empty() {
        return None;
    }
    let mut local = Local::new(&calendar.zone);
    let anchored = question.grid.kind == GridKind::RangeStart;
    let floor = local.day(earliest) - if anchored { ANCHOR_DAYS } else { 0 };
    let until = match question.grid.kind {
        // Whether a first start may move depends on where its range ends.
        GridKind::Optimized => Timestamp::MAX,
        _ => plus(asked.to, question.visit.duration),
    };
    let last = minus(asked.to, SignedDuration::from_nanos(1));
    let need = Need { first: local.day(asked.from), last: local.day(last), floor, until };
    Some(hours::opening(calendar, need))
}
