//! Hours, breaks, dates of their own, extra time.

use super::*;

#[test]
fn an_override_replaces_hours_breaks_and_the_closed_date() {
    let mut doctor = calendar(&["08:00-12:00"]);
    doctor.hours.breaks = daily(&["10:00-11:00"]);
    assert_eq!(ask(60).times(&doctor), ["08:00", "09:00", "11:00"]);
    doctor.hours.closed = BTreeSet::from([day("2026-12-01")]);
    assert_eq!(ask(60).times(&doctor), [""; 0]);
    doctor.hours.overrides.insert(day("2026-12-01"), vec![period("09:00-11:00"), period("10:00-12:00")]);
    assert_eq!(ask(60).times(&doctor), ["09:00", "10:00", "11:00"]);
    doctor.hours.overrides.insert(day("2026-12-01"), vec![]);
    assert_eq!(ask(60).times(&doctor), [""; 0]);
    assert_eq!(ask(60).on("2026-12-02").times(&doctor), ["08:00", "09:00", "11:00"]);
}

#[test]
fn extra_time_is_open_in_any_case_and_joins_what_it_touches() {
    let mut doctor = calendar(&["08:00-09:00"]);
    doctor.hours.extra = vec![span("09:00", "09:30"), span("07:30", "08:10")];
    assert_eq!(ask(120).grid(GridKind::RangeStart, 60).times(&doctor), ["07:30"]);
    doctor.hours.closed = BTreeSet::from([day("2026-12-01")]);
    assert_eq!(ask(30).times(&doctor), ["07:30", "09:00"]);
    // Across midnight, seen from the second day: 23:00 + 3 * 40 = 01:00.
    doctor.hours.extra = vec![span("23:00", "2 02:00")];
    assert_eq!(ask(40).on("2026-12-02").times(&doctor)[..2], ["00:20", "01:00"]);
}

#[test]
fn validity_includes_both_dates() {
    let mut doctor = calendar(&["08:00-09:00"]);
    for row in &mut doctor.hours.weekly {
        row.valid_from = Some(day("2026-12-02"));
        row.valid_until = Some(day("2026-12-03"));
    }
    let times = ask(60).between("2026-12-01", "2026-12-10").times(&doctor);
    assert_eq!(times, ["2 08:00", "3 08:00"]);
}

#[test]
fn a_period_that_does_not_end_after_it_begins_opens_nothing() {
    assert_eq!(ask(60).times(&calendar(&["22:00-06:00", "09:00-09:00", "10:00-11:00"])), ["10:00"]);
    let mut doctor = calendar(&["08:00-10:00"]);
    doctor.hours.breaks = daily(&["09:00-08:00"]);
    assert_eq!(ask(60).times(&doctor), ["08:00", "09:00"]);
    doctor.hours.breaks = daily(&["07:00-08:30", "09:30-12:00", "08:50-09:00"]);
    assert_eq!(ask(20).grid(GridKind::RangeStart, 20).times(&doctor), ["08:30", "09:00"]);
}

#[test]
fn opening_time_is_that_of_the_dates_alone() {
    let mut doctor = calendar(&["00:00-02:00", "22:00-24:00"]);
    let (first, second) = (day("2026-12-01"), day("2026-12-02"));
    assert_eq!(open(&doctor, first, first), [span("00:00", "02:00"), span("22:00", "2 00:00")]);
    let two = [span("00:00", "02:00"), span("22:00", "2 02:00"), span("2 22:00", "3 00:00")];
    assert_eq!(open(&doctor, first, second), two);
    doctor.hours.extra =
        vec![span("2026-11-30T12:00:00Z", "00:30"), span("12:00", "13:00"), span("4 12:00", "4 13:00")];
    assert_eq!(
        open(&doctor, first, first),
        [span("00:00", "02:00"), span("12:00", "13:00"), span("22:00", "2 00:00")]
    );
    assert_eq!(open(&doctor, second, first), []);
    doctor.busy = vec![booked("00:00", "24:00".replace("24:00", "2 00:00").as_str())];
    assert_eq!(open(&doctor, first, first).len(), 3, "whatever is booked");
}

#[test]
fn reach_follows_the_range_to_where_it_begins() {
    let reach = |calendar: &Calendar, asking: &Ask| {
        let window = Window { first: asking.first, last: asking.last, zone: calendar.zone.clone() };
        super::reach(&Question {
            now: asking.now,
            all: vec![calendar],
            any: vec![],
            visit: asking.visit,
            grid: asking.grid,
            policy: &asking.policy,
            window,
        })
    };
    let by_day = calendar(&["08:00-12:00"]);
    let third = ask(30).on("2026-12-03");
    assert_eq!(reach(&by_day, &third), Some(span("3 00:00", "4 00:00")));
    let night = calendar(&["22:00-24:00", "00:00-06:00"]);
    assert_eq!(reach(&night, &third), Some(span("2 00:00", "5 00:00")));
    let always = calendar(&["00:00-24:00"]);
    assert_eq!(reach(&always, &third), Some(span("1 00:00", "5 00:00")), "back to now");
    let mut padded = third.clone();
    padded.visit.before = mins(15);
    padded.visit.after = mins(30);
    assert_eq!(reach(&by_day, &padded), Some(span("2 23:45", "4 00:30")));
    assert_eq!(reach(&by_day, &third.now("4 00:00")), None, "the past");
}
