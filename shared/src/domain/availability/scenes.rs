//! Clinics drawn at random for the properties: a handful of calendars around a change of clocks, entries of every kind, every grid.

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    Busy, Calendar, Grid, GridKind, Horizon, Hours, Interval, Occupation, Period, Policy, Question, Visit,
    Weekly, Window, starts,
};

// Drawn strategies are boxed: as one type they are too large for the stack of a test without optimisation.

/// A question that owns what it asks about.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) now: Timestamp,
    pub(super) all: Vec<Calendar>,
    pub(super) any: Vec<Calendar>,
    pub(super) visit: Visit,
    pub(super) grid: Grid,
    pub(super) policy: Policy,
    pub(super) window: Window,
}

impl Scene {
    pub(super) fn question(&self) -> Question<'_> {
        Question {
            now: self.now,
            all: self.all.iter().collect(),
            any: self.any.iter().collect(),
            visit: self.visit,
            grid: self.grid,
            policy: &self.policy,
            window: self.window.clone(),
        }
    }

    pub(super) fn starts(&self) -> Vec<Timestamp> {
        starts(&self.question())
    }

    pub(super) fn calendars_mut(&mut self) -> impl Iterator<Item = &mut Calendar> {
        self.all.iter_mut().chain(&mut self.any)
    }
}

