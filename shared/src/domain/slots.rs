//! What is free: one pure function over sorted intervals.
//!
//! Everything is an instant. Opening time minus what is taken leaves free ranges; starts stand on a clock grid inside them. The list, the
//! assistant, the public page and the writer all come here, so whatever is offered can be booked.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A half-open interval `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// From, inclusive.
    pub from: Timestamp,
    /// To, exclusive.
    pub to: Timestamp,
}

impl Interval {
    /// `[from, to)`.
    pub fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Whether the two share an instant.
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    fn covers(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// The shape of a visit.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The visit itself.
    pub duration: SignedDuration,
    /// Kept free before it.
    pub before: SignedDuration,
    /// Kept free after it.
    pub after: SignedDuration,
}

impl Shape {
    fn at(self, start: Timestamp) -> Interval {
        Interval::new(start, start + self.duration)
    }

    /// The visit with its padding.
    fn padded(self, start: Timestamp) -> Interval {
        Interval::new(start - self.before, start + self.duration + self.after)
    }
}

/// The time a visit may be placed in. Padding need not lie inside the opening time.
#[derive(Debug, Clone, Default)]
pub struct Day {
    opening: Vec<Interval>,
    taken: Vec<Interval>,
}

impl Day {
    /// Opening time and what is taken of it (appointments with their own padding, blocks), in any order, overlapping or not.
    pub fn new(opening: Vec<Interval>, taken: Vec<Interval>) -> Self {
        Self { opening: merge(opening), taken: merge(taken) }
    }

    /// Whether there is any opening time.
    pub fn is_open(&self) -> bool {
        !self.opening.is_empty()
    }

    /// Whether a visit that starts at `start` lies inside one opening period.
    pub fn is_inside_opening(&self, shape: Shape, start: Timestamp) -> bool {
        self.opening.iter().any(|period| period.covers(shape.at(start)))
    }

    /// Whether nothing that is taken meets the visit and its padding.
    pub fn is_free(&self, shape: Shape, start: Timestamp) -> bool {
        let visit = shape.padded(start);
        let next = self.taken.partition_point(|taken| taken.to <= visit.from);
        self.taken.get(next).is_none_or(|taken| !taken.overlaps(visit))
    }

    /// The starts offered from `earliest` on, on a grid of `step_minutes` in `zone`, ascending.
    pub fn starts(
        &self,
        shape: Shape,
        earliest: Timestamp,
        step_minutes: i32,
        zone: &TimeZone,
    ) -> Vec<Timestamp> {
        let step = SignedDuration::from_mins(i64::from(step_minutes.max(1)));
        let mut starts = Vec::new();
        for free in self.free(shape) {
            let mut start = on_grid(free.from.max(earliest), step_minutes, zone);
            while start + shape.duration <= free.to {
                starts.push(start);
                start += step;
            }
        }
        starts
    }

    /// The ranges in which the visit itself may lie: opening time minus what is taken, the latter widened by the visit's own padding. One
    /// sweep over two sorted lists.
    fn free(&self, shape: Shape) -> Vec<Interval> {
        let mut free = Vec::new();
        for period in &self.opening {
            let mut from = period.from;
            let first = self.taken.partition_point(|taken| taken.to + shape.before <= period.from);
            for taken in
                self.taken.iter().skip(first).take_while(|taken| taken.from - shape.after < period.to)
            {
                let until = taken.from - shape.after;
                if from < until {
                    free.push(Interval::new(from, until));
                }
                from = from.max(taken.to + shape.before);
            }
            if from < period.to {
                free.push(Interval::new(from, period.to));
            }
        }
        free
    }
}

/// Sorted, without empty ones, touching and overlapping ones made one.
fn merge(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|interval| interval.from < interval.to);
    intervals.sort_unstable();
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => merged.push(interval),
        }
    }
    merged
}

