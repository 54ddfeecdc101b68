//! The input of a case, and what the engine takes for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, de};
use shared::domain::availability::{
    Busy, Calendar, Grid, GridKind, Horizon, Hours, Interval, Occupation, Period, Policy, Visit, Weekly,
    Window,
};

#[derive(Deserialize)]
pub(super) struct Input {
    now: Timestamp,
    calendars: Vec<CalendarIn>,
    service: Service,
    query: Query,
    need: Option<Need>,
    display_tz: Option<Zone>,
    #[serde(default)]
    policy: PolicyIn,
    seats_wanted: Option<u32>,
}

#[derive(Deserialize)]
struct CalendarIn {
    id: String,
    tz: Zone,
    #[serde(default)]
    weekly: BTreeMap<Day, Vec<Pair<Minute>>>,
    #[serde(default)]
    breaks: BTreeMap<Day, Vec<Pair<Minute>>>,
    #[serde(default)]
    overrides: BTreeMap<Date, Vec<Pair<Minute>>>,
    #[serde(default)]
    closed_dates: BTreeSet<Date>,
    #[serde(default)]
    extra_open: Vec<Pair<Timestamp>>,
    #[serde(default)]
    busy: Vec<BusyIn>,
    #[serde(default)]
    holds: Vec<HoldIn>,
    capacity: Option<u32>,
    max_per_day: Option<u32>,
}

#[derive(Deserialize)]
struct BusyIn {
    start: Timestamp,
    end: Timestamp,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    buffer_before_min: i32,
    #[serde(default)]
    buffer_after_min: i32,
    seats: Option<u32>,
}

#[derive(Deserialize)]
struct HoldIn {
    start: Timestamp,
    end: Timestamp,
    expires_at: Timestamp,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    buffer_before_min: i32,
    #[serde(default)]
    buffer_after_min: i32,
    seats: Option<u32>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Status {
    #[default]
    Confirmed,
    External,
    Blocked,
    Pending,
    #[serde(alias = "canceled")]
    Cancelled,
    Rejected,
}

#[derive(Deserialize)]
struct Service {
    duration_min: i32,
    step_min: Option<i32>,
    #[serde(default)]
    grid: GridIn,
    grid_min: Option<i32>,
    #[serde(default)]
    offset_min: i32,
    #[serde(default)]
    buffer_before_min: i32,
    #[serde(default)]
    buffer_after_min: i32,
    seats_wanted: Option<u32>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum GridIn {
    #[default]
    Clock,
    RangeStart,
    DayGrid,
    Optimized,
}

#[derive(Deserialize)]
struct Query {
    from: Date,
    to: Date,
    display_tz: Option<Zone>,
    seats_wanted: Option<u32>,
}

#[derive(Deserialize)]
struct Need {
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
}

#[derive(Deserialize, Default)]
struct PolicyIn {
    #[serde(default)]
    notice_min: i32,
    max_advance: Option<Advance>,
    max_per_day: Option<u32>,
    #[serde(default)]
    pending_blocks: bool,
    hold_owner: Option<String>,
    seats_wanted: Option<u32>,
}

#[derive(Deserialize)]
struct Advance {
    days: i32,
    #[serde(default)]
    kind: Kind,
}

#[derive(Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Calendar,
    Business,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// `[start, end]` or `{"start": .., "end": ..}`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "[start, end] or {start, end}")]
enum Pair<T> {
    List((T, T)),
    Named { start: T, end: T },
}

/// `"HH:MM"`, `"00:00"` to `"24:00"`, in minutes.
#[derive(Clone, Copy)]
struct Minute(i32);

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parts = text.split_once(':').and_then(|(hours, minutes)| {
            Some(
                i32::from(hours.parse::<u8>().ok()?) * 60
                    + i32::from(minutes.parse::<u8>().ok().filter(|m| *m < 60)?),
            )
        });
        let minute = parts.filter(|minute| *minute <= 24 * 60);
        minute.map(Self).ok_or_else(|| de::Error::custom(format!("{text} is no time of a day")))
    }
}

struct Zone(TimeZone);

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        TimeZone::get(&name).map(Self).map_err(de::Error::custom)
    }
}

