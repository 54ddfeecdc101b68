//! On which marks starts stand inside free ranges.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

use super::interval::{minus, plus};
use super::local::{DAY, Local, ceil, floor, timestamp};
use super::{Interval, Visit};

/// How starts are placed in a free range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridKind {
    /// The first start is rounded up to a mark counted from the local full hour, the others follow step by step.
    Clock,
    /// The first start is where the range begins, the others follow step by step. Notice leaves starts out and moves none.
    RangeStart,
    /// The local minutes of the day that are multiples of the step, wherever a range begins.
    DayGrid,
    /// As [`GridKind::Clock`], but the first start moves to a mark only as far as that costs no visit.
    Optimized,
}

/// The marks of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// How starts are placed.
    pub kind: GridKind,
    /// Minutes from one start to the next, at least 1.
    pub step_minutes: i32,
    /// Minutes between the marks of the first start, counted from the local full hour; without it what [`Grid::mark_minutes`] says.
    pub grid_minutes: Option<i32>,
    /// Minutes the first start is moved by and each step is longer by; on a day grid, minutes all marks are moved by.
    pub offset_minutes: i32,
}

impl Grid {
    /// A clock grid with the marks that go with its step.
    pub fn clock(step_minutes: i32) -> Self {
        Self { kind: GridKind::Clock, step_minutes, grid_minutes: None, offset_minutes: 0 }
    }

    /// Minutes between marks: its own, else the largest of 60, 30, 20, 15, 10 and 5 that divides the step, so that people read 9h30 and not
    /// 9h37.
    pub fn mark_minutes(self) -> i32 {
        let step = self.step_minutes.max(1);
        let fitting = || [60, 30, 20, 15, 10, 5].into_iter().find(|mark| step % mark == 0).unwrap_or(1);
        self.grid_minutes.filter(|minutes| *minutes > 0).unwrap_or_else(fitting)
    }

    /// Whether a start can stand at a local time at all, whatever is free around it. Of a grid that begins where something else ends, or has
    /// marks of its own, nobody can tell by the time alone: there any may.
    pub fn may_stand_at(self, time: Time) -> bool {
        let marks = match self.kind {
            _ if self.grid_minutes.is_some() || self.offset_minutes > 0 => return true,
            GridKind::RangeStart | GridKind::Optimized => return true,
            GridKind::Clock => self.mark_minutes(),
            GridKind::DayGrid => self.step_minutes.max(1),
        };
        (i32::from(time.hour()) * 60 + i32::from(time.minute())) % marks == 0
    }

    fn offset_seconds(self) -> i64 {
        i64::from(self.offset_minutes.max(0)) * 60
    }

    /// From one start to the next, where starts follow step by step.
    fn step_seconds(self) -> i64 {
        i64::from(self.step_minutes.max(1)) * 60 + self.offset_seconds()
    }
}

/// Which starts count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Now plus notice: nothing before it, and some grids begin there.
    pub(super) earliest: Timestamp,
    /// The instants starts are asked for in.
    pub(super) window: Interval,
}

/// The starts of a visit in merged free ranges, increasing.
pub(super) fn starts(
    grid: Grid,
    visit: Visit,
    free: &[Interval],
    limits: Limits,
    local: &mut Local<'_>,
) -> Vec<Timestamp> {
    let from = limits.window.from.max(limits.earliest);
    let mut starts = Vec::new();
    for range in free {
        // The visit may end where the range ends; the window's end is no start any more.
        let last =
            minus(range.to, visit.duration).min(minus(limits.window.to, SignedDuration::from_nanos(1)));
        if last < range.from || last < from {
            continue;
        }
        let begin = range.from.max(limits.earliest);
        let wanted = Interval::new(from.max(range.from), last);
        let offset = SignedDuration::from_secs(grid.offset_seconds());
        match grid.kind {
            GridKind::DayGrid => by_day(grid, wanted, local, &mut starts),
            GridKind::RangeStart => by_step(grid, plus(range.from, offset), wanted, &mut starts),
            GridKind::Clock => by_step(grid, plus(on_mark(grid, begin, local), offset), wanted, &mut starts),
            GridKind::Optimized => {
                let first = best_mark(grid, visit, Interval::new(begin, range.to), local);
                by_step(grid, plus(first, offset), wanted, &mut starts);
            }
        }
    }
    starts
}