/// The first instant from `at` on whose local minute is a multiple of the grid that goes with the step: the largest of 60, 30, 20, 15, 10, 5
/// that divides it, counted from the full hour, so that people read 9h30 and not 9h37.
fn on_grid(at: Timestamp, step_minutes: i32, zone: &TimeZone) -> Timestamp {
    let grid = [60, 30, 20, 15, 10, 5].into_iter().find(|grid| step_minutes % grid == 0).unwrap_or(1);
    let local = zone.to_datetime(at);
    let into_hour = i64::from(local.minute()) * 60 + i64::from(local.second());
    let has_fraction = local.subsec_nanosecond() > 0;
    let grid_seconds = i64::from(grid) * 60;
    let past = into_hour % grid_seconds;
    let whole = at - SignedDuration::from_nanos(i64::from(local.subsec_nanosecond()));
    if past == 0 && !has_fraction { whole } else { whole + SignedDuration::from_secs(grid_seconds - past) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZONE: &str = "America/Sao_Paulo";

    fn at(text: &str) -> Timestamp {
        format!("2026-12-01T{text}-03:00").parse().unwrap()
    }

    fn interval(from: &str, to: &str) -> Interval {
        Interval::new(at(from), at(to))
    }

    fn shape(duration: i64, before: i64, after: i64) -> Shape {
        let minutes = SignedDuration::from_mins;
        Shape { duration: minutes(duration), before: minutes(before), after: minutes(after) }
    }

    fn times(day: &Day, shape: Shape, earliest: &str, step: i32) -> Vec<String> {
        let zone = TimeZone::get(ZONE).unwrap();
        let starts = day.starts(shape, at(earliest), step, &zone);
        starts.iter().map(|start| zone.to_datetime(*start).strftime("%H:%M").to_string()).collect()
    }

    fn morning_and_afternoon(taken: Vec<Interval>) -> Day {
        Day::new(vec![interval("14:00:00", "18:00:00"), interval("08:00:00", "12:00:00")], taken)
    }

    #[test]
    fn the_last_start_is_the_end_of_hours_minus_the_duration_and_nothing_crosses_lunch() {
        let day = morning_and_afternoon(vec![]);
        assert_eq!(
            times(&day, shape(60, 0, 0), "00:00:00", 60),
            ["08:00", "09:00", "10:00", "11:00", "14:00", "15:00", "16:00", "17:00"]
        );
        assert_eq!(
            times(&day, shape(90, 0, 0), "10:00:00", 30),
            ["10:00", "10:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
        );
    }

    #[test]
    fn intervals_are_half_open() {
        let day = morning_and_afternoon(vec![interval("09:00:00", "09:30:00")]);
        assert_eq!(times(&day, shape(30, 0, 0), "08:00:00", 30)[..4], ["08:00", "08:30", "09:30", "10:00"]);
    }

    #[test]
    fn padding_of_both_sides_counts_and_may_lie_outside_hours() {
        // A visit at 09:00–09:30 that keeps ten minutes free after it.
        let day = morning_and_afternoon(vec![interval("09:00:00", "09:40:00")]);
        let starts = times(&day, shape(30, 15, 15), "08:00:00", 15);
        assert_eq!(starts[..4], ["08:00", "08:15", "10:00", "10:15"]);
        assert_eq!(starts.last().unwrap(), "17:30");
    }

    #[test]
    fn the_past_is_hidden_to_the_second() {
        let day = morning_and_afternoon(vec![]);
        assert_eq!(times(&day, shape(30, 0, 0), "11:00:01", 30)[..2], ["11:30", "14:00"]);
    }

    #[test]
    fn an_explicit_start_need_not_be_on_the_grid() {
        let day = morning_and_afternoon(vec![interval("09:00:00", "09:30:00")]);
        let visit = shape(30, 0, 0);
        assert!(day.is_inside_opening(visit, at("08:07:00")) && day.is_free(visit, at("08:07:00")));
        assert!(!day.is_free(visit, at("08:31:00")));
        assert!(!day.is_inside_opening(visit, at("11:31:00")));
    }

    proptest! {
        #[test]
        fn every_offered_start_can_be_booked_and_the_order_of_input_does_not_matter(
            mut taken in prop::collection::vec((0_i64..900, 5_i64..120), 0..20),
            duration in 5_i64..120, before in 0_i64..30, after in 0_i64..30, step in prop::sample::select(vec![5, 10, 15, 20, 30, 45, 60]),
        ) {
            let zone = TimeZone::get(ZONE).unwrap();
            let midnight = at("00:00:00");
            let minutes = |m: i64| SignedDuration::from_mins(m);
            let list = |taken: &[(i64, i64)]| taken.iter()
                .map(|(from, length)| Interval::new(midnight + minutes(*from), midnight + minutes(from + length))).collect::<Vec<_>>();
            let visit = shape(duration, before, after);
            let day = morning_and_afternoon(list(&taken));
            let starts = day.starts(visit, at("06:30:00"), step, &zone);
            for start in &starts {
                prop_assert!(day.is_free(visit, *start) && day.is_inside_opening(visit, *start));
                for other in list(&taken) {
                    prop_assert!(!visit.padded(*start).overlaps(other));
                }
            }
            prop_assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
            taken.reverse();
            prop_assert_eq!(starts, morning_and_afternoon(list(&taken)).starts(visit, at("06:30:00"), step, &zone));
        }
    }
}
