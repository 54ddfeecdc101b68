//! When a calendar is open: weekly hours, breaks, dates of their own, extra time.
//!
//! Wall times become instants here and nowhere else. A date that does not exist in the zone opens nothing, and hours stay inside their date,
//! so what a change of the clocks swallows does not appear on the day beside it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::interval::{merge, minus};
use super::local::{self, DAY, Local};
use super::{Calendar, Interval, Visit};

/// How many days a run of open time is followed before the first day asked for, and after the last.
const LONGEST_RUN_DAYS: i64 = 1000;

/// Minutes of a local day, 0..=1440, half-open. One whose end is not after its beginning opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// From, inclusive.
    pub from: i32,
    /// To, exclusive; 1440 is the next midnight.
    pub to: i32,
}

/// A period of every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekly {
    /// On which day.
    pub weekday: Weekday,
    /// At what time.
    pub period: Period,
    /// The first date it is valid on.
    pub valid_from: Option<Date>,
    /// The last date it is valid on.
    pub valid_until: Option<Date>,
}

impl Weekly {
    fn is_on(&self, date: Date) -> bool {
        self.weekday == date.weekday()
            && self.valid_from.is_none_or(|from| from <= date)
            && self.valid_until.is_none_or(|until| date <= until)
    }
}

/// The opening hours of a calendar, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// What is open every week.
    pub weekly: Vec<Weekly>,
    /// What of the weekly hours is not.
    pub breaks: Vec<Weekly>,
    /// Dates with periods of their own, which replace weekly hours, breaks and closed dates; without periods the date is closed.
    pub overrides: BTreeMap<Date, Vec<Period>>,
    /// Dates without weekly hours.
    pub closed: BTreeSet<Date>,
    /// Instants that are open in any case.
    pub extra: Vec<Interval>,
}

impl Hours {
    /// What a date opens, merged, breaks taken out. Extra time belongs to no date and is not here.
    pub fn periods(&self, date: Date) -> Vec<Period> {
        if let Some(own) = self.overrides.get(&date) {
            return merge_periods(own.clone());
        }
        if self.closed.contains(&date) {
            return Vec::new();
        }
        let on_date = |rows: &[Weekly]| {
            merge_periods(rows.iter().filter(|row| row.is_on(date)).map(|row| row.period).collect())
        };
        let mut open = on_date(&self.weekly);
        if open.is_empty() || self.breaks.is_empty() {
            return open;
        }
        for pause in on_date(&self.breaks) {
            let cut = |period: Period| {
                let before = Period { from: period.from, to: period.to.min(pause.from) };
                let after = Period { from: period.from.max(pause.to), to: period.to };
                [before, after].into_iter().filter(|left| left.from < left.to)
            };
            open = open.into_iter().flat_map(cut).collect();
        }
        open
    }
}

fn merge_periods(mut periods: Vec<Period>) -> Vec<Period> {
    for period in &mut periods {
        *period = Period { from: period.from.max(0), to: period.to.min(24 * 60) };
    }
    periods.retain(|period| period.from < period.to);
    periods.sort_unstable();
    periods.dedup_by(|next, last| {
        let touching = next.from <= last.to;
        if touching {
            last.to = last.to.max(next.to);
        }
        touching
    });
    periods
}

/// The opening time of the local dates `first..=last`, merged, before anything is booked. Extra time is in it as far as it lies on them.
pub fn open(calendar: &Calendar, first: Date, last: Date) -> Vec<Interval> {
    let (first, last) = (local::day_number(first), local::day_number(last));
    let mut days = Days::new(calendar);
    let mut ranges = Vec::new();
    let bounds = Interval::new(days.local.midnight(first), days.local.midnight(last.saturating_add(1)));
    for number in first..=last {
        ranges.extend(days.day(number).ranges);
    }
    let inside = |extra: &Interval| Interval::new(extra.from.max(bounds.from), extra.to.min(bounds.to));
    ranges.extend(days.extra.iter().map(inside));
    merge(ranges)
}

/// Whether a visit lies in one open range, whatever is booked.
pub fn fits_open(calendar: &Calendar, visit: Visit, start: Timestamp) -> bool {
    let visit = visit.at(start);
    let mut local = Local::new(&calendar.zone);
    let last = minus(visit.to, jiff::SignedDuration::from_nanos(1));
    let (first, last) = (local.day(start), local.day(last));
    !visit.is_empty()
        && last - first <= LONGEST_RUN_DAYS
        && open(calendar, local::date(first), local::date(last)).iter().any(|range| range.covers(visit))
}

