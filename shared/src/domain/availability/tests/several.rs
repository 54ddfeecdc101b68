//! Calendars that are all needed, and calendars of which one is.

use super::*;

fn times(starts: &[Timestamp]) -> Vec<String> {
    starts
        .iter()
        .map(|start| zone("America/Sao_Paulo").to_datetime(*start).strftime("%H:%M").to_string())
        .collect()
}

#[test]
fn what_is_needed_at_once_is_an_intersection() {
    let mut doctor = calendar(&["08:00-12:00"]);
    let mut room = calendar(&["09:10-18:00"]);
    doctor.busy = vec![booked("10:00", "10:30")];
    room.busy = vec![booked("11:00", "11:15")];
    // Free for both: 09:10-10:00, 10:30-11:00, 11:15-12:00.
    assert_eq!(times(&ask(30).of(&[&doctor, &room], &[])), ["09:30", "10:30", "11:30"]);
    assert_eq!(times(&ask(30).of(&[&room, &doctor], &[])), ["09:30", "10:30", "11:30"]);
    assert_eq!(times(&ask(60).of(&[&doctor, &room], &[])), [""; 0]);
}

#[test]
fn of_several_each_offers_its_own_and_none_twice() {
    let mut ana = calendar(&["08:00-10:00"]);
    let bia = calendar(&["08:10-11:00"]);
    ana.busy = vec![booked("08:00", "08:20")];
    // Ana: 08:20 rounds to 09:00. Bia: 08:10 rounds to 09:00, then 10:00.
    assert_eq!(times(&ask(60).of(&[], &[&ana, &bia])), ["09:00", "10:00"]);
    assert_eq!(ask(60).of(&[], &[&bia, &ana, &bia]), ask(60).of(&[], &[&ana, &bia]));
    let by_range = ask(60).grid(GridKind::RangeStart, 60);
    assert_eq!(times(&by_range.of(&[], &[&ana, &bia])), ["08:10", "08:20", "09:10"]);
}

#[test]
fn a_nurse_and_one_of_two_doctors() {
    let nurse = calendar(&["09:00-12:00"]);
    let ana = calendar(&["08:00-10:30"]);
    let bia = calendar(&["10:45-18:00"]);
    // With Ana 09:00-10:30, with Bia 10:45-12:00: nobody changes doctors in the middle.
    assert_eq!(times(&ask(30).of(&[&nurse], &[&ana, &bia])), ["09:00", "09:30", "10:00", "11:00", "11:30"]);
    assert_eq!(times(&ask(60).of(&[&nurse], &[&ana, &bia])), ["09:00", "11:00"]);
    assert_eq!(ask(30).of(&[&nurse], &[&ana, &bia]), ask(30).of(&[&nurse], &[&bia, &ana]));
}

#[test]
fn a_room_with_seats_may_be_needed_besides() {
    let doctor = calendar(&["08:00-12:00"]);
    let mut room = calendar(&["08:00-12:00"]);
    room.capacity = 2;
    room.busy = vec![
        booked("08:00", "10:00"),
        booked("09:00", "09:30"),
        entry("11:00", "11:10", Occupation::Blocked),
    ];
    // Full from 09:00 to 09:30; closed from 11:00 to 11:10, after which the grid begins anew.
    assert_eq!(times(&ask(60).of(&[&doctor, &room], &[])), ["08:00", "10:00"]);
    assert_eq!(
        times(&ask(30).of(&[&room], &[&doctor])),
        ["08:00", "08:30", "09:30", "10:00", "10:30", "11:30"]
    );
    let mut other = room.clone();
    other.busy = vec![Busy { seats: 2, ..booked("08:00", "09:00") }];
    assert_eq!(times(&ask(60).of(&[&doctor], &[&room, &other])), ["08:00", "09:00", "10:00", "11:00"]);
    assert_eq!(times(&ask(60).of(&[&room, &other], &[])), ["10:00"]);
}

#[test]
fn the_limits_of_each_count() {
    let mut ana = calendar(&["08:00-10:00"]);
    let bia = calendar(&["09:00-11:00"]);
    ana.max_per_day = Some(0);
    assert_eq!(times(&ask(60).of(&[], &[&ana, &bia])), ["09:00", "10:00"]);
    assert_eq!(times(&ask(60).of(&[&ana], &[&bia])), [""; 0]);
    assert_eq!(ask(60).of(&[&bia], &[]).len(), 2);
}

#[test]
fn each_of_any_has_the_grid_of_its_own_zone() {
    // 12:00Z is 09h here and 17h30 in Kolkata.
    let here = calendar(&["09:00-11:00"]);
    let there = calendar_in("Asia/Kolkata", &["17:30-19:30"]);
    assert_eq!(times(&ask(60).of(&[], &[&here, &there])), ["09:00", "09:30", "10:00"]);
    assert_eq!(times(&ask(60).of(&[&here], &[&there])), ["09:30"]);
    assert_eq!(times(&ask(60).of(&[&there], &[&here])), ["09:00", "10:00"]);
    assert_eq!(times(&ask(60).of(&[&there, &here], &[])), ["09:30"], "that of the first");
}

#[test]
fn nobody_offers_nothing() {
    let policy = Policy::default();
    let window = Window { first: day("2026-12-01"), last: day("2026-12-31"), zone: TimeZone::UTC };
    let question = Question {
        now: at("00:00"),
        all: vec![],
        any: vec![],
        visit: visit(30),
        grid: Grid::clock(30),
        policy: &policy,
        window,
    };
    assert_eq!((starts(&question), reach(&question)), (vec![], None));
}
