//! VTIMEZONE (RFC 5545, 3.6.5) from the transitions a zone really has: one component for what holds when the period begins, one for each
//! change until it ends. No recurrence rule: what is shown is bounded, and the law changes clocks without asking rules.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::{Dst, Offset, TimeZone};

use super::ics::{self, Ics};

/// Programs know no observance that begins earlier.
const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

/// Writes the component that covers `from..=to`.
pub(super) fn write(into: &mut Ics, zone: &TimeZone, from: Timestamp, to: Timestamp) {
    let Some(id) = zone.iana_name() else { return };
    into.line("BEGIN:VTIMEZONE");
    into.line(&format!("TZID:{id}"));
    // A transition at `from` itself is still what holds when the period begins.
    let just_after = from.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(from);
    let begun = zone.preceding(just_after).next().map(|last| last.timestamp()).filter(|last| *last > EPOCH);
    match begun {
        Some(at) => observance(into, zone, at),
        None => always(into, zone, from),
    }
    for change in zone.following(from).take_while(|change| change.timestamp() <= to) {
        observance(into, zone, change.timestamp());
    }
    into.line("END:VTIMEZONE");
}

/// What a transition begins, at the time the clocks showed before it.
fn observance(into: &mut Ics, zone: &TimeZone, at: Timestamp) {
    let before = at.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(at);
    let former = zone.to_offset(before);
    component(into, zone, at, former, &ics::civil(former.to_datetime(at)));
}

/// What has held for as long as anybody asks.
fn always(into: &mut Ics, zone: &TimeZone, from: Timestamp) {
    let start = ics::civil(date(1970, 1, 1).at(0, 0, 0, 0));
    component(into, zone, from, zone.to_offset(from), &start);
}

fn component(into: &mut Ics, zone: &TimeZone, at: Timestamp, former: Offset, start: &str) {
    let current = zone.to_offset_info(at);
    let kind = match current.dst() {
        Dst::No => "STANDARD",
        Dst::Yes => "DAYLIGHT",
    };
    into.line(&format!("BEGIN:{kind}"));
    into.line(&format!("DTSTART:{start}"));
    into.line(&format!("TZOFFSETFROM:{}", offset(former)));
    into.line(&format!("TZOFFSETTO:{}", offset(current.offset())));
    into.line(&format!("TZNAME:{}", current.abbreviation()));
    into.line(&format!("END:{kind}"));
}

/// `-0300`; seconds only where a zone has them.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let rest = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, start, offset before and after of each component.
    fn observances(zone: &str, from: &str, to: &str) -> Vec<String> {
        let mut ics = Ics::default();
        write(&mut ics, &TimeZone::get(zone).unwrap(), from.parse().unwrap(), to.parse().unwrap());
        let text = ics.finish();
        assert!(text.starts_with(&format!("BEGIN:VTIMEZONE\r\nTZID:{zone}\r\n")));
        assert!(text.ends_with("END:VTIMEZONE\r\n"));
        let value = |block: &str, name: &str| {
            block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap().to_owned()
        };
        let blocks = text.split("BEGIN:").skip(2);
        blocks
            .map(|block| {
                let kind = block.lines().next().unwrap();
                let [start, from, to] =
                    ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO"].map(|name| value(block, name));
                format!("{kind} {start} {from} {to}")
            })
            .collect()
    }

    #[test]
    fn a_zone_without_changes_in_the_period_has_one_component() {
        let (from, to) = ("2026-11-01T00:00:00Z", "2027-05-01T00:00:00Z");
        for (zone, component) in [
            // Brazil's last summer time ended on 17 February 2019, at midnight.
            ("America/Sao_Paulo", "STANDARD 20190217T000000 -0200 -0300"),
            ("UTC", "STANDARD 19700101T000000 +0000 +0000"),
            ("Asia/Kolkata", "STANDARD 19700101T000000 +0530 +0530"),
        ] {
            assert_eq!(observances(zone, from, to), [component], "{zone}");
        }
    }

    #[test]
    fn each_change_of_the_clocks_in_the_period_has_its_component() {
        assert_eq!(
            observances("America/New_York", "2026-10-01T00:00:00Z", "2027-05-01T00:00:00Z"),
            [
                "DAYLIGHT 20260308T020000 -0500 -0400",
                "STANDARD 20261101T020000 -0400 -0500",
                "DAYLIGHT 20270314T020000 -0500 -0400"
            ]
        );
        assert_eq!(
            observances("America/Sao_Paulo", "2018-10-01T00:00:00Z", "2019-04-01T00:00:00Z"),
            [
                "STANDARD 20180218T000000 -0200 -0300",
                "DAYLIGHT 20181104T000000 -0300 -0200",
                "STANDARD 20190217T000000 -0200 -0300"
            ]
        );
        // Half an hour, in the southern summer.
        assert_eq!(
            observances("Australia/Lord_Howe", "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ["STANDARD 20260405T020000 +1100 +1030", "DAYLIGHT 20261004T020000 +1030 +1100"]
        );
    }

    #[test]
    fn a_change_at_either_end_of_the_period_is_in_it_once() {
        let change = "2026-11-01T06:00:00Z";
        let begins = observances("America/New_York", change, "2026-12-01T00:00:00Z");
        assert_eq!(begins, ["STANDARD 20261101T020000 -0400 -0500"]);
        let ends = observances("America/New_York", "2026-10-01T00:00:00Z", change);
        assert_eq!(ends.len(), 2);
    }
}