/// Zones and the first of a few dates, most of them around a change of clocks.
const PLACES: [(&str, Date); 8] = [
    ("America/Sao_Paulo", date(2018, 11, 2)),
    ("America/Sao_Paulo", date(2018, 2, 15)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Asia/Kolkata", date(2026, 2, 6)),
    ("America/Sao_Paulo", date(2026, 12, 4)),
];
const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn mins(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn midnight(zone: &str, date: Date) -> Timestamp {
    TimeZone::get(zone).unwrap().to_timestamp(date.at(0, 0, 0, 0)).unwrap()
}

/// Edges keep out of the hours in which clocks change.
fn period() -> impl Strategy<Value = Period> {
    let edge = || prop_oneof![select(vec![0, 60, 120, 1440]), (12..=92).prop_map(|quarter| quarter * 15)];
    prop_oneof![
        3 => (edge(), edge()).prop_map(|(a, b)| Period { from: a.min(b), to: a.max(b) }),
        1 => (edge(), edge()).prop_map(|(from, to)| Period { from, to }),
        1 => Just(Period { from: 0, to: 1440 }),
    ]
}

/// Dates near `base`.
fn near(base: Date) -> impl Strategy<Value = Date> {
    (0..7_i64).prop_map(move |days| base + days.days())
}

fn weekly(base: Date, rows: usize) -> BoxedStrategy<Vec<Weekly>> {
    let row = (select(WEEK.to_vec()), period(), weighted(0.1, near(base)), weighted(0.1, near(base)));
    let rows = vec(row, 0..=rows).prop_map(|rows| {
        let weekly =
            |(weekday, period, valid_from, valid_until)| Weekly { weekday, period, valid_from, valid_until };
        rows.into_iter().map(weekly).collect()
    });
    let daily = period().prop_map(|period| {
        WEEK.map(|weekday| Weekly { weekday, period, valid_from: None, valid_until: None }).to_vec()
    });
    prop_oneof![rows, daily].boxed()
}

fn interval(from: Timestamp, longest: i64) -> impl Strategy<Value = Interval> {
    (-2 * 24 * 12..8 * 24 * 12_i64, 1..=longest / 5).prop_map(move |(start, length)| {
        let start = from + mins(start * 5);
        Interval::new(start, start + mins(length * 5))
    })
}

fn hours(zone: &'static str, base: Date) -> BoxedStrategy<Hours> {
    (
        weekly(base, 12),
        prop_oneof![Just(Vec::new()), weekly(base, 5)],
        proptest::collection::btree_map(near(base), vec(period(), 0..3), 0..3),
        proptest::collection::btree_set(near(base), 0..2),
        prop_oneof![3 => Just(Vec::new()), 1 => vec(interval(midnight(zone, base), 3000), 1..3)],
    )
        .prop_map(|(weekly, breaks, overrides, closed, extra)| Hours {
            weekly,
            breaks,
            overrides,
            closed,
            extra,
        })
        .boxed()
}

fn occupation(now: Timestamp) -> BoxedStrategy<Occupation> {
    let hold = (select(vec!["ana", "bia"]), select(vec![-5, 0, 5])).prop_map(move |(owner, expires)| {
        Occupation::Hold { owner: owner.to_owned(), expires_at: now + mins(expires) }
    });
    prop_oneof![
        4 => Just(Occupation::Confirmed),
        1 => select(vec![Occupation::External, Occupation::Blocked, Occupation::Pending, Occupation::Freed]),
        1 => hold,
    ]
    .boxed()
}

pub(super) fn entry(from: Timestamp, now: Timestamp) -> BoxedStrategy<Busy> {
    (interval(from, 180), 0..4_i64, 0..4_i64, 0..3_u32, occupation(now))
        .prop_map(|(interval, before, after, seats, occupation)| Busy {
            interval,
            before: mins(before * 7),
            after: mins(after * 10),
            seats,
            occupation,
        })
        .boxed()
}

fn calendar(zone: &'static str, base: Date, now: Timestamp) -> BoxedStrategy<Calendar> {
    let busy = vec(entry(midnight(zone, base), now), 0..25);
    let capacity = prop_oneof![2 => Just(1), 1 => 0..4_u32];
    (hours(zone, base), busy, capacity, weighted(0.2, 0..4_u32))
        .prop_map(move |(hours, busy, capacity, max_per_day)| Calendar {
            zone: TimeZone::get(zone).unwrap(),
            hours,
            busy,
            capacity,
            max_per_day,
        })
        .boxed()
}

fn grid() -> impl Strategy<Value = Grid> {
    let kind = select(vec![GridKind::Clock, GridKind::RangeStart, GridKind::DayGrid, GridKind::Optimized]);
    let step = prop_oneof![select(vec![15, 20, 25, 30, 40, 45, 50, 60, 90, 120]), 1..100];
    let own = weighted(0.3, select(vec![5, 10, 15, 25, 30, 60, 90]));
    let offset = prop_oneof![3 => Just(0), 1 => 1..20];
    (kind, step, own, offset).prop_map(|(kind, step_minutes, grid_minutes, offset_minutes)| Grid {
        kind,
        step_minutes,
        grid_minutes,
        offset_minutes,
    })
}

fn policy() -> BoxedStrategy<Policy> {
    let horizon = (0..8, any::<bool>()).prop_map(|(days, business)| Horizon { days, business });
    let notice = prop_oneof![Just(0), 0..2000_i64];
    (notice, weighted(0.3, horizon), any::<bool>(), weighted(0.5, Just("ana".to_owned())))
        .prop_map(|(notice, horizon, pending_blocks, hold_owner)| Policy {
            notice: mins(notice),
            horizon,
            pending_blocks,
            hold_owner,
        })
        .boxed()
}

fn visit() -> impl Strategy<Value = Visit> {
    (1..30_i64, 0..3_i64, 0..3_i64, 1..3_u32).prop_map(|(duration, before, after, seats)| Visit {
        duration: mins(duration * 5),
        before: mins(before * 10),
        after: mins(after * 15),
        seats: if duration % 3 == 0 { seats } else { 1 },
    })
}

/// A scene anywhere.
pub(super) fn scene() -> impl Strategy<Value = Scene> {
    select(PLACES.to_vec()).prop_flat_map(|(zone, base)| scene_at(zone, base))
}

/// A scene where clocks never change.
pub(super) fn scene_without_changes() -> impl Strategy<Value = Scene> {
    scene_at("Asia/Kolkata", date(2026, 2, 6))
}

fn scene_at(zone: &'static str, base: Date) -> BoxedStrategy<Scene> {
    let now = (-24 * 60..48 * 60_i64, select(vec![0, 1, 30 * 1_000_000_000_i64]));
    now.prop_flat_map(move |(minutes, nanos)| {
        let now = midnight(zone, base) + mins(minutes) + SignedDuration::from_nanos(nanos);
        let calendars = || vec(calendar(zone, base, now), 0..3);
        let calendars = (calendars(), calendars(), calendar(zone, base, now));
        let reader = select(vec![zone, zone, "UTC", "Asia/Tokyo", "America/New_York"]);
        let window = (0..4_i64, 0..3_i64, reader).prop_map(move |(first, length, reader)| Window {
            first: base + first.days(),
            last: base + (first + length).days(),
            zone: TimeZone::get(reader).unwrap(),
        });
        (calendars, visit(), grid(), policy(), window).prop_map(
            move |((mut all, any, one), visit, grid, policy, window)| {
                if all.is_empty() && any.is_empty() {
                    all.push(one);
                }
                Scene { now, all, any, visit, grid, policy, window }
            },
        )
    })
    .boxed()
}
