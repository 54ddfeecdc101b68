//! The slot engine against its budgets: 30 days of one professional with 400 entries in at most 200 µs, of fifty in at most 5 ms.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::domain::availability::{
    Busy, Calendar, Grid, Horizon, Hours, Interval, Occupation, Period, Policy, Question, Visit, Weekly,
    Window, starts,
};

const ENTRIES: u64 = 400;

/// Monday to Saturday, 7h to 20h with an hour for lunch, and entries spread over the thirty days by a fixed rule, in no order.
fn professional(seed: u64) -> Calendar {
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
    let first: Timestamp = "2026-12-01T00:00:00-03:00".parse().unwrap();
    let entry = |number: u64| {
        let mixed = (number + seed * ENTRIES).wrapping_mul(6_364_136_223_846_793_005).rotate_left(29);
        let quarter = i64::try_from(mixed % (30 * 96)).unwrap();
        let from = first + SignedDuration::from_mins(quarter * 15);
        Busy {
            interval: Interval::new(from, from + SignedDuration::from_mins(20)),
            before: SignedDuration::ZERO,
            after: SignedDuration::from_mins(5),
            seats: 1,
            occupation: Occupation::Confirmed,
        }
    };
    Calendar {
        zone: TimeZone::get("America/Sao_Paulo").unwrap(),
        hours: Hours { weekly: every(7 * 60, 20 * 60), breaks: every(12 * 60, 13 * 60), ..Hours::default() },
        busy: (0..ENTRIES).map(entry).collect(),
        capacity: 1,
        max_per_day: None,
    }
}

fn question<'a>(policy: &'a Policy, all: Vec<&'a Calendar>, any: Vec<&'a Calendar>) -> Question<'a> {
    let visit = Visit {
        duration: SignedDuration::from_mins(30),
        before: SignedDuration::ZERO,
        after: SignedDuration::ZERO,
        seats: 1,
    };
    let window = Window {
        first: date(2026, 12, 1),
        last: date(2026, 12, 30),
        zone: TimeZone::get("America/Sao_Paulo").unwrap(),
    };
    let now = "2026-12-01T09:10:00-03:00".parse().unwrap();
    Question { now, all, any, visit, grid: Grid::clock(15), policy, window }
}

fn slots(criterion: &mut Criterion) {
    let policy = Policy {
        notice: SignedDuration::from_hours(2),
        horizon: Some(Horizon { days: 60, business: false }),
        ..Policy::default()
    };
    let clinic: Vec<Calendar> = (0..50).map(professional).collect();
    let one = professional(0);
    let seats = Calendar { capacity: 3, ..professional(0) };
    let ask = |calendar| starts(black_box(&question(&policy, vec![calendar], Vec::new())));
    let mut group = criterion.benchmark_group("slots, 30 days, 400 entries each");
    group.sample_size(50);
    group.bench_function("1 professional", |run| run.iter(|| ask(&one)));
    group.bench_function("1 group of 3 seats", |run| run.iter(|| ask(&seats)));
    group.bench_function("50 professionals, one by one", |run| {
        run.iter(|| clinic.iter().map(|calendar| ask(calendar).len()).sum::<usize>());
    });
    group.bench_function("50 professionals, any of them", |run| {
        run.iter(|| starts(black_box(&question(&policy, Vec::new(), clinic.iter().collect()))));
    });
    group.finish();
}

criterion_group!(benches, slots);
criterion_main!(benches);
