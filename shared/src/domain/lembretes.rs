//! When a patient is written to about a visit: which kinds of message there are, how long before, and the hours in which nobody is disturbed.
//!
//! A reminder that falls into quiet hours waits for their end, if that is still a useful while before the visit, else it goes the evening before.
//! What is late is sent late, but not in quiet hours and never after the visit began.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use utoipa::ToSchema;

/// After the quiet hours a reminder is of use when the visit is at least so far away.
const USEFUL: SignedDuration = SignedDuration::from_mins(30);
/// So long before the quiet hours goes what would come too late after them.
const EVENING_BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// Who books shortly before a reminder is due knows the time: nearer than this part of its notice there is none.
const FRESH: i32 = 12;

/// Writes [`Kind`], [`Kind::ALL`] and their words from one list: a kind that were left out of one of them would be armed, and said by nobody.
macro_rules! kinds {
    ($($(#[$what:meta])* $kind:ident = $word:literal),+ $(,)?) => {
        /// What a message about a visit is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
        #[schema(as = LembreteTipo)]
        pub enum Kind {
            $($(#[$what])* #[schema(rename = $word)] $kind),+
        }

        impl Kind {
            /// Every kind, in the order in which they say more: of two of a visit that are due the later one goes.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$kind),+];

            /// The column's word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word),+
                }
            }
        }
    };
}

kinds! {
    /// It was booked, or lies elsewhere now.
    Confirmacao = "confirmacao",
    /// It is a day or more ahead, as the clinic chose.
    Vespera = "vespera",
    /// It is soon.
    Dia = "dia",
    /// The patient did not come.
    Falta = "falta",
}

impl Kind {
    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The words of some kinds, for a statement.
    pub fn words(which: impl Fn(Self) -> bool) -> Vec<&'static str> {
        Self::ALL.into_iter().filter(|kind| which(*kind)).map(Self::as_str).collect()
    }

    /// Whether it goes to who did not come; the others go to whom a visit lies ahead.
    pub fn is_for_the_missed(self) -> bool {
        match self {
            Self::Falta => true,
            Self::Confirmacao | Self::Vespera | Self::Dia => false,
        }
    }

    /// Whether it says that a visit was booked. How many of those a phone may get is counted by itself, so that they keep nobody's reminder away.
    pub fn confirms(self) -> bool {
        match self {
            Self::Confirmacao => true,
            Self::Vespera | Self::Dia | Self::Falta => false,
        }
    }
}

/// The rules for the visits of one professional; a kind without minutes is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether a booking is confirmed.
    pub confirmacao: bool,
    /// Minutes before the visit.
    pub vespera: Option<i32>,
    /// Minutes before the visit.
    pub dia: Option<i32>,
    /// Minutes after the patient was taken for absent.
    pub falta: Option<i32>,
    /// When nobody is disturbed.
    pub quiet: Quiet,
}

impl Rules {
    /// What holds where nobody said anything: a confirmation, a day before, two hours before, half an hour after.
    pub const CONFIRMACAO: bool = true;
    /// See [`Self::CONFIRMACAO`].
    pub const VESPERA: i32 = 24 * 60;
    /// See [`Self::CONFIRMACAO`].
    pub const DIA: i32 = 2 * 60;
    /// See [`Self::CONFIRMACAO`].
    pub const FALTA: i32 = 30;

    /// Whether a kind is switched on.
    pub fn sends(&self, kind: Kind) -> bool {
        match kind {
            Kind::Confirmacao => self.confirmacao,
            Kind::Vespera => self.vespera.is_some(),
            Kind::Dia => self.dia.is_some(),
            Kind::Falta => self.falta.is_some(),
        }
    }

    /// How many minutes before the visit a kind goes, if it goes before it and because of the hour.
    fn before(&self, kind: Kind) -> Option<i32> {
        match kind {
            Kind::Vespera => self.vespera,
            Kind::Dia => self.dia,
            Kind::Confirmacao | Kind::Falta => None,
        }
    }

