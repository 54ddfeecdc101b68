//! How far the clocks of a zone are from Greenwich's, and between which instants that holds: all a page needs to tell the clinic's time by arithmetic.
//! A browser reads its own tables of zones as long as it takes to draw a page, and those of an old phone still have Brazil's summer time, which ended in 2019.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Serialize;
use utoipa::ToSchema;

/// Before it nobody asks: where clocks have not changed since, the span begins there.
const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;
/// How far ahead the law that is known today is believed.
const AHEAD_MONTHS: i32 = 13;

/// The clocks of a zone, from one change of them to the next.
///
/// **Shape**: `{ "deslocamento_minutos": -180, "de": "2019-02-17T02:00:00Z", "ate": "2027-12-01T00:00:00Z" }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Relogio {
    /// How far ahead of UTC the clocks are, minutes; west of Greenwich it is negative.
    pub deslocamento_minutos: i32,
    /// Since when: the last change of the clocks, or the beginning of 1970.
    pub de: Timestamp,
    /// Until when, exclusive: the next change, or the first of a month a year ahead. It stays the same for a month, and with it every answer that has it.
    pub ate: Timestamp,
}

impl Relogio {
    /// The clocks of `zone` as they are at `now`.
    pub fn at(zone: &TimeZone, now: Timestamp) -> Self {
        let offset = zone.to_offset(now);
        let horizon = first_of_month(now, AHEAD_MONTHS);
        // A change at `now` itself has happened. Some change only the name of what the clocks show.
        let begun = zone
            .preceding(now.checked_add(INSTANT).unwrap_or(now))
            .map(|change| change.timestamp())
            .find(|at| zone.to_offset(at.checked_sub(INSTANT).unwrap_or(*at)) != offset);
        let over = zone
            .following(now)
            .take_while(|change| change.timestamp() < horizon)
            .find(|change| change.offset() != offset)
            .map(|change| change.timestamp());
        Self {
            // Seconds were law before 1972, and nowhere since.
            deslocamento_minutos: offset.seconds() / 60,
            de: begun.unwrap_or(EPOCH).max(EPOCH),
            ate: over.unwrap_or(horizon),
        }
    }
}

/// The shortest time there is.
const INSTANT: SignedDuration = SignedDuration::from_nanos(1);

/// The beginning of the month, in UTC, so many months after that of `now`.
fn first_of_month(now: Timestamp, months: i32) -> Timestamp {
    let month = Offset::UTC.to_datetime(now).date().first_of_month().saturating_add(months.months());
    Offset::UTC.to_timestamp(DateTime::from(month)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes, beginning and end.
    fn clock(zone: &str, now: &str) -> (i32, String, String) {
        let Relogio { deslocamento_minutos, de, ate } =
            Relogio::at(&TimeZone::get(zone).unwrap(), now.parse().unwrap());
        (deslocamento_minutos, de.to_string(), ate.to_string())
    }

    fn told(minutes: i32, de: &str, ate: &str) -> (i32, String, String) {
        (minutes, de.to_owned(), ate.to_owned())
    }

    #[test]
    fn clocks_that_change_no_more_are_known_for_a_year_and_the_rest_of_the_month() {
        let now = "2026-11-30T12:00:00Z";
        let ate = "2027-12-01T00:00:00Z";
        for (zone, minutes, de) in [
            ("America/Sao_Paulo", -180, "2019-02-17T02:00:00Z"),
            // They were an hour ahead for five years.
            ("America/Rio_Branco", -300, "2013-11-10T04:00:00Z"),
            ("UTC", 0, "1970-01-01T00:00:00Z"),
            ("Asia/Kolkata", 330, "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(clock(zone, now), told(minutes, de, ate), "{zone}");
        }
    }

    #[test]
    fn it_is_the_same_all_month() {
        let at = |now| clock("America/Sao_Paulo", now).2;
        assert_eq!(at("2026-11-01T00:00:00Z"), at("2026-11-30T23:59:59Z"));
        assert_eq!(at("2026-12-01T00:00:00Z"), "2028-01-01T00:00:00Z");
    }

    #[test]
    fn it_ends_where_the_clocks_change() {
        let (autumn, spring) = ("2026-11-01T06:00:00Z", "2027-03-14T07:00:00Z");
        assert_eq!(clock("America/New_York", "2026-12-24T12:00:00Z"), told(-300, autumn, spring));
        // At the change itself they have changed.
        assert_eq!(clock("America/New_York", autumn), told(-300, autumn, spring));
        let before = "2026-11-01T05:59:59.999999999Z";
        assert_eq!(clock("America/New_York", before), told(-240, "2026-03-08T07:00:00Z", autumn));
        // Half an hour, in the southern summer.
        let summer = told(660, "2026-10-03T15:30:00Z", "2027-04-03T15:00:00Z");
        assert_eq!(clock("Australia/Lord_Howe", "2026-12-24T12:00:00Z"), summer);
    }

    #[test]
    fn brazil_had_its_summer_time() {
        let (begins, ends) = ("2018-11-04T03:00:00Z", "2019-02-17T02:00:00Z");
        assert_eq!(clock("America/Sao_Paulo", "2018-12-24T12:00:00Z"), told(-120, begins, ends));
        assert_eq!(
            clock("America/Sao_Paulo", "2018-10-01T12:00:00Z"),
            told(-180, "2018-02-18T02:00:00Z", begins)
        );
        // Further than a year ahead no change is looked for.
        assert_eq!(clock("America/Manaus", "2018-12-24T12:00:00Z").2, "2020-01-01T00:00:00Z");
    }

    #[test]
    fn it_is_what_the_zone_says_from_its_first_instant_to_its_last() {
        for zone in ["America/Sao_Paulo", "America/Santiago", "Europe/Dublin", "Africa/Casablanca"] {
            let tz = TimeZone::get(zone).unwrap();
            for now in ["2018-12-24T12:00:00Z", "2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"] {
                let told = Relogio::at(&tz, now.parse().unwrap());
                for at in [told.de, told.ate.checked_sub(INSTANT).unwrap()] {
                    assert_eq!(tz.to_offset(at).seconds(), told.deslocamento_minutos * 60, "{zone} {at}");
                }
            }
        }
    }
}
