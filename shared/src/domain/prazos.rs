//! Deadlines in business days, as those of the ANPD: the day of the event does not count, the last one does, whole (Lei 9.784/1999, art. 66), in
//! Brasília. Saturdays, Sundays and national holidays are no business days; days on which many close by choice are, so that a deadline is never
//! thought later than it is.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::feriados;

/// In which zone days begin.
pub const ZONE: &str = "America/Sao_Paulo";
/// Business days to tell the ANPD and the people concerned of an incident (Resolução CD/ANPD 15/2024, arts. 6 and 9).
pub const DAYS_TO_COMMUNICATE: u8 = 3;
/// Business days to add what was missing in what the ANPD was told (art. 6, § 3).
pub const DAYS_TO_COMPLETE: u8 = 20;

/// Whether offices work on a day.
pub fn is_business_day(day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && feriados::closed(day, &BTreeSet::new(), &[]).is_none()
}

/// The last second of the last of so many business days after an instant; none at the end of time.
pub fn business_days_after(start: Timestamp, days: u8) -> Option<Timestamp> {
    let zone = TimeZone::get(ZONE).ok()?;
    let mut day = zone.to_datetime(start).date();
    let mut left = days;
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u8::from(is_business_day(day));
    }
    let next = day.tomorrow().ok()?.to_zoned(zone).ok()?;
    next.timestamp().checked_sub(1.second()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_business_days_skip_weekends_and_national_holidays_in_brasilia() {
        for (known, deadline) in [
            // Monday: Tuesday, Wednesday, Thursday.
            ("2026-11-30T12:00:00Z", "2026-12-04T02:59:59Z"),
            // Thursday: Friday, Monday, Tuesday.
            ("2026-12-03T12:00:00Z", "2026-12-09T02:59:59Z"),
            // Saturday, Sunday: the first day is Monday.
            ("2026-12-05T12:00:00Z", "2026-12-10T02:59:59Z"),
            ("2026-12-06T12:00:00Z", "2026-12-10T02:59:59Z"),
            // 01:00 in UTC is still the day before in Brasília, whose Tuesday it is.
            ("2026-12-02T01:00:00Z", "2026-12-05T02:59:59Z"),
            ("2026-12-02T03:00:00Z", "2026-12-08T02:59:59Z"),
            // Christmas and New Year (Fridays); the eves are business days.
            ("2026-12-23T12:00:00Z", "2026-12-30T02:59:59Z"),
            ("2026-12-30T12:00:00Z", "2027-01-06T02:59:59Z"),
            // Carnival is nobody's holiday by law: Friday, then Monday, Tuesday, Wednesday.
            ("2027-02-05T12:00:00Z", "2027-02-11T02:59:59Z"),
            // Good Friday, and Tiradentes on a Wednesday.
            ("2027-03-25T12:00:00Z", "2027-04-01T02:59:59Z"),
            ("2027-04-19T12:00:00Z", "2027-04-24T02:59:59Z"),
        ] {
            let found = business_days_after(known.parse().unwrap(), DAYS_TO_COMMUNICATE);
            assert_eq!(found, Some(deadline.parse().unwrap()), "{known}");
        }
    }

    #[test]
    fn what_was_missing_has_twenty() {
        let found = business_days_after("2026-11-30T12:00:00Z".parse().unwrap(), DAYS_TO_COMPLETE);
        // Four of the first week, five of each of two, four of Christmas week, then the 28th and the 29th.
        assert_eq!(found, Some("2026-12-30T02:59:59Z".parse().unwrap()));
        assert_eq!(business_days_after(Timestamp::MAX, 3), None);
    }
}