    /// When the reminders of a visit at `start` are due, those that lie ahead. Of one that was `booked` just now, not those that would come
    /// right away.
    pub fn reminders(
        &self,
        start: Timestamp,
        booked: bool,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Vec<(Kind, Timestamp)> {
        let armed = Kind::ALL.into_iter().filter_map(|kind| {
            let before = self.before(kind)?;
            let at = self.quiet.before(start - minutes(before), start, zone);
            let fresh = if booked { minutes(before / FRESH) } else { SignedDuration::ZERO };
            (at > now + fresh).then_some((kind, at))
        });
        armed.collect()
    }
}

/// The hours in which nobody is written to who did not just write, on the clinic's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    from: Time,
    to: Time,
}

/// What becomes of something that is due, at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It goes.
    Now,
    /// It goes then.
    Later(Timestamp),
    /// It would come after the visit began.
    Never,
}

impl Quiet {
    /// From one minute of the day to another, over midnight if the second is the smaller one; none when they are the same.
    pub fn new(from: i32, to: i32) -> Self {
        Self { from: time(from), to: time(to) }
    }

    /// The quiet stretch an instant lies in.
    fn stretch(self, at: Timestamp, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let local = zone.to_datetime(at);
        let (date, time) = (local.date(), local.time());
        let (from, to) = if self.from <= self.to {
            if time < self.from || time >= self.to {
                return None;
            }
            (date, date)
        } else if time >= self.from {
            (date, date.checked_add(1.day()).ok()?)
        } else if time < self.to {
            (date.checked_sub(1.day()).ok()?, date)
        } else {
            return None;
        };
        let (from, to) =
            (instant(from.to_datetime(self.from), zone)?, instant(to.to_datetime(self.to), zone)?);
        // Where the clocks were turned, the wall time and the instant may disagree by an hour; then nothing is quiet.
        (from <= at && at < to).then_some((from, to))
    }

    /// When a reminder goes that is due at `due` for a visit at `start`.
    pub fn before(self, due: Timestamp, start: Timestamp, zone: &TimeZone) -> Timestamp {
        match self.stretch(due, zone) {
            None => due,
            Some((_, to)) if to + USEFUL <= start => to,
            Some((from, _)) => from - EVENING_BEFORE,
        }
    }

    /// When something goes that is due at `due` and has no visit ahead.
    pub fn after(self, due: Timestamp, zone: &TimeZone) -> Timestamp {
        self.stretch(due, zone).map_or(due, |(_, to)| to)
    }

    /// When the patient is told that a visit at `start` was booked: at once, unless they sleep and the visit can wait.
    pub fn confirming(self, now: Timestamp, start: Timestamp, zone: &TimeZone) -> Timestamp {
        self.stretch(now, zone).map_or(now, |(_, to)| if to < start { to } else { now })
    }

    /// When the patient is told what became of a visit at `start`: at once, unless they sleep and still have time to act on it in the morning.
    pub fn telling(self, now: Timestamp, start: Timestamp, zone: &TimeZone) -> Timestamp {
        self.stretch(now, zone).map_or(now, |(_, to)| if to + USEFUL <= start { to } else { now })
    }

    /// What becomes now of something that was due at `due`: what is late does not wake anybody. `start` is the visit that lies ahead.
    pub fn turn(self, due: Timestamp, start: Option<Timestamp>, zone: &TimeZone, now: Timestamp) -> Turn {
        match self.stretch(now, zone) {
            None => Turn::Now,
            // It was meant for this hour.
            Some((from, _)) if due >= from => Turn::Now,
            Some((_, to)) if start.is_none_or(|start| to < start) => Turn::Later(to),
            Some(_) => Turn::Never,
        }
    }
}