fn minutes(minutes: i32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

impl<T: Copy> Pair<T> {
    fn ends(&self) -> (T, T) {
        match self {
            Self::List((start, end)) | Self::Named { start, end } => (*start, *end),
        }
    }
}

impl Pair<Minute> {
    fn period(&self) -> Period {
        let (from, to) = self.ends();
        Period { from: from.0, to: to.0 }
    }
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

impl Input {
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// By their ids.
    pub(super) fn calendars(&self) -> BTreeMap<&str, Calendar> {
        let with_id = |calendar: &CalendarIn| calendar.calendar(self.policy.max_per_day);
        self.calendars.iter().map(|calendar| (calendar.id.as_str(), with_id(calendar))).collect()
    }

    /// The ids that are all needed, and those of which one is. Without a word on it, every calendar is needed.
    pub(super) fn needed(&self) -> (Vec<String>, Vec<String>) {
        match &self.need {
            Some(need) => (need.all.clone(), need.any.clone()),
            None => (self.calendars.iter().map(|calendar| calendar.id.clone()).collect(), Vec::new()),
        }
    }

    pub(super) fn policy(&self) -> Policy {
        let horizon = self.policy.max_advance.as_ref();
        Policy {
            notice: minutes(self.policy.notice_min),
            horizon: horizon
                .map(|horizon| Horizon { days: horizon.days, business: horizon.kind == Kind::Business }),
            pending_blocks: self.policy.pending_blocks,
            hold_owner: self.policy.hold_owner.clone(),
        }
    }

    pub(super) fn visit(&self) -> Visit {
        let service = &self.service;
        let seats =
            [service.seats_wanted, self.query.seats_wanted, self.policy.seats_wanted, self.seats_wanted];
        Visit {
            duration: minutes(service.duration_min),
            before: minutes(service.buffer_before_min),
            after: minutes(service.buffer_after_min),
            seats: seats.into_iter().flatten().next().unwrap_or(1),
        }
    }

    pub(super) fn grid(&self) -> Grid {
        let kind = match self.service.grid {
            GridIn::Clock => GridKind::Clock,
            GridIn::RangeStart => GridKind::RangeStart,
            GridIn::DayGrid => GridKind::DayGrid,
            GridIn::Optimized => GridKind::Optimized,
        };
        Grid {
            kind,
            step_minutes: self.service.step_min.unwrap_or(self.service.duration_min),
            grid_minutes: self.service.grid_min,
            offset_minutes: self.service.offset_min,
        }
    }

    /// In the reader's zone, or the first calendar's: `None` when there is neither.
    pub(super) fn window(&self) -> Option<Window> {
        let display = self.display_tz.as_ref().or(self.query.display_tz.as_ref());
        let zone = display.or(self.calendars.first().map(|calendar| &calendar.tz))?;
        Some(Window { first: self.query.from, last: self.query.to, zone: zone.0.clone() })
    }
}

impl CalendarIn {
    fn calendar(&self, max_per_day: Option<u32>) -> Calendar {
        let weekly = |week: &BTreeMap<Day, Vec<Pair<Minute>>>| {
            let periods =
                week.iter().flat_map(|(day, periods)| periods.iter().map(|pair| (*day, pair.period())));
            let row = |(day, period): (Day, Period)| Weekly {
                weekday: day.weekday(),
                period,
                valid_from: None,
                valid_until: None,
            };
            periods.map(row).collect()
        };
        let overrides = self.overrides.iter();
        let extra = self.extra_open.iter().map(Pair::ends);
        Calendar {
            zone: self.tz.0.clone(),
            hours: Hours {
                weekly: weekly(&self.weekly),
                breaks: weekly(&self.breaks),
                overrides: overrides
                    .map(|(date, periods)| (*date, periods.iter().map(Pair::period).collect()))
                    .collect(),
                closed: self.closed_dates.clone(),
                extra: extra.map(|(from, to)| Interval::new(from, to)).collect(),
            },
            busy: self.busy.iter().map(BusyIn::busy).chain(self.holds.iter().map(HoldIn::busy)).collect(),
            capacity: self.capacity.unwrap_or(1),
            max_per_day: self.max_per_day.or(max_per_day),
        }
    }
}

impl BusyIn {
    fn busy(&self) -> Busy {
        let occupation = match self.status {
            Status::Confirmed => Occupation::Confirmed,
            Status::External => Occupation::External,
            Status::Blocked => Occupation::Blocked,
            Status::Pending => Occupation::Pending,
            Status::Cancelled | Status::Rejected => Occupation::Freed,
        };
        Busy {
            interval: Interval::new(self.start, self.end),
            before: minutes(self.buffer_before_min),
            after: minutes(self.buffer_after_min),
            seats: self.seats.unwrap_or(1),
            occupation,
        }
    }
}

impl HoldIn {
    fn busy(&self) -> Busy {
        Busy {
            interval: Interval::new(self.start, self.end),
            before: minutes(self.buffer_before_min),
            after: minutes(self.buffer_after_min),
            seats: self.seats.unwrap_or(1),
            occupation: Occupation::Hold { owner: self.owner.clone(), expires_at: self.expires_at },
        }
    }
}
