//! What takes time: entries, their padding, their seats, and how many of them a day may have.

use jiff::{SignedDuration, Timestamp};

use super::interval::{merge, positive};
use super::local::Local;
use super::{Calendar, Interval, Policy, Visit};

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occupation {
    /// A visit that will take place.
    Confirmed,
    /// Something of another agenda; it closes the calendar whatever its capacity.
    External,
    /// Time somebody blocked; it closes the calendar whatever its capacity.
    Blocked,
    /// A visit nobody confirmed yet; it takes time where [`Policy::pending_blocks`] says so.
    Pending,
    /// A start kept for somebody who is still deciding.
    Hold {
        /// For whom: no obstacle to them.
        owner: String,
        /// From this instant on it is an obstacle to nobody.
        expires_at: Timestamp,
    },
    /// Cancelled, refused, missed: it takes nothing.
    Freed,
}

/// An entry of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The instants of the visit itself. One without instants takes nothing.
    pub interval: Interval,
    /// Kept free before it.
    pub before: SignedDuration,
    /// Kept free after it.
    pub after: SignedDuration,
    /// Seats it takes, where the calendar has more than one.
    pub seats: u32,
    /// What it is.
    pub occupation: Occupation,
}

/// What an entry does to a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Closes,
    Seats(u32),
}

impl Busy {
    /// What the entry does, and where a visit must not lie for it. The padding of both sides is put on the entry, so that of the visit only
    /// its own time is left to look at: it ends by `from - before - visit.after` or starts from `to + after + visit.before` on.
    fn effect(
        &self,
        capacity: u32,
        visit: Visit,
        policy: &Policy,
        now: Timestamp,
    ) -> Option<(Interval, Effect)> {
        let takes = match &self.occupation {
            Occupation::Confirmed | Occupation::External | Occupation::Blocked => true,
            Occupation::Pending => policy.pending_blocks,
            Occupation::Hold { owner, expires_at } => {
                *expires_at > now && policy.hold_owner.as_ref() != Some(owner)
            }
            Occupation::Freed => false,
        };
        if !takes || self.interval.is_empty() {
            return None;
        }
        let before = positive(self.before).saturating_add(positive(visit.after));
        let after = positive(self.after).saturating_add(positive(visit.before));
        let closes = capacity <= 1 || matches!(self.occupation, Occupation::External | Occupation::Blocked);
        let effect = if closes { Effect::Closes } else { Effect::Seats(self.seats) };
        Some((self.interval.widened(before, after), effect))
    }
}

/// Where a visit must not lie, merged. The two differ in what they do to the grid: it starts anew after what is closed, and runs on over
/// what is full.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// Not open any more.
    pub(super) closed: Vec<Interval>,
    /// Open, without enough seats.
    pub(super) full: Vec<Interval>,
}

impl Taken {
    pub(super) fn of<'a>(
        calendar: &Calendar,
        entries: impl Iterator<Item = &'a Busy>,
        visit: Visit,
        policy: &Policy,
        now: Timestamp,
    ) -> Self {
        let wanted = visit.seats.max(1);
        if wanted > calendar.capacity {
            return Self { closed: vec![Interval::new(Timestamp::MIN, Timestamp::MAX)], full: Vec::new() };
        }
        let mut closed = Vec::new();
        let mut changes = Vec::new();
        for (interval, effect) in
            entries.filter_map(|entry| entry.effect(calendar.capacity, visit, policy, now))
        {
            match effect {
                Effect::Closes => closed.push(interval),
                Effect::Seats(seats) => {
                    changes.push((interval.from, i64::from(seats)));
                    changes.push((interval.to, -i64::from(seats)));
                }
            }
        }
        let free = i64::from(calendar.capacity) - i64::from(wanted);
        Self { closed: merge(closed), full: fuller_than(free, changes) }
    }
}

/// Where more than `free` seats are taken. The peak over a visit is too high exactly when the visit meets one of these.
fn fuller_than(free: i64, mut changes: Vec<(Timestamp, i64)>) -> Vec<Interval> {
    // At one instant who leaves comes first: intervals are half-open.
    changes.sort_unstable();
    let mut full = Vec::new();
    let mut taken = 0_i64;
    let mut since = None;
    for (at, seats) in changes {
        taken = taken.saturating_add(seats);
        match since {
            None if taken > free => since = Some(at),
            Some(from) if taken <= free => {
                full.push(Interval::new(from, at));
                since = None;
            }
            _ => {}
        }
    }
    merge(full)
}

/// Whether a visit and its padding meet nothing that closes the calendar, and find their seats: hours, notice, horizon and the number of
/// visits of the day are other questions.
pub fn is_free(calendar: &Calendar, visit: Visit, policy: &Policy, now: Timestamp, start: Timestamp) -> bool {
    let at = visit.at(start);
    let taken = Taken::of(calendar, calendar.busy.iter(), visit, policy, now);
    !taken.closed.iter().chain(&taken.full).any(|taken| taken.overlaps(at))
}

/// Whether the local date of `start` has all the confirmed visits it may have.
pub fn day_is_full(calendar: &Calendar, start: Timestamp) -> bool {
    let Some(most) = calendar.max_per_day else { return false };
    let mut local = Local::new(&calendar.zone);
    let day = local.day(start);
    let count = confirmed(calendar).filter(|entry| local.day(entry.interval.from) == day).count();
    u32::try_from(count).is_ok_and(|count| count >= most) || count > u32::MAX as usize
}

fn confirmed(calendar: &Calendar) -> impl Iterator<Item = &Busy> {
    calendar.busy.iter().filter(|entry| entry.occupation == Occupation::Confirmed)
}

/// The local dates that have all the confirmed visits they may have, merged.
pub(super) fn full_days(calendar: &Calendar) -> Vec<Interval> {
    let Some(most) = calendar.max_per_day else { return Vec::new() };
    if most == 0 {
        return vec![Interval::new(Timestamp::MIN, Timestamp::MAX)];
    }
    let mut local = Local::new(&calendar.zone);
    let mut days: Vec<i64> = confirmed(calendar).map(|entry| local.day(entry.interval.from)).collect();
    days.sort_unstable();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let full = days.chunk_by(|a, b| a == b).filter(|day| day.len() >= most).filter_map(|day| day.first());
    merge(full.map(|day| Interval::new(local.midnight(*day), local.midnight(day + 1))).collect())
}