fn minutes(minutes: i32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

fn time(minute: i32) -> Time {
    let minute = minute.rem_euclid(1440);
    let part = |value: i32| i8::try_from(value).unwrap_or_default();
    Time::new(part(minute / 60), part(minute % 60), 0, 0).unwrap_or(Time::MIN)
}

fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_zoned(local).compatible().ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: Quiet = Quiet { from: Time::constant(21, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str, zone: &TimeZone) -> Timestamp {
        instant(text.parse().unwrap(), zone).unwrap()
    }

    fn local(at: Timestamp, zone: &TimeZone) -> String {
        zone.to_datetime(at).strftime("%m-%d %H:%M").to_string()
    }

    fn rules(quiet: Quiet) -> Rules {
        Rules {
            confirmacao: true,
            vespera: Some(Rules::VESPERA),
            dia: Some(Rules::DIA),
            falta: Some(30),
            quiet,
        }
    }

    #[test]
    fn each_reminder_goes_at_an_hour_at_which_it_is_of_use() {
        let zone = zone("America/Sao_Paulo");
        let lunch = Quiet::new(12 * 60, 14 * 60);
        let none = Quiet::new(480, 480);
        for (visit, quiet, vespera, dia) in [
            ("2026-12-03T10:00", NIGHT, "12-02 10:00", "12-03 08:00"),
            ("2026-12-03T15:00", NIGHT, "12-02 15:00", "12-03 13:00"),
            // Two hours before is at night, and after it is half an hour left.
            ("2026-12-03T08:30", NIGHT, "12-02 08:30", "12-03 08:00"),
            // Less is left: the evening before.
            ("2026-12-03T08:15", NIGHT, "12-02 08:15", "12-02 20:30"),
            ("2026-12-03T07:00", NIGHT, "12-02 08:00", "12-02 20:30"),
            ("2026-12-03T23:30", NIGHT, "12-03 08:00", "12-03 20:30"),
            ("2026-12-03T15:00", lunch, "12-02 15:00", "12-03 14:00"),
            ("2026-12-03T14:10", lunch, "12-02 14:10", "12-03 11:30"),
            ("2026-12-03T03:00", none, "12-02 03:00", "12-03 01:00"),
        ] {
            let start = at(visit, &zone);
            let armed = rules(quiet).reminders(start, false, &zone, at("2026-11-30T09:00", &zone));
            let armed: Vec<_> = armed.into_iter().map(|(kind, at)| (kind, local(at, &zone))).collect();
            let expected = [(Kind::Vespera, vespera.to_owned()), (Kind::Dia, dia.to_owned())];
            assert_eq!(armed, expected, "{visit}");
        }
    }

    #[test]
    fn what_is_over_or_would_come_right_after_the_booking_is_not_armed() {
        let zone = zone("America/Sao_Paulo");
        let start = at("2026-12-03T10:00", &zone);
        for (now, booked, kinds) in [
            ("2026-12-02T07:59", true, vec![Kind::Vespera, Kind::Dia]),
            ("2026-12-02T08:01", true, vec![Kind::Dia]),
            ("2026-12-02T09:59", false, vec![Kind::Vespera, Kind::Dia]),
            ("2026-12-02T10:00", false, vec![Kind::Dia]),
            ("2026-12-03T07:55", true, vec![]),
            ("2026-12-03T07:55", false, vec![Kind::Dia]),
            ("2026-12-03T09:00", true, vec![]),
        ] {
            let armed = rules(NIGHT).reminders(start, booked, &zone, at(now, &zone));
            assert_eq!(armed.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), kinds, "{now} {booked}");
        }
        let off = Rules { vespera: None, dia: None, ..rules(NIGHT) };
        assert!(off.reminders(start, true, &zone, at("2026-11-30T09:00", &zone)).is_empty());
    }

    #[test]
    fn what_is_late_waits_for_the_morning_and_never_comes_after_the_visit_began() {
        let zone = zone("America/Sao_Paulo");
        let ten = Some(at("2026-12-03T10:00", &zone));
        for (due, now, start, turn) in [
            ("2026-12-02T10:00", "2026-12-02T10:05", ten, Turn::Now),
            ("2026-12-02T10:00", "2026-12-02T20:59", ten, Turn::Now),
            ("2026-12-02T10:00", "2026-12-02T21:00", ten, Turn::Later(at("2026-12-03T08:00", &zone))),
            ("2026-12-02T10:00", "2026-12-03T07:59", ten, Turn::Later(at("2026-12-03T08:00", &zone))),
            ("2026-12-02T10:00", "2026-12-03T08:00", ten, Turn::Now),
            ("2026-12-02T10:00", "2026-12-03T05:00", Some(at("2026-12-03T07:00", &zone)), Turn::Never),
            // Somebody booked on the page at night, and is told at night.
            ("2026-12-02T22:10", "2026-12-02T22:11", ten, Turn::Now),
            ("2026-12-02T10:00", "2026-12-02T22:00", None, Turn::Later(at("2026-12-03T08:00", &zone))),
        ] {
            assert_eq!(NIGHT.turn(at(due, &zone), start, &zone, at(now, &zone)), turn, "{due} {now}");
        }
    }

    #[test]
    fn a_booking_is_confirmed_at_once_unless_the_patient_sleeps_and_the_visit_can_wait() {
        let zone = zone("America/Sao_Paulo");
        for (now, visit, told) in [
            ("2026-12-02T15:00", "2026-12-03T10:00", "12-02 15:00"),
            ("2026-12-02T22:00", "2026-12-03T10:00", "12-03 08:00"),
            ("2026-12-02T22:00", "2026-12-03T07:00", "12-02 22:00"),
        ] {
            assert_eq!(
                local(NIGHT.confirming(at(now, &zone), at(visit, &zone), &zone), &zone),
                told,
                "{now}"
            );
        }
        for (now, visit, told) in [
            ("2026-12-02T20:59", "2026-12-03T10:00", "12-02 20:59"),
            ("2026-12-02T21:00", "2026-12-03T10:00", "12-03 08:00"),
            ("2026-12-03T07:59", "2026-12-03T08:30", "12-03 08:00"),
            ("2026-12-03T07:59", "2026-12-03T08:29", "12-03 07:59"),
            ("2026-12-02T23:00", "2026-12-03T07:00", "12-02 23:00"),
            ("2026-12-03T00:10", "2026-12-02T23:30", "12-03 00:10"),
        ] {
            assert_eq!(local(NIGHT.telling(at(now, &zone), at(visit, &zone), &zone), &zone), told, "{now}");
        }
        let missed = at("2026-12-02T20:50", &zone) + minutes(30);
        assert_eq!(local(NIGHT.after(missed, &zone), &zone), "12-03 08:00");
    }

    #[test]
    fn the_morning_is_the_walls_whatever_the_clocks_did_at_night() {
        // In 2018 midnight of 4 November was one o'clock; on 18 February there were two hours from 23 to midnight.
        let zone = zone("America/Sao_Paulo");
        for (visit, dia) in [("2018-11-04T09:00", "11-04 08:00"), ("2018-02-18T09:00", "02-18 08:00")] {
            let armed = rules(NIGHT).reminders(at(visit, &zone), false, &zone, Timestamp::UNIX_EPOCH);
            assert_eq!(local(armed[1].1, &zone), dia, "{visit}");
        }
        let again = at("2018-02-17T23:30", &zone) + SignedDuration::from_hours(1);
        assert_eq!(local(again, &zone), "02-17 23:30");
        assert_eq!(local(NIGHT.after(again, &zone), &zone), "02-18 08:00");
        let manaus = TimeZone::get("America/Manaus").unwrap();
        let armed =
            rules(NIGHT).reminders(at("2026-12-03T08:15", &manaus), false, &manaus, Timestamp::UNIX_EPOCH);
        assert_eq!(local(armed[1].1, &manaus), "12-02 20:30");
    }

    #[test]
    fn words_and_kinds_are_the_same() {
        assert!(Kind::ALL.into_iter().all(|kind| Kind::parse(kind.as_str()) == Some(kind)));
        assert_eq!(Kind::parse("outro"), None);
    }
}
