//! Clocks that change, zones off the hour, dates that do not exist, nights.

use super::*;

/// The starts as instants of UTC, `"04:00"`.
fn utc(ask: &Ask, calendar: &Calendar) -> Vec<String> {
    let written = |start: Timestamp| TimeZone::UTC.to_datetime(start).strftime("%H:%M").to_string();
    ask.of(&[calendar], &[]).into_iter().map(written).collect()
}

#[test]
fn a_missing_midnight_joins_the_night_on_both_sides_of_it() {
    // 2018-11-03 24:00 of -03:00 is 2018-11-04 01:00 of -02:00: from 22:00 to 06:00 there are seven hours.
    let night = calendar(&["22:00-24:00", "00:00-06:00"]);
    let ask = ask(90).now("2018-11-01T00:00:00Z");
    assert_eq!(utc(&ask.clone().on("2018-11-04"), &night)[..2], ["04:00", "05:30"]);
    let both = ask.between("2018-11-03", "2018-11-04");
    let times = both.times(&night);
    assert_eq!(times[times.len() - 5..], ["3 23:30", "4 02:00", "4 03:30", "4 22:00", "4 23:30"]);
}

#[test]
fn the_night_with_a_repeated_hour_has_one_more() {
    let night = calendar_in("America/New_York", &["00:00-04:00"]);
    let fall = ask(60).now("2026-10-01T00:00:00Z").on("2026-11-01");
    assert_eq!(utc(&fall, &night), ["04:00", "05:00", "06:00", "07:00", "08:00"]);
    assert_eq!(fall.times(&night), ["00:00", "01:00", "01:00", "02:00", "03:00"]);
    let by_day = fall.grid(GridKind::DayGrid, 60);
    assert_eq!(by_day.times(&night), ["00:00", "01:00", "01:00", "02:00", "03:00"], "both occurrences");
}

#[test]
fn of_a_repeated_edge_the_first_is_meant() {
    let fall = ask(30).now("2026-10-01T00:00:00Z").on("2026-11-01");
    let from = calendar_in("America/New_York", &["01:30-03:00"]);
    assert_eq!(utc(&fall, &from), ["05:30", "06:00", "06:30", "07:00", "07:30"]);
    let until = calendar_in("America/New_York", &["00:00-01:30"]);
    assert_eq!(utc(&fall, &until), ["04:00", "04:30", "05:00"]);
}

#[test]
fn the_night_with_a_missing_hour_has_one_less_and_an_edge_in_it_moves_forward() {
    let spring = ask(60).now("2026-03-01T00:00:00Z").on("2026-03-08");
    let night = calendar_in("America/New_York", &["01:00-04:00"]);
    assert_eq!(spring.times(&night), ["01:00", "03:00"]);
    assert_eq!(spring.clone().grid(GridKind::DayGrid, 60).times(&night), ["01:00", "03:00"]);
    let inside = calendar_in("America/New_York", &["02:30-05:00"]);
    let spring = spring.grid(GridKind::RangeStart, 30);
    assert_eq!(spring.times(&inside), ["03:30", "04:00"]);
}

#[test]
fn clocks_may_change_by_half_an_hour() {
    // 02:00 becomes 02:30: from 01:00 to 04:00 there are two and a half hours.
    let night = calendar_in("Australia/Lord_Howe", &["01:00-04:00"]);
    let spring = ask(30).now("2026-10-01T00:00:00Z").on("2026-10-04");
    assert_eq!(utc(&spring, &night), ["14:30", "15:00", "15:30", "16:00", "16:30"]);
    assert_eq!(spring.times(&night), ["01:00", "01:30", "02:30", "03:00", "03:30"]);
    let hourly = ask(60).now("2026-10-01T00:00:00Z").on("2026-10-04");
    assert_eq!(hourly.times(&night), ["01:00", "02:30"], "steps are time that passes, not hands of a clock");
    assert_eq!(hourly.grid(GridKind::DayGrid, 60).times(&night), ["01:00", "03:00"]);
    // 02:00 becomes 01:30: from 01:00 to 03:00 there are two and a half hours too.
    let night = calendar_in("Australia/Lord_Howe", &["01:00-03:00"]);
    let fall = ask(30).now("2026-04-01T00:00:00Z").on("2026-04-05");
    assert_eq!(fall.times(&night), ["01:00", "01:30", "01:30", "02:00", "02:30"]);
}