/// Which days a question needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// The numbers of the days its starts lie on.
    pub(super) first: i64,
    pub(super) last: i64,
    /// The day a run of open time is followed back to.
    pub(super) floor: i64,
    /// The instant it is followed to; the last there is when the end of a run matters itself.
    pub(super) until: Timestamp,
}

/// The open time of the days of a question and of the runs they are part of.
#[derive(Debug)]
pub(super) struct Opening {
    /// Merged. A run longer than can be followed ends with the last instant there is.
    pub(super) ranges: Vec<Interval>,
    /// The days that were looked at.
    pub(super) span: Interval,
}

pub(super) fn opening(calendar: &Calendar, need: Need) -> Opening {
    let mut days = Days::new(calendar);
    let mut ranges = Vec::new();
    let first = days.day(need.first);
    let mut last = first.clone();
    ranges.extend_from_slice(&first.ranges);
    for number in need.first + 1..=need.last {
        last = days.day(number);
        ranges.extend_from_slice(&last.ranges);
    }
    let (start, before) = days.run_before(first, need.floor);
    let (end, after) = days.run_after(last, need.until);
    ranges.extend(before);
    ranges.extend(after);
    ranges.append(&mut days.extra);
    // Extra time may begin before the first day a run is followed back to; a question must not depend on entries that far away.
    for range in &mut ranges {
        range.from = range.from.max(start);
    }
    Opening { ranges: merge(ranges), span: Interval::new(start, end) }
}

/// What is open on a day, and the midnights around it.
#[derive(Debug, Clone)]
struct Day {
    number: i64,
    bounds: Interval,
    ranges: Vec<Interval>,
}

struct Days<'a> {
    hours: &'a Hours,
    local: Local<'a>,
    /// Merged.
    extra: Vec<Interval>,
}

impl<'a> Days<'a> {
    fn new(calendar: &'a Calendar) -> Self {
        let extra = merge(calendar.hours.extra.clone());
        Self { hours: &calendar.hours, local: Local::new(&calendar.zone), extra }
    }

    fn day(&mut self, number: i64) -> Day {
        let bounds = Interval::new(self.local.midnight(number), self.local.midnight(number + 1));
        let mut ranges = Vec::new();
        if !bounds.is_empty() {
            let midnight = number * DAY;
            for period in self.hours.periods(local::date(number)) {
                let from = self.local.instant(midnight + i64::from(period.from) * 60);
                let to = self.local.instant(midnight + i64::from(period.to) * 60);
                ranges.push(Interval::new(from.max(bounds.from), to.min(bounds.to)));
            }
        }
        Day { number, bounds, ranges }
    }

    /// Follows the run that reaches the beginning of a day: the first instant looked at, and the ranges found.
    fn run_before(&mut self, mut day: Day, floor: i64) -> (Timestamp, Vec<Interval>) {
        let floor = floor.max(day.number - LONGEST_RUN_DAYS);
        let mut found = Vec::new();
        while day.number > floor && self.is_open_at(&day, day.bounds.from) {
            day = self.day(day.number - 1);
            found.extend_from_slice(&day.ranges);
            if !self.may_be_whole(&day) {
                break;
            }
        }
        (day.bounds.from, found)
    }

    /// Follows the run that reaches the end of a day: the last instant looked at, and the ranges found.
    fn run_after(&mut self, mut day: Day, until: Timestamp) -> (Timestamp, Vec<Interval>) {
        let ceiling = day.number + LONGEST_RUN_DAYS;
        let mut found = Vec::new();
        while day.bounds.to < until && self.is_open_at(&day, day.bounds.to) {
            if day.number == ceiling {
                found.push(Interval::new(day.bounds.to, Timestamp::MAX));
                break;
            }
            day = self.day(day.number + 1);
            found.extend_from_slice(&day.ranges);
            if !self.may_be_whole(&day) {
                break;
            }
        }
        (day.bounds.to, found)
    }

    fn is_open_at(&self, day: &Day, edge: Timestamp) -> bool {
        day.ranges.iter().any(|range| range.meets(edge)) || self.has_extra(Interval::new(edge, edge))
    }

    /// Whether a run may go through a whole day: it is open all day, or extra time has a part in it.
    fn may_be_whole(&self, day: &Day) -> bool {
        day.ranges.iter().any(|range| range.covers(day.bounds)) || self.has_extra(day.bounds)
    }

    /// Whether extra time lies in an interval or touches it.
    fn has_extra(&self, interval: Interval) -> bool {
        let next = self.extra.partition_point(|extra| extra.to < interval.from);
        self.extra.get(next).is_some_and(|extra| extra.from <= interval.to)
    }
}
