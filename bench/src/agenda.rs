//! An agenda to ask the slot engine about, the same each time: 30 days, 400 entries of each professional.

use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::domain::availability::{
    Busy, Calendar, Grid, Horizon, Hours, Interval, Occupation, Period, Policy, Question, Visit, Weekly,
    Window,
};

const ENTRIES: i64 = 400;

/// Tuesday, 1 December 2026, seconds: where the thirty days begin, in São Paulo.
const FIRST: i64 = 1_796_094_000;

/// Monday to Saturday, 7h to 20h with an hour for lunch, and entries spread over the thirty days by a fixed rule, in no order.
///
/// # Errors
/// When the zone is not known here.
pub fn professional(seed: i64) -> Result<Calendar, jiff::Error> {
    let days = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
    ];
    let every = |from: i32, to: i32| {
        let row =
            |weekday| Weekly { weekday, period: Period { from, to }, valid_from: None, valid_until: None };
        days.into_iter().map(row).collect()
    };
    let first = Timestamp::from_second(FIRST)?;
    let entry = |number: i64| {
        let mixed = (number + seed * ENTRIES).wrapping_mul(6_364_136_223_846_793_005).rotate_left(29);
        let from = first + SignedDuration::from_mins(mixed.rem_euclid(30 * 96) * 15);
        Busy {
            interval: Interval::new(from, from + SignedDuration::from_mins(20)),
            before: SignedDuration::ZERO,
            after: SignedDuration::from_mins(5),
            seats: 1,
            occupation: Occupation::Confirmed,
        }
    };
    Ok(Calendar {
        zone: TimeZone::get("America/Sao_Paulo")?,
        hours: Hours { weekly: every(7 * 60, 20 * 60), breaks: every(12 * 60, 13 * 60), ..Hours::default() },
        busy: (0..ENTRIES).map(entry).collect(),
        capacity: 1,
        max_per_day: None,
    })
}

/// What clinics usually ask of a booking.
pub fn policy() -> Policy {
    Policy {
        notice: SignedDuration::from_hours(2),
        horizon: Some(Horizon { days: 60, business: false }),
        ..Policy::default()
    }
}

/// Half an hour in the thirty days, with all of these, or with any of those.
///
/// # Errors
/// As [`professional`].
pub fn question<'a>(
    policy: &'a Policy,
    all: Vec<&'a Calendar>,
    any: Vec<&'a Calendar>,
) -> Result<Question<'a>, jiff::Error> {
    let visit = Visit {
        duration: SignedDuration::from_mins(30),
        before: SignedDuration::ZERO,
        after: SignedDuration::ZERO,
        seats: 1,
    };
    let window = Window {
        first: date(2026, 12, 1),
        last: date(2026, 12, 30),
        zone: TimeZone::get("America/Sao_Paulo")?,
    };
    let now = Timestamp::from_second(FIRST)? + SignedDuration::from_mins(9 * 60 + 10);
    Ok(Question { now, all, any, visit, grid: Grid::clock(15), policy, window })
}