#[test]
fn full_hours_are_those_of_the_calendar() {
    let kolkata = calendar_in("Asia/Kolkata", &["09:10-12:00"]);
    let day = ask(60).now("2026-11-30T00:00:00Z");
    assert_eq!(day.times(&kolkata), ["10:00", "11:00"]);
    // 10h in Kolkata is 04:30Z.
    assert_eq!(day.clone().now("2026-12-01T04:30:00Z").times(&kolkata), ["10:00", "11:00"]);
    assert_eq!(day.now("2026-12-01T04:30:00.000000001Z").times(&kolkata), ["11:00"]);
}

#[test]
fn a_date_that_does_not_exist_opens_nothing() {
    // Samoa went from Thursday 2011-12-29 to Saturday the 31st.
    let mut apia = calendar_in("Pacific/Apia", &["09:00-11:00"]);
    apia.hours.weekly.retain(|row| row.weekday == Weekday::Friday);
    let days = ask(60).now("2011-12-01T00:00:00Z").between("2011-12-29", "2012-01-01");
    assert_eq!(days.times(&apia), [""; 0]);
    assert_eq!(days.clone().on("2011-12-30").times(&calendar_in("Pacific/Apia", &["09:00-11:00"])), [""; 0]);
    let whole = calendar_in("Pacific/Apia", &["00:00-24:00"]);
    assert_eq!(days.times(&whole).len(), 3 * 24);
}

#[test]
fn a_night_shift_is_one_range_whichever_day_is_asked_for() {
    let mut night = calendar(&[]);
    night.hours.overrides = BTreeMap::from([
        (day("2026-12-01"), vec![period("22:00-24:00")]),
        (day("2026-12-02"), vec![period("00:00-06:00")]),
    ]);
    let shift = ask(90);
    assert_eq!(shift.times(&night), ["22:00", "23:30"]);
    assert_eq!(shift.clone().on("2026-12-02").times(&night), ["01:00", "02:30", "04:00"]);
    // Notice begins a clock grid anew, at the next half hour; a grid of the range keeps where it was.
    let late = shift.now("23:45").on("2026-12-02");
    assert_eq!(late.times(&night), ["00:00", "01:30", "03:00", "04:30"]);
    assert_eq!(late.clone().grid(GridKind::RangeStart, 90).times(&night), ["01:00", "02:30", "04:00"]);
    assert_eq!(late.now("2 00:10").grid(GridKind::RangeStart, 90).times(&night), ["01:00", "02:30", "04:00"]);
}

#[test]
fn who_never_closes_has_one_grid_from_now_on() {
    let always = calendar(&["00:00-24:00"]);
    for kind in [GridKind::Clock, GridKind::RangeStart, GridKind::DayGrid, GridKind::Optimized] {
        let month = ask(50).now("10:07").grid(kind, 50).between("2026-12-02", "2026-12-31");
        let at_once = month.of(&[&always], &[]);
        let mut daily = Vec::new();
        for number in 2..=31 {
            daily.extend(month.clone().on(&format!("2026-12-{number:02}")).of(&[&always], &[]));
        }
        assert_eq!(at_once, daily, "{kind:?}");
        let steps = at_once.windows(2).filter(|pair| pair[1].duration_since(pair[0]) == mins(50)).count();
        let broken = if kind == GridKind::DayGrid { 29 } else { 0 };
        assert_eq!(steps + broken, at_once.len() - 1, "{kind:?}");
    }
}

#[test]
fn a_start_belongs_to_the_date_the_reader_sees() {
    let evening = calendar(&["20:00-24:00"]);
    let mut lisbon = ask(60);
    lisbon.zone = Some(zone("Europe/Lisbon"));
    // Lisbon is three hours ahead: 21h there is 18h here, so its 1st of December has 23h of the day before and this day's 20h.
    assert_eq!(
        lisbon.clone().now("2026-11-30T00:00:00Z").times(&evening),
        ["21:00", "22:00", "23:00", "20:00"]
    );
    assert_eq!(lisbon.times(&evening), ["20:00"]);
}
