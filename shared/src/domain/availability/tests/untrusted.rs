//! Numbers nobody meant: every answer comes, and none is wrong.

use super::*;

const INTEGERS: [i32; 6] = [i32::MIN, -5, 0, 1, 100_000, i32::MAX];
const DURATIONS: [SignedDuration; 6] = [
    SignedDuration::MIN,
    SignedDuration::from_mins(-5),
    SignedDuration::ZERO,
    SignedDuration::from_nanos(1),
    SignedDuration::from_hours(24 * 365),
    SignedDuration::MAX,
];
const KINDS: [GridKind; 4] = [GridKind::Clock, GridKind::RangeStart, GridKind::DayGrid, GridKind::Optimized];

fn crowded() -> Calendar {
    let mut calendar = calendar(&["00:00-24:00"]);
    calendar.busy = vec![booked("09:00", "10:00"), booked("11:00", "08:00")];
    calendar
}

#[test]
fn every_step_mark_and_offset_has_an_answer() {
    let calendar = crowded();
    for kind in KINDS {
        for step_minutes in INTEGERS {
            for number in INTEGERS {
                let mut asking = ask(30).now("08:00");
                asking.grid = Grid { kind, step_minutes, grid_minutes: Some(number), offset_minutes: 0 };
                let marked = asking.of(&[&calendar], &[]);
                asking.grid = Grid { kind, step_minutes, grid_minutes: None, offset_minutes: number };
                for start in marked.into_iter().chain(asking.of(&[&calendar], &[])) {
                    assert!(start >= at("08:00") && start < at("2 00:00"));
                    assert!(is_free(&calendar, visit(30), &asking.policy, asking.now, start));
                }
            }
        }
    }
}

#[test]
fn every_duration_padding_and_notice_has_an_answer() {
    let mut calendar = crowded();
    for kind in KINDS {
        for one in DURATIONS {
            for other in DURATIONS {
                let mut asking = ask(30).now("08:00").grid(kind, 30);
                asking.visit = Visit { duration: one, before: other, after: one, seats: 1 };
                calendar.busy[0].before = one;
                calendar.busy[0].after = other;
                asking.policy.notice = other;
                let starts = asking.of(&[&calendar], &[]);
                assert!(one > SignedDuration::ZERO || starts.is_empty());
                for start in starts {
                    assert!(start >= asking.policy.earliest(asking.now));
                    assert!(is_free(&calendar, asking.visit, &asking.policy, asking.now, start));
                }
                fits_open(&calendar, asking.visit, at("09:00"));
            }
        }
    }
}

#[test]
fn every_number_of_seats_visits_and_days_has_an_answer() {
    let mut calendar = crowded();
    for number in [0, 1, 2, u32::MAX] {
        for other in [0, 1, u32::MAX] {
            calendar.capacity = number;
            calendar.max_per_day = Some(other);
            calendar.busy = vec![Busy { seats: other, ..booked("09:00", "10:00") }; 3];
            let mut asking = ask(30);
            asking.visit.seats = other;
            let starts = asking.of(&[&calendar], &[]);
            assert!(number > 0 || starts.is_empty());
        }
    }
    for days in INTEGERS {
        for business in [false, true] {
            let mut asking = ask(60);
            asking.policy.horizon = Some(Horizon { days, business });
            assert_eq!(asking.of(&[&crowded()], &[]).is_empty(), days < 0, "{days}");
        }
    }
}

#[test]
fn the_ends_of_the_calendar_have_an_answer() {
    let mut calendar = crowded();
    calendar.hours.extra = vec![Interval::new(Timestamp::MIN, Timestamp::MAX), span("10:00", "09:00")];
    for kind in KINDS {
        for now in [Timestamp::MIN, at("00:00"), Timestamp::MAX] {
            for date in [Date::MIN, day("2026-12-01"), Date::MAX] {
                let mut asking = ask(60).grid(kind, 60);
                (asking.now, asking.first, asking.last) = (now, date, date);
                asking.policy.horizon = None;
                let starts = asking.of(&[&calendar], &[]);
                assert!(starts.iter().all(|start| *start >= now));
                open(&calendar, date, date);
                day_is_full(&calendar, now);
                fits_open(&calendar, visit(60), now);
            }
        }
    }
    let backwards = ask(60).between("2026-12-02", "2026-12-01");
    assert_eq!(backwards.of(&[&calendar], &[]), []);
}

#[test]
fn minutes_outside_a_day_are_cut_off() {
    let mut doctor = calendar(&[]);
    let wild = Period { from: i32::MIN, to: i32::MAX };
    doctor.hours.overrides = BTreeMap::from([(day("2026-12-01"), vec![wild]), (day("2026-12-02"), vec![])]);
    let times = ask(60).between("2026-11-30", "2026-12-03").now("2026-11-01T00:00:00Z").times(&doctor);
    assert_eq!((times.len(), times[0].as_str()), (24, "1 00:00"));
}
