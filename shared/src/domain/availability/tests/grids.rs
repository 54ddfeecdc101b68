//! Where starts stand.

use super::*;

#[test]
fn marks_go_with_the_step() {
    for (step, mark) in [(60, 60), (120, 60), (90, 30), (45, 15), (40, 20), (50, 10), (25, 5), (7, 1)] {
        assert_eq!(Grid::clock(step).mark_minutes(), mark, "{step}");
    }
    assert_eq!(Grid { grid_minutes: Some(30), ..Grid::clock(60) }.mark_minutes(), 30);
}

#[test]
fn a_clock_grid_rounds_the_first_start_up_and_then_steps() {
    let doctor = calendar(&["09:10-12:00"]);
    assert_eq!(ask(40).times(&doctor), ["09:20", "10:00", "10:40", "11:20"]);
    let mut own = ask(40);
    own.grid.grid_minutes = Some(15);
    assert_eq!(own.times(&doctor), ["09:15", "09:55", "10:35", "11:15"]);
    // Marks are counted from the hour the first start lies in: 0, 25, 50 and 75 minutes.
    own.grid.grid_minutes = Some(25);
    assert_eq!(own.clone().now("09:51").times(&doctor), ["10:15", "10:55"]);
    assert_eq!(own.now("10:00").times(&doctor), ["10:00", "10:40", "11:20"]);
}

#[test]
fn a_time_beside_the_marks_is_no_start_where_marks_do_not_move() {
    let stands =
        |kind, step, text: &str| Grid { kind, ..Grid::clock(step) }.may_stand_at(text.parse().unwrap());
    for (kind, step, time, may) in [
        (GridKind::Clock, 30, "09:30", true),
        (GridKind::Clock, 30, "09:10", false),
        // After a visit that ends at 09:00 steps of 45 minutes begin there.
        (GridKind::Clock, 45, "09:45", true),
        (GridKind::Clock, 45, "09:40", false),
        (GridKind::DayGrid, 50, "09:10", true),
        (GridKind::DayGrid, 50, "09:00", false),
        (GridKind::RangeStart, 30, "09:10", true),
        (GridKind::Optimized, 30, "09:10", true),
    ] {
        assert_eq!(stands(kind, step, time), may, "{kind:?} {step} {time}");
    }
    assert!(Grid { grid_minutes: Some(25), ..Grid::clock(40) }.may_stand_at("10:05".parse().unwrap()));
}

#[test]
fn notice_counts_to_the_nanosecond() {
    let doctor = calendar(&["09:00-12:00"]);
    let mut soon = ask(60).now("08:00");
    soon.policy.notice = mins(120);
    assert_eq!(soon.times(&doctor), ["10:00", "11:00"]);
    soon.now = at("2026-12-01T08:00:00.000000001-03:00");
    assert_eq!(soon.times(&doctor), ["11:00"]);
}

#[test]
fn an_offset_moves_the_first_start_and_lengthens_the_step() {
    let mut offset = ask(25).now("2026-11-30T12:00:00Z");
    offset.grid.offset_minutes = 5;
    let times = offset.times(&calendar(&["00:00-24:00"]));
    assert_eq!((times.len(), times[0].as_str(), times[1].as_str()), (48, "00:05", "00:35"));
    let doctor = calendar(&["09:00-11:00"]);
    let mut hour = ask(40);
    hour.grid.offset_minutes = 10;
    assert_eq!(hour.times(&doctor), ["09:10", "10:00"]);
    assert_eq!(with(&hour, GridKind::RangeStart).times(&doctor), ["09:10", "10:00"]);
    assert_eq!(
        with(&hour, GridKind::DayGrid).times(&doctor),
        ["09:30", "10:10"],
        "10 minutes after multiples of 40"
    );
}

fn with(ask: &Ask, kind: GridKind) -> Ask {
    Ask { grid: Grid { kind, ..ask.grid }, ..ask.clone() }
}

