//! Cases worked out by hand. Unless a case says otherwise the clinic is in São Paulo, open daily, and it is Tuesday 2026-12-01, 0h.

mod clocks;
mod entries;
mod grids;
mod opening;
mod several;
mod untrusted;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::*;

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn mins(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// `"09:30"` of São Paulo on 2026-12-01, `"2 09:30"` on the second, or an instant.
fn at(text: &str) -> Timestamp {
    if text.len() > 8 {
        return text.parse().unwrap();
    }
    let (day, time) = text.split_once(' ').unwrap_or(("1", text));
    format!("2026-12-{day:0>2}T{time}-03:00").parse().unwrap()
}

fn span(from: &str, to: &str) -> Interval {
    Interval::new(at(from), at(to))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// `"09:30-12:00"`.
fn period(text: &str) -> Period {
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':').unwrap();
        hours.parse::<i32>().unwrap() * 60 + minutes.parse::<i32>().unwrap()
    };
    let (from, to) = text.split_once('-').unwrap();
    Period { from: minute(from), to: minute(to) }
}

/// Rows for every day of the week.
fn daily(periods: &[&str]) -> Vec<Weekly> {
    let row = |weekday: &Weekday, text: &str| Weekly {
        weekday: *weekday,
        period: period(text),
        valid_from: None,
        valid_until: None,
    };
    WEEK.iter().flat_map(|weekday| periods.iter().map(|text| row(weekday, text))).collect()
}

fn calendar_in(name: &str, periods: &[&str]) -> Calendar {
    Calendar {
        zone: zone(name),
        hours: Hours { weekly: daily(periods), ..Hours::default() },
        busy: Vec::new(),
        capacity: 1,
        max_per_day: None,
    }
}

fn calendar(periods: &[&str]) -> Calendar {
    calendar_in("America/Sao_Paulo", periods)
}

fn entry(from: &str, to: &str, occupation: Occupation) -> Busy {
    Busy {
        interval: span(from, to),
        before: SignedDuration::ZERO,
        after: SignedDuration::ZERO,
        seats: 1,
        occupation,
    }
}

fn booked(from: &str, to: &str) -> Busy {
    entry(from, to, Occupation::Confirmed)
}

fn visit(minutes: i64) -> Visit {
    Visit { duration: mins(minutes), before: SignedDuration::ZERO, after: SignedDuration::ZERO, seats: 1 }
}

fn grid(kind: GridKind, step_minutes: i32) -> Grid {
    Grid { kind, ..Grid::clock(step_minutes) }
}

/// A question with everything at rest.
#[derive(Clone)]
struct Ask {
    now: Timestamp,
    visit: Visit,
    grid: Grid,
    policy: Policy,
    first: Date,
    last: Date,
    zone: Option<TimeZone>,
}

/// A visit of so many minutes on 2026-12-01, on a clock grid with as long a step.
fn ask(minutes: i64) -> Ask {
    Ask {
        now: at("00:00"),
        visit: visit(minutes),
        grid: Grid::clock(i32::try_from(minutes).unwrap()),
        policy: Policy::default(),
        first: day("2026-12-01"),
        last: day("2026-12-01"),
        zone: None,
    }
}

impl Ask {
    fn now(mut self, text: &str) -> Self {
        self.now = at(text);
        self
    }

    fn on(self, text: &str) -> Self {
        self.between(text, text)
    }

    fn between(mut self, first: &str, last: &str) -> Self {
        self.first = day(first);
        self.last = day(last);
        self
    }

    fn grid(mut self, kind: GridKind, step_minutes: i32) -> Self {
        self.grid = grid(kind, step_minutes);
        self
    }

    fn of(&self, all: &[&Calendar], any: &[&Calendar]) -> Vec<Timestamp> {
        let zone = self.zone.clone().unwrap_or_else(|| all.iter().chain(any).next().unwrap().zone.clone());
        let window = Window { first: self.first, last: self.last, zone };
        starts(&Question {
            now: self.now,
            all: all.to_vec(),
            any: any.to_vec(),
            visit: self.visit,
            grid: self.grid,
            policy: &self.policy,
            window,
        })
    }

    /// The starts as wall times of the calendar: `"09:30"`, with the day of the month when several dates are asked for.
    fn times(&self, calendar: &Calendar) -> Vec<String> {
        let format = if self.first == self.last { "%H:%M" } else { "%-d %H:%M" };
        let wall = |start: &Timestamp| calendar.zone.to_datetime(*start).strftime(format).to_string();
        self.of(&[calendar], &[]).iter().map(wall).collect()
    }
}
