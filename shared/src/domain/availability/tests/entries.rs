//! Entries, padding, holds, seats, limits of a day and of the future.

use super::*;

fn hold(owner: &str, expires_at: &str) -> Occupation {
    Occupation::Hold { owner: owner.to_owned(), expires_at: at(expires_at) }
}

#[test]
fn intervals_are_half_open_and_the_grid_begins_anew_after_an_entry() {
    let mut doctor = calendar(&["08:00-12:00"]);
    doctor.busy = vec![booked("09:00", "10:10")];
    assert_eq!(ask(60).times(&doctor), ["08:00", "11:00"]);
    assert_eq!(ask(30).times(&doctor), ["08:00", "08:30", "10:30", "11:00", "11:30"]);
    doctor.busy = vec![booked("10:00", "10:30"), booked("09:00", "10:00"), booked("09:15", "09:30")];
    assert_eq!(ask(30).times(&doctor), ["08:00", "08:30", "10:30", "11:00", "11:30"]);
}

#[test]
fn an_entry_without_instants_takes_nothing() {
    let mut doctor = calendar(&["08:00-10:00"]);
    doctor.busy = vec![booked("09:00", "09:00"), booked("09:30", "08:30")];
    doctor.busy[0].before = mins(30);
    assert_eq!(ask(60).times(&doctor), ["08:00", "09:00"]);
}

#[test]
fn the_padding_of_both_sides_adds_up() {
    let mut doctor = calendar(&["09:00-12:00"]);
    doctor.busy = vec![Busy { before: mins(10), after: mins(20), ..booked("10:00", "10:30") }];
    let mut padded = ask(30).grid(GridKind::RangeStart, 5);
    padded.visit = Visit { before: mins(15), after: mins(5), ..visit(30) };
    // Before it: end + 5 + 10 <= 10:00, so the last start is 09:15. After it: 10:30 + 20 + 15 = 11:05.
    let times = padded.times(&doctor);
    assert_eq!(
        times,
        ["09:00", "09:05", "09:10", "09:15", "11:05", "11:10", "11:15", "11:20", "11:25", "11:30"]
    );
    // Padding need not lie inside opening hours, on either side.
    doctor.busy = vec![Busy { after: mins(10), ..booked("08:00", "08:50") }];
    assert_eq!(padded.times(&doctor).first().unwrap(), "09:15");
    doctor.busy = vec![];
    assert_eq!(padded.times(&doctor).first().unwrap(), "09:00");
    assert_eq!(padded.times(&doctor).last().unwrap(), "11:30");
}

#[test]
fn a_hold_hides_its_start_from_others_until_it_expires() {
    let mut doctor = calendar(&["08:00-10:00"]);
    let mut asking = ask(60).now("07:00");
    let mut times = |occupation: Occupation, owner: Option<&str>| {
        doctor.busy = vec![entry("08:00", "09:00", occupation)];
        asking.policy.hold_owner = owner.map(str::to_owned);
        asking.times(&doctor)
    };
    assert_eq!(times(hold("ana", "07:05"), Some("bia")), ["09:00"]);
    assert_eq!(times(hold("ana", "07:05"), None), ["09:00"]);
    assert_eq!(times(hold("ana", "07:05"), Some("ana")), ["08:00", "09:00"]);
    assert_eq!(times(hold("ana", "07:00:01"), Some("bia")), ["09:00"]);
    assert_eq!(times(hold("ana", "07:00"), Some("bia")), ["08:00", "09:00"]);
}

#[test]
fn only_some_occupations_take_time() {
    let mut doctor = calendar(&["08:00-10:00"]);
    let mut taken = |occupation: Occupation, pending_blocks: bool| {
        doctor.busy = vec![entry("08:00", "09:00", occupation)];
        let mut asking = ask(60);
        asking.policy.pending_blocks = pending_blocks;
        asking.times(&doctor) == ["09:00"]
    };
    for occupation in [Occupation::Confirmed, Occupation::External, Occupation::Blocked] {
        assert!(taken(occupation, false));
    }
    assert!(taken(Occupation::Pending, true));
    assert!(!taken(Occupation::Pending, false));
    assert!(!taken(Occupation::Freed, true));
}

#[test]
fn seats_count_at_each_moment_and_not_over_the_visit() {
    let mut group = calendar(&["09:00-12:00"]);
    group.capacity = 2;
    // One after the other: never more than one seat at a time.
    group.busy = vec![booked("09:00", "09:30"), booked("09:30", "10:00")];
    assert_eq!(ask(60).times(&group), ["09:00", "10:00", "11:00"]);
    let mut pair = ask(60);
    pair.visit.seats = 2;
    assert_eq!(pair.times(&group), ["10:00", "11:00"]);
    pair.visit.seats = 3;
    assert_eq!(pair.times(&group), [""; 0]);
    // A full moment hides what covers it and moves no mark of the grid.
    group.busy = vec![booked("09:50", "10:10"), Busy { seats: 2, ..booked("10:05", "10:06") }];
    assert_eq!(ask(60).grid(GridKind::Clock, 30).times(&group), ["09:00", "10:30", "11:00"]);
}