#[test]
fn a_grid_of_the_range_leaves_out_and_moves_nothing() {
    let mut doctor = calendar(&["09:10-11:00"]);
    let day = ask(30).grid(GridKind::RangeStart, 30);
    assert_eq!(day.times(&doctor), ["09:10", "09:40", "10:10"]);
    assert_eq!(day.clone().now("09:10:01").times(&doctor), ["09:40", "10:10"]);
    doctor.busy = vec![booked("09:30", "09:37:30")];
    let starts: Vec<_> = day.of(&[&doctor], &[]);
    assert_eq!(starts, [at("09:37:30"), at("10:07:30")]);
}

#[test]
fn a_day_grid_counts_from_midnight() {
    let mut doctor = calendar(&["09:00-12:00"]);
    // Multiples of 50 minutes: 08:20, 09:10, 10:00, 10:50, 11:40.
    let day = ask(50).grid(GridKind::DayGrid, 50);
    assert_eq!(day.times(&doctor), ["09:10", "10:00", "10:50"]);
    doctor.busy = vec![booked("10:05", "10:10")];
    assert_eq!(day.times(&doctor), ["09:10", "10:50"]);
    assert_eq!(day.now("09:10:01").times(&doctor), ["10:50"]);
}

#[test]
fn an_optimized_start_moves_only_as_far_as_it_costs_nothing() {
    for (hours, minutes, expected) in [
        // 140 minutes: 20 to spare. 50 to the hour are too many, 5 to the quarter are not.
        ("10:10-12:30", 60, vec!["10:15", "11:15"]),
        // 110 minutes: 50 to spare, which is exactly the way to the hour.
        ("10:10-12:00", 60, vec!["11:00"]),
        // 123 minutes: 3 to spare, just enough for the quarter.
        ("09:12-11:15", 60, vec!["09:15", "10:15"]),
        // 3 to spare again, and 4 to the next mark of any kind.
        ("09:11-11:14", 60, vec!["09:11", "10:11"]),
        // 9 to spare: 13 to the quarter, 3 to five minutes.
        ("09:17-11:26", 60, vec!["09:20", "10:20"]),
        // On a mark of its grid already, it does not go looking for a quarter.
        ("09:20-11:30", 40, vec!["09:20", "10:00", "10:40"]),
        ("09:00-09:59", 60, vec![]),
    ] {
        let doctor = calendar(&[hours]);
        let step = i32::try_from(minutes).unwrap();
        assert_eq!(ask(minutes).grid(GridKind::Optimized, step).times(&doctor), expected, "{hours}");
    }
}

#[test]
fn an_optimized_start_counts_from_notice() {
    let hour = ask(60).grid(GridKind::Optimized, 60);
    let times = |now: &str, hours: &str| hour.clone().now(now).times(&calendar(&[hours]));
    assert_eq!(times("09:20", "09:00-12:00"), ["10:00", "11:00"], "160 minutes, 40 to spare, 40 to the hour");
    assert_eq!(times("09:10", "09:00-11:55"), ["09:15", "10:15"], "165 minutes, 45 to spare, 50 to the hour");
    assert_eq!(times("09:09:30", "09:00-11:55"), ["09:15", "10:15"], "seconds round up to the minute");
    assert_eq!(times("09:10", "00:00-24:00")[0], "10:00", "a day that goes on for ever has time to spare");
}

#[test]
fn an_optimized_offset_costs_no_visit_either() {
    // Two visits of 50 with 10 between and before: 09:21 + 10 .. 11:21. 130 minutes of room less 10, less 50 leave 10 over a step of 60.
    let doctor = calendar(&["09:21-11:31"]);
    let mut offset = ask(50).grid(GridKind::Optimized, 50);
    offset.grid.offset_minutes = 10;
    assert_eq!(offset.times(&doctor), ["09:40", "10:40"], "9 minutes to the mark at 09:30, then the offset");
}
