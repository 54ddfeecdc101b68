//! The rules once more, minute by minute and without a clever idea, for the properties to compare with. Everything is on whole minutes but
//! now, and no edge of hours lies inside a gap or a fold.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Busy, Calendar, GridKind, Occupation, Period, Question, Weekly};

/// The minutes looked at, since the epoch.
struct Minutes {
    first: i64,
    last: i64,
}

fn minute_up(at: Timestamp) -> i64 {
    let seconds = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    seconds.div_euclid(60) + i64::from(seconds.rem_euclid(60) > 0)
}

fn instant(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).unwrap()
}

fn whole(duration: SignedDuration) -> i64 {
    duration.as_mins()
}

/// The wall clock of each minute, looked up each half hour: no change of clocks lies inside one.
fn wall(minutes: &Minutes, zone: &TimeZone) -> Vec<DateTime> {
    let mut wall = Vec::new();
    let mut offset = zone.to_offset(instant(minutes.first));
    for minute in minutes.first..=minutes.last {
        if minute % 30 == 0 {
            offset = zone.to_offset(instant(minute));
        }
        wall.push(offset.to_datetime(instant(minute)));
    }
    wall
}

fn in_any(rows: &[Weekly], date: Date, minute: i32) -> bool {
    rows.iter().any(|row| {
        row.weekday == date.weekday()
            && row.valid_from.is_none_or(|from| date >= from)
            && row.valid_until.is_none_or(|until| date <= until)
            && (row.period.from..row.period.to).contains(&minute)
    })
}

fn is_open(calendar: &Calendar, minute: i64, wall: DateTime) -> bool {
    let of_day = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    let hours = &calendar.hours;
    let by_rule = match hours.overrides.get(&wall.date()) {
        Some(own) => own.iter().any(|Period { from, to }| (*from..*to).contains(&of_day)),
        None => {
            !hours.closed.contains(&wall.date())
                && in_any(&hours.weekly, wall.date(), of_day)
                && !in_any(&hours.breaks, wall.date(), of_day)
        }
    };
    by_rule || hours.extra.iter().any(|extra| extra.from <= instant(minute) && instant(minute) < extra.to)
}

fn counts(entry: &Busy, question: &Question<'_>) -> bool {
    match &entry.occupation {
        Occupation::Freed => false,
        Occupation::Pending => question.policy.pending_blocks,
        Occupation::Hold { owner, expires_at } => {
            *expires_at > question.now && question.policy.hold_owner.as_ref() != Some(owner)
        }
        _ => true,
    }
}

fn closes(entry: &Busy, calendar: &Calendar) -> bool {
    calendar.capacity <= 1 || matches!(entry.occupation, Occupation::External | Occupation::Blocked)
}

/// One minute of the visit against the entries that take seats, with the padding on both sides.
fn seats_at(calendar: &Calendar, minute: i64, question: &Question<'_>) -> i64 {
    let visit = question.visit;
    let takes = |entry: &&Busy| {
        counts(entry, question)
            && !closes(entry, calendar)
            && instant(minute) >= entry.interval.from - entry.before - visit.after
            && instant(minute) < entry.interval.to + entry.after + visit.before
    };
    calendar.busy.iter().filter(takes).map(|entry| i64::from(entry.seats)).sum()
}

fn last_date(calendar: &Calendar, question: &Question<'_>) -> Date {
    let Some(horizon) = question.policy.horizon else { return Date::MAX };
    let mut date = calendar.zone.to_datetime(question.now).date();
    for _ in 0..horizon.days {
        date = date.tomorrow().unwrap();
        while horizon.business && matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            date = date.tomorrow().unwrap();
        }
    }
    date
}

/// Whether a start is good for a calendar, its open time and its closing entries aside.
fn is_offered(calendar: &Calendar, start: i64, question: &Question<'_>) -> bool {
    let date = |at: Timestamp| calendar.zone.to_datetime(at).date();
    let local = date(instant(start));
    let confirmed =
        |entry: &&Busy| entry.occupation == Occupation::Confirmed && date(entry.interval.from) == local;
    let visits = calendar.busy.iter().filter(confirmed).count();
    local <= last_date(calendar, question)
        && calendar.max_per_day.is_none_or(|most| visits < most as usize)
        && i64::from(question.visit.seats) <= i64::from(calendar.capacity)
        && (start..start + whole(question.visit.duration)).all(|minute| {
            seats_at(calendar, minute, question) + i64::from(question.visit.seats)
                <= i64::from(calendar.capacity)
        })
}