/// `first` and every step after it, as far as they lie in `wanted`, whose end is included here.
fn by_step(grid: Grid, first: Timestamp, wanted: Interval, starts: &mut Vec<Timestamp>) {
    let step = grid.step_seconds();
    let second = floor(first);
    let fraction = first.duration_since(timestamp(second)).subsec_nanos();
    // The seconds whose start, fraction included, is not before the one end and not after the other.
    let whole = |at: Timestamp| (floor(at), at.duration_since(timestamp(floor(at))).subsec_nanos());
    let (from, from_fraction) = whole(wanted.from);
    let (to, to_fraction) = whole(wanted.to);
    let from = from + i64::from(fraction < from_fraction);
    let to = to - i64::from(fraction > to_fraction);
    let skipped = (from - second).max(0).div_euclid(step) + i64::from((from - second).max(0) % step > 0);
    let mut at = second.saturating_add(skipped.saturating_mul(step));
    while at <= to {
        starts.extend(Timestamp::new(at, fraction));
        at += step;
    }
}

/// The first instant from `at` on that stands on a mark, counted from its local full hour.
fn on_mark(grid: Grid, at: Timestamp, local: &mut Local<'_>) -> Timestamp {
    let (hour, into) = into_hour(ceil(at), local);
    let mark = i64::from(grid.mark_minutes()) * 60;
    timestamp(hour + up_to(into, mark))
}

/// The local full hour a second lies in, and the seconds since.
fn into_hour(second: i64, local: &mut Local<'_>) -> (i64, i64) {
    let into = (second + local.span(second).offset).rem_euclid(3600);
    (second - into, into)
}

fn up_to(value: i64, multiple: i64) -> i64 {
    value + (multiple - value % multiple) % multiple
}

/// The first start of a range that loses no visit: on the mark of the grid, else of the quarter of an hour, else of five minutes, if the
/// time left over after as many visits as fit pays for it; else where the range begins, to the minute.
fn best_mark(grid: Grid, visit: Visit, range: Interval, local: &mut Local<'_>) -> Timestamp {
    let (hour, into) = into_hour(ceil(range.from), local);
    let into = up_to(into, 60);
    let begin = hour + into;
    let room = floor(range.to) - begin - grid.offset_seconds() - ceil_seconds(visit.duration);
    if room < 0 {
        return timestamp(begin);
    }
    // Nothing is lost at the beginning of a run that does not end.
    let spare = if range.to == Timestamp::MAX { i64::MAX } else { room % grid.step_seconds() };
    let marks = [grid.mark_minutes(), 15, 5].map(|minutes| i64::from(minutes) * 60);
    let moved = marks.into_iter().map(|mark| up_to(into, mark)).find(|moved| moved - into <= spare);
    timestamp(hour + moved.unwrap_or(into))
}

fn ceil_seconds(duration: SignedDuration) -> i64 {
    duration.as_secs().saturating_add(i64::from(duration.subsec_nanos() > 0))
}

/// The marks of each local day in `wanted`, whose end is included here. Where clocks go back, a wall time comes twice.
fn by_day(grid: Grid, wanted: Interval, local: &mut Local<'_>, starts: &mut Vec<Timestamp>) {
    let step = i64::from(grid.step_minutes.max(1)) * 60;
    let moved = grid.offset_seconds() % step;
    let (mut at, last) = (ceil(wanted.from), floor(wanted.to));
    while at <= last {
        let span = local.span(at);
        let until = last.min(span.to - 1);
        let mut day = (at + span.offset).div_euclid(DAY) * DAY;
        let mut mark = moved + up_to((at + span.offset - day - moved).max(0), step);
        while day - span.offset <= until {
            while mark < DAY && day + mark - span.offset <= until {
                starts.extend(Timestamp::from_second(day + mark - span.offset));
                mark += step;
            }
            day += DAY;
            mark = moved;
        }
        at = until + 1;
    }
}