#[test]
fn seats_are_widened_by_padding_too() {
    let mut group = calendar(&["09:00-12:00"]);
    group.capacity = 2;
    group.busy = vec![Busy { after: mins(15), ..booked("09:00", "10:00") }, booked("10:00", "11:00")];
    // Both are there from 10:00 to 10:15.
    let times = ask(30).grid(GridKind::Clock, 15).times(&group);
    assert_eq!(times, ["09:00", "09:15", "09:30", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30"]);
}

#[test]
fn what_is_blocked_or_external_closes_a_group_as_well() {
    let mut group = calendar(&["09:00-12:00"]);
    group.capacity = 9;
    for occupation in [Occupation::External, Occupation::Blocked] {
        group.busy = vec![entry("09:00", "10:10", occupation)];
        assert_eq!(ask(30).times(&group), ["10:30", "11:00", "11:30"]);
    }
    group.busy =
        vec![entry("09:00", "12:00", Occupation::Pending), entry("09:00", "12:00", hold("ana", "01:00"))];
    group.capacity = 1;
    assert_eq!(ask(60).times(&group), [""; 0]);
    group.capacity = 2;
    assert_eq!(ask(60).times(&group).len(), 3);
    let mut pending = ask(60);
    pending.policy.pending_blocks = true;
    assert_eq!(pending.times(&group), [""; 0]);
    pending.policy.hold_owner = Some("ana".to_owned());
    assert_eq!(pending.times(&group).len(), 3);
}

#[test]
fn a_day_takes_so_many_confirmed_visits_by_its_own_date() {
    let mut doctor = calendar(&["20:00-24:00"]);
    doctor.max_per_day = Some(2);
    // 2026-12-02T01:00Z is still the first.
    doctor.busy = vec![booked("20:00", "21:00"), booked("2026-12-02T01:00:00Z", "2026-12-02T02:00:00Z")];
    let days = ask(60).between("2026-12-01", "2026-12-02");
    assert_eq!(days.times(&doctor), ["2 20:00", "2 21:00", "2 22:00", "2 23:00"]);
    assert!(day_is_full(&doctor, at("23:59")) && !day_is_full(&doctor, at("2 00:00")));
    doctor.busy[0].occupation = Occupation::Pending;
    assert_eq!(days.times(&doctor)[..3], ["1 20:00", "1 21:00", "1 23:00"]);
    doctor.max_per_day = Some(0);
    assert_eq!(days.times(&doctor), [""; 0]);
}

#[test]
fn business_days_of_the_horizon_skip_weekends() {
    // 2026-12-01 is a Tuesday.
    for (today, days, business, last) in [
        ("1 12:00", 3, false, "2026-12-04"),
        ("1 12:00", 3, true, "2026-12-04"),
        ("1 12:00", 4, true, "2026-12-07"),
        ("2 12:00", 10, true, "2026-12-16"),
        ("4 12:00", 0, true, "2026-12-04"),
        ("4 12:00", 1, true, "2026-12-07"),
        ("4 12:00", 6, true, "2026-12-14"),
        ("5 12:00", 0, true, "2026-12-05"),
        ("5 12:00", 1, true, "2026-12-07"),
        ("5 12:00", 5, true, "2026-12-11"),
        ("6 12:00", 6, true, "2026-12-14"),
        // Already the seventh in UTC.
        ("6 23:30", 1, false, "2026-12-07"),
        ("6 23:30", -1, false, "2026-12-05"),
    ] {
        let policy = Policy { horizon: Some(Horizon { days, business }), ..Policy::default() };
        let found = policy.last_date(&zone("America/Sao_Paulo"), at(today));
        assert_eq!(found, Some(day(last)), "{today} + {days} {business}");
    }
}

#[test]
fn the_horizon_ends_with_a_date_and_cuts_no_visit() {
    let always = calendar(&["00:00-24:00"]);
    let mut far = ask(180).between("2026-12-03", "2026-12-06").now("12:00");
    far.policy.horizon = Some(Horizon { days: 2, business: false });
    assert_eq!(far.times(&always).last().unwrap(), "3 21:00");
    far.visit = visit(240);
    assert_eq!(far.times(&always).last().unwrap(), "3 21:00", "may end after it");
    far.policy.horizon = Some(Horizon { days: -1, business: false });
    assert_eq!(far.between("2026-12-01", "2026-12-31").times(&always), [""; 0]);
}

#[test]
fn an_explicit_start_need_not_stand_on_the_grid() {
    let mut doctor = calendar(&["08:00-12:00", "14:00-18:00"]);
    doctor.busy = vec![booked("09:00", "09:30")];
    let policy = Policy::default();
    let free = |start: &str| is_free(&doctor, visit(30), &policy, at("00:00"), at(start));
    assert!(free("08:07") && free("09:30") && free("03:00"));
    assert!(!free("08:31") && !free("09:29"));
    assert!(fits_open(&doctor, visit(30), at("08:07")) && fits_open(&doctor, visit(30), at("11:30")));
    assert!(!fits_open(&doctor, visit(30), at("11:31")) && !fits_open(&doctor, visit(30), at("07:59")));
    assert!(!fits_open(&doctor, visit(240), at("10:00")) && !fits_open(&doctor, visit(0), at("10:00")));
    let night = calendar(&["00:00-02:00", "22:00-24:00"]);
    assert!(fits_open(&night, visit(240), at("22:00")) && !fits_open(&night, visit(241), at("22:00")));
    doctor.capacity = 2;
    assert!(is_free(&doctor, visit(30), &policy, at("00:00"), at("09:00")));
    assert!(!is_free(&doctor, Visit { seats: 2, ..visit(30) }, &policy, at("00:00"), at("09:29")));
}