/// The free ranges of calendars needed at once: `(first minute, end)`.
fn free(calendars: &[&Calendar], minutes: &Minutes, question: &Question<'_>) -> Vec<(i64, i64)> {
    let visit = question.visit;
    let mut free = vec![true; usize::try_from(minutes.last - minutes.first + 1).unwrap()];
    for calendar in calendars {
        // A minute is closed when it lies between the entry and the padding of both sides.
        let closing: Vec<_> = calendar
            .busy
            .iter()
            .filter(|entry| counts(entry, question) && closes(entry, calendar))
            .map(|entry| {
                let from = entry.interval.from - entry.before - visit.after;
                minute_up(from)..minute_up(entry.interval.to + entry.after + visit.before)
            })
            .collect();
        for ((minute, wall), free) in (minutes.first..).zip(wall(minutes, &calendar.zone)).zip(&mut free) {
            *free &= !closing.iter().any(|entry| entry.contains(&minute)) && is_open(calendar, minute, wall);
        }
    }
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for (minute, _) in (minutes.first..).zip(free).filter(|(_, free)| *free) {
        match ranges.last_mut() {
            Some((_, end)) if *end == minute => *end += 1,
            _ => ranges.push((minute, minute + 1)),
        }
    }
    ranges
}

/// The starts of one range, before the window is looked at.
fn in_range((from, end): (i64, i64), endless: bool, zone: &TimeZone, question: &Question<'_>) -> Vec<i64> {
    let grid = question.grid;
    let (offset, duration) = (i64::from(grid.offset_minutes), whole(question.visit.duration));
    let (step, mark) = (i64::from(grid.step_minutes), i64::from(grid.mark_minutes()));
    let local = |minute: i64| zone.to_datetime(instant(minute));
    let begin = from.max(minute_up(question.policy.earliest(question.now)));
    let into_hour = i64::from(local(begin).minute());
    let next =
        |mark: i64| (begin..begin + mark).find(|minute| (into_hour + minute - begin) % mark == 0).unwrap();
    let visits = |first: i64| {
        let starts = (first + offset..=end - duration).step_by(usize::try_from(step + offset).unwrap());
        starts.collect::<Vec<_>>()
    };
    let first = match grid.kind {
        GridKind::DayGrid => {
            let on_mark = |minute: &i64| {
                let wall = local(*minute);
                (i64::from(wall.hour()) * 60 + i64::from(wall.minute())) % step == offset % step
            };
            return (from..end).filter(on_mark).filter(|minute| minute + duration <= end).collect();
        }
        GridKind::RangeStart => from,
        GridKind::Clock => next(mark),
        GridKind::Optimized => {
            let free_move = |at: &i64| endless || visits(*at).len() == visits(begin).len();
            [mark, 15, 5].into_iter().map(next).find(free_move).unwrap_or(begin)
        }
    };
    visits(first)
}

/// What [`super::starts`] should answer.
pub(super) fn starts(question: &Question<'_>) -> Vec<Timestamp> {
    let groups: Vec<Vec<&Calendar>> = if question.any.is_empty() {
        vec![question.all.clone()]
    } else {
        question.any.iter().map(|one| [vec![*one], question.all.clone()].concat()).collect()
    };
    let earliest = question.policy.earliest(question.now);
    let window = &question.window;
    let midnight = |date: Date| window.zone.to_timestamp(date.at(0, 0, 0, 0)).unwrap();
    let (opens, closes) = (midnight(window.first), midnight(window.last.tomorrow().unwrap()));
    let mut found = BTreeSet::new();
    for group in groups {
        let zone = &group[0].zone;
        let back = if question.grid.kind == GridKind::RangeStart { 8 } else { 0 };
        let first_day = zone.to_datetime(earliest).date() - back.days();
        let minutes = Minutes {
            first: minute_up(zone.to_timestamp(first_day.at(0, 0, 0, 0)).unwrap()),
            last: minute_up(closes.max(earliest)) + 8 * 24 * 60,
        };
        for range in free(&group, &minutes, question) {
            let starts = in_range(range, range.1 > minutes.last, zone, question);
            let offered = starts.into_iter().filter(|start| {
                let at = instant(*start);
                at >= earliest
                    && opens <= at
                    && at < closes
                    && group.iter().all(|calendar| is_offered(calendar, *start, question))
            });
            found.extend(offered.map(instant));
        }
    }
    found.into_iter().collect()
}
