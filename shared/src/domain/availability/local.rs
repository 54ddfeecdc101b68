//! A zone's wall clock, with one look-up in its table for each span of equal offset instead of one for each time.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// Seconds of a day without a change of offset.
pub(super) const DAY: i64 = 24 * 60 * 60;
/// How near to a change of offset a wall time may be missing or double. Whole dates were skipped once (Samoa, 2011).
const AROUND_CHANGE: i64 = 2 * DAY;

/// The wall clock of a zone. Wall times are seconds since 1970-01-01T00:00 by that clock; days are numbered from the same date.
#[derive(Debug)]
pub(super) struct Local<'a> {
    zone: &'a TimeZone,
    span: Span,
}

/// A span of equal offset: seconds since the epoch, the end exclusive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    from: i64,
    pub(super) to: i64,
    pub(super) offset: i64,
}

impl<'a> Local<'a> {
    pub(super) fn new(zone: &'a TimeZone) -> Self {
        Self { zone, span: Span { from: 0, to: 0, offset: 0 } }
    }

    /// The span of equal offset around a second.
    pub(super) fn span(&mut self, second: i64) -> Span {
        if second < self.span.from || self.span.to <= second {
            let at = timestamp(second);
            let next = super::interval::plus(at, SignedDuration::from_secs(1));
            let from = self.zone.preceding(next).next().map_or(i64::MIN, |change| floor(change.timestamp()));
            let to = self.zone.following(at).next().map_or(i64::MAX, |change| floor(change.timestamp()));
            let offset = i64::from(self.zone.to_offset(at).seconds());
            self.span = Span { from, to, offset };
        }
        self.span
    }

    /// The number of the local day of an instant.
    pub(super) fn day(&mut self, at: Timestamp) -> i64 {
        let second = floor(at);
        (second + self.span(second).offset).div_euclid(DAY)
    }

    /// The first instant of a local day.
    pub(super) fn midnight(&mut self, day: i64) -> Timestamp {
        self.instant(day.saturating_mul(DAY))
    }

    /// The instant of a wall time: one in a gap moves forward by the gap, of a repeated one the first is meant.
    pub(super) fn instant(&mut self, wall: i64) -> Timestamp {
        let guess = wall.saturating_sub(self.span.offset);
        let safe = self.span.from.saturating_add(AROUND_CHANGE)..self.span.to.saturating_sub(AROUND_CHANGE);
        if safe.contains(&guess) {
            return timestamp(guess);
        }
        let written = Offset::UTC.to_datetime(timestamp(wall));
        let Ok(at) = self.zone.to_ambiguous_timestamp(written).compatible() else {
            return timestamp(wall);
        };
        self.span(floor(at));
        at
    }
}

/// The second an instant lies in, rounded down also before 1970.
pub(super) fn floor(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

/// The first whole second from an instant on.
pub(super) fn ceil(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

/// The instant of a second, at most the last there is.
pub(super) fn timestamp(second: i64) -> Timestamp {
    let end = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(second).unwrap_or(end)
}

/// The number of a date.
pub(super) fn day_number(date: Date) -> i64 {
    let midnight = date.at(0, 0, 0, 0);
    let end = if date.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    floor(Offset::UTC.to_timestamp(midnight).unwrap_or(end)).div_euclid(DAY)
}

/// The date of a number, at most the last there is.
pub(super) fn date(number: i64) -> Date {
    Offset::UTC.to_datetime(timestamp(number.saturating_mul(DAY))).date()
}

/// 0 for a Monday, 6 for a Sunday.
pub(super) fn weekday_from_monday(number: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    (number + 3).rem_euclid(7)
}
