//! What is free: one pure function from hours and entries to starts.
//!
//! Everything is an instant; wall times belong to a calendar's zone and become instants once, in [`hours`]. A calendar is *open* in its
//! weekly hours minus breaks, or in what an override says for one date instead, plus its extra time; ranges that touch are one range, also
//! across midnight. What is *free* is the open time minus the entries that close it, each widened by the padding of both sides ([`busy`]).
//! Starts stand on a grid inside the free ranges ([`grid`]), and a visit may end exactly where its range ends.
//!
//! The list, the assistant, the public page and the writer all come here, so whatever is offered can be booked. An answer never depends on
//! how a period is cut into questions: a free range is followed beyond the window, back to the first instant that may be offered at all, so
//! a month asked at once and its days asked one by one agree. [`reach`] says how far entries must be loaded for that to hold.
//!
//! Numbers come from forms and files. None of them overflows or loops: steps are at least a minute, negative durations count as none, and
//! instants stop at the ends of the calendar.

pub mod busy;
pub mod grid;
pub mod hours;
pub mod interval;
mod local;
mod sheet;

#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use busy::{Busy, Occupation, day_is_full, is_free};
pub use grid::{Grid, GridKind};
pub use hours::{Hours, Period, Weekly, fits_open, open};
pub use interval::Interval;

use sheet::Sheet;

/// Somebody or something that can be booked: a professional, a room, a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Where its wall times are.
    pub zone: TimeZone,
    /// When it is open.
    pub hours: Hours,
    /// What is already there, in any order: at least every entry that meets [`reach`].
    pub busy: Vec<Busy>,
    /// Seats at the same moment. With 1 every entry closes the calendar; with more, entries take seats.
    pub capacity: u32,
    /// How many confirmed visits may start on one local date.
    pub max_per_day: Option<u32>,
}

/// The visit somebody wants to place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The visit itself; it must lie in one open range. Without a length there is nothing to offer.
    pub duration: SignedDuration,
    /// Kept free before it, also outside opening hours.
    pub before: SignedDuration,
    /// Kept free after it, also outside opening hours.
    pub after: SignedDuration,
    /// Seats it takes; 0 counts as 1.
    pub seats: u32,
}

/// How far ahead may be booked, counted from the calendar's local date of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// The last date is today plus as many days; negative: none.
    pub days: i32,
    /// Counts Monday to Friday only. Holidays count as business days.
    pub business: bool,
}

/// The rules of whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// No start before now plus this.
    pub notice: SignedDuration,
    /// How far ahead; without it, for ever.
    pub horizon: Option<Horizon>,
    /// Whether what nobody confirmed yet takes the time already.
    pub pending_blocks: bool,
    /// Whose holds are no obstacle: those of the person who asks.
    pub hold_owner: Option<String>,
}

impl Policy {
    /// The first instant that may be offered.
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        interval::plus(now, interval::positive(self.notice))
    }

    /// The last local date that may be offered: `None` without a horizon.
    pub fn last_date(&self, zone: &TimeZone, now: Timestamp) -> Option<Date> {
        let horizon = self.horizon?;
        Some(local::date(horizon.last_day(local::day_number(zone.to_datetime(now).date()))))
    }
}

impl Horizon {
    /// The number of the last day, from the number of today.
    fn last_day(self, today: i64) -> i64 {
        let days = i64::from(self.days);
        if !self.business || days <= 0 {
            return today + days;
        }
        // A weekend counts from its Friday: one business day after a Saturday is the Monday.
        let weekday = local::weekday_from_monday(today).min(4);
        let base = today - (local::weekday_from_monday(today) - weekday);
        let weekend = if weekday + days % 5 > 4 { 2 } else { 0 };
        base + days / 5 * 7 + days % 5 + weekend
    }
}

/// The dates asked for, both included. Whoever takes them from a caller bounds their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The first date.
    pub first: Date,
    /// The last date.
    pub last: Date,
    /// Whose dates they are: the reader's zone. It groups, and never moves a start.
    pub zone: TimeZone,
}

impl Window {
    /// From the first instant of the first date to the first instant after the last.
    pub fn bounds(&self) -> Interval {
        let mut local = local::Local::new(&self.zone);
        let (first, last) = (local::day_number(self.first), local::day_number(self.last));
        Interval::new(local.midnight(first), local.midnight(last + 1))
    }
}

/// Who is asked for what, by which rules.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Now.
    pub now: Timestamp,
    /// Calendars that are all needed at the same time.
    pub all: Vec<&'a Calendar>,
    /// Calendars of which one is needed besides; with none here, those of `all` are enough.
    pub any: Vec<&'a Calendar>,
    /// What is to be placed.
    pub visit: Visit,
    /// On which marks; they are counted in the zone of the one of `any`, else of the first of `all`.
    pub grid: Grid,
    /// By which rules.
    pub policy: &'a Policy,
    /// On which dates.
    pub window: Window,
}

/// The starts that can be booked, strictly increasing.
pub fn starts(question: &Question<'_>) -> Vec<Timestamp> {
    let mut needed: Option<Sheet> = None;
    for calendar in &question.all {
        let sheet = Sheet::of(calendar, question);
        needed = Some(match needed {
            None => sheet,
            Some(others) => others.and(&sheet),
        });
    }
    let Some((only, others)) = question.any.split_first() else {
        let zone = question.all.first().map(|calendar| &calendar.zone);
        return needed.zip(zone).map_or_else(Vec::new, |(sheet, zone)| sheet.starts(question, zone));
    };
    let one = |calendar: &Calendar| {
        let sheet = Sheet::of(calendar, question);
        let sheet = needed.as_ref().map_or_else(|| sheet.clone(), |needed| needed.and(&sheet));
        sheet.starts(question, &calendar.zone)
    };
    let mut starts = one(only);
    if !others.is_empty() {
        starts.extend(others.iter().flat_map(|calendar| one(calendar)));
        // A stable sort finds the sorted runs it is made of.
        starts.sort();
        starts.dedup();
    }
    starts
}

/// The instants whose entries can change an answer: what [`Calendar::busy`] must know. It ends where the last free range that can hold a
/// start of the window may end, and begins where the first one does. Entries are not needed to ask, and their own padding is not in it.
pub fn reach(question: &Question<'_>) -> Option<Interval> {
    let calendars = question.all.iter().chain(&question.any);
    let spans =
        calendars.filter_map(|calendar| sheet::opening(calendar, question).map(|opening| opening.span));
    let span = spans.reduce(|a, b| Interval::new(a.from.min(b.from), a.to.max(b.to)))?;
    Some(question.visit.padded(span))
}

impl Visit {
    /// The instants of the visit.
    pub fn at(self, start: Timestamp) -> Interval {
        Interval::new(start, interval::plus(start, self.duration))
    }

    /// An interval with what the visit keeps free on both sides.
    fn padded(self, interval: Interval) -> Interval {
        interval.widened(interval::positive(self.before), interval::positive(self.after))
    }
}
