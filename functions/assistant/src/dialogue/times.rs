//! Which times are offered: few and good ones. What was wished for narrows; when nothing is left, what is nearest to it is offered, and it is
//! said what could not be.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use shared::agenda::slots::{self, EmptyReason};
use shared::agenda::{Audience, Visit, Wish};
use shared::db::medicos::Medico;
use shared::id::MedicoId;
use shared::problem::Problem;

use super::memory::{Errand, Slot, When};
use super::{Talk, texts};

/// Days looked through at once.
const HORIZON_DAYS: i32 = 45;
/// Times of one day that are offered.
const MOST_TIMES: usize = 6;
/// Times on several days that are offered.
const MOST_OFFERS: usize = 4;
/// Offers of one day lie at least so far apart.
const APART: SignedDuration = SignedDuration::from_hours(3);

/// What was found.
pub(super) struct Found {
    /// What is offered, in order.
    pub(super) offers: Vec<Slot>,
    /// What could not be, said before it.
    pub(super) lead: Option<String>,
    /// Whether there is more like it.
    pub(super) more: bool,
}

/// Free times, in order, and, of a day without any, the reason.
pub(super) struct Free {
    pub(super) slots: Vec<Slot>,
    pub(super) reason: Option<EmptyReason>,
}

impl Talk<'_> {
    /// Looks for what is wished with one of `medicos`; `seen` was offered before and is not wanted.
    pub(super) async fn find(&mut self, medicos: &[Medico], seen: &[Slot]) -> Result<Found, Problem> {
        let mut when = self.memory.request.when.clone();
        if let ([day], true) = (when.days.as_slice(), when.told_empty) {
            (when.from, when.days) = (Some(*day), Vec::new());
        }
        let (first, last) = self.period(&when);
        if last < self.today {
            let found = self.anything_after(medicos, self.today, seen).await?;
            return Ok(Found { lead: Some(texts::day_is_past()), ..found });
        }
        let free = self.free(medicos, (first, last)).await?;
        let unseen = |slot: &&Slot| !seen.contains(slot);
        let on_these_days: Vec<Slot> = free
            .slots
            .iter()
            .filter(unseen)
            .filter(|slot| when.allows_day(slot.at.date()))
            .copied()
            .collect();
        let alone = When { or: None, ..when.clone() };
        let preferred = |slot: &&Slot| when.or_else && alone.allows(slot.at);
        let mut wanted: Vec<Slot> = on_these_days.iter().filter(preferred).copied().collect();
        if wanted.is_empty() {
            wanted = on_these_days.iter().filter(|slot| when.allows(slot.at)).copied().collect();
        }
        if !wanted.is_empty() {
            return Ok(offered(&wanted, &when, None));
        }
        if !on_these_days.is_empty() && when.narrows_time() {
            let lead =
                when.time.filter(|_| when.or_time.is_none()).map_or_else(texts::not_then, texts::not_at);
            return Ok(offered(&on_these_days, &When { asap: false, ..when }, Some(lead)));
        }
        let lead = match (when.days.as_slice(), &free.reason) {
            ([day], Some(reason)) => Some(texts::nothing_on(*day, &reason.sentence(), self.today)),
            ([day], None) => Some(texts::nothing_on(*day, texts::NONE_FREE, self.today)),
            ([], _) if when.from.is_none() && when.not_days.is_empty() => None,
            _ => Some(texts::nothing_then()),
        };
        self.memory.request.when.told_empty |= when.days.len() == 1;
        let found = self.anything_after(medicos, first, seen).await?;
        Ok(Found { lead, ..found })
    }

    /// The dates to look at.
    pub(super) fn period(&self, when: &When) -> (Date, Date) {
        let horizon = |first: Date| first.saturating_add(HORIZON_DAYS.days());
        if let Some(or) = &when.or {
            let (one, other) = (self.period(&When { or: None, ..when.clone() }), self.period(or));
            return (one.0.min(other.0), one.1.max(other.1));
        }
        if let (Some(first), Some(last)) = (when.days.iter().min(), when.days.iter().max()) {
            return (*first.max(&self.today), *last);
        }
        let first = when.from.unwrap_or(self.today).max(self.today);
        (first, when.until.unwrap_or_else(|| horizon(first)).min(horizon(first)))
    }

    /// The next times from a day on, at the hours wished if there are any.
    async fn anything_after(
        &mut self,
        medicos: &[Medico],
        first: Date,
        seen: &[Slot],
    ) -> Result<Found, Problem> {
        let when = self.memory.request.when.clone();
        let free = self.free(medicos, (first, first.saturating_add(HORIZON_DAYS.days()))).await?;
        let not_denied = |slot: &&Slot| !when.denies(slot.at.date()) && !seen.contains(slot);
        let all: Vec<Slot> = free.slots.iter().filter(not_denied).copied().collect();
        let at_the_hours: Vec<Slot> =
            all.iter().filter(|slot| when.allows_time(slot.at.time())).copied().collect();
        let several = When { asap: when.asap, ..When::default() };
        Ok(offered(if at_the_hours.is_empty() { &all } else { &at_the_hours }, &several, None))
    }

    pub(super) async fn free(&mut self, medicos: &[Medico], period: (Date, Date)) -> Result<Free, Problem> {
        let mut free = Free { slots: Vec::new(), reason: None };
        for (wish, ids) in self.wishes(medicos).await? {
            for (medico_id, days) in slots::days_of(self.tx, &wish, &ids, period, self.turn.now).await? {
                for day in days {
                    let at = |time: &Time| Slot { medico_id, at: day.date.to_datetime(*time) };
                    free.slots.extend(day.times.iter().map(at));
                    if free.reason.is_none() {
                        free.reason = day.reason;
                    }
                }
            }
        }
        free.slots.sort_by_key(|slot| (slot.at, slot.medico_id));
        // With whomever, one hour is one offer.
        free.slots.dedup_by_key(|slot| slot.at);
        Ok(free)
    }

    /// Why nobody has time on a day; `None` when somebody does.
    pub(super) async fn nobody_on(
        &mut self,
        medicos: &[Medico],
        day: Date,
    ) -> Result<Option<String>, Problem> {
        let free = self.free(medicos, (day, day)).await?;
        let reason = free.reason.map(|reason| reason.sentence());
        Ok(free.slots.is_empty().then(|| reason.unwrap_or_else(|| texts::NONE_FREE.to_owned())))
    }

    /// A few times before another one, the nearest to it, in order.
    pub(super) async fn before(&mut self, medicos: &[Medico], at: DateTime) -> Result<Vec<Slot>, Problem> {
        let free = self.free(medicos, (self.today, at.date())).await?;
        let earlier: Vec<Slot> = free.slots.into_iter().filter(|slot| slot.at < at).collect();
        Ok(earlier.iter().skip(earlier.len().saturating_sub(MOST_OFFERS)).copied().collect())
    }

    /// What is asked of the agenda: one question for all whose visits last as long.
    async fn wishes(&mut self, medicos: &[Medico]) -> Result<Vec<(Wish, Vec<MedicoId>)>, Problem> {
        let mut wishes: Vec<(Wish, Vec<MedicoId>)> = Vec::new();
        for medico in medicos {
            let known = wishes.iter_mut().find(|(wish, _)| {
                wish.visit.service.is_some() || wish.visit.duration == medico.duracao_minutos
            });
            match known {
                Some((_, ids)) => ids.push(medico.id),
                None => wishes.push((self.wish(medico).await?, vec![medico.id])),
            }
        }
        Ok(wishes)
    }

    /// What is wanted of a professional's agenda; what this person keeps is no obstacle to them.
    pub(super) async fn wish(&mut self, medico: &Medico) -> Result<Wish, Problem> {
        let request = &self.memory.request;
        let (servico, convenio) = (request.servico_id, request.convenio_id);
        let wish = if let Errand::Move(id) = request.errand {
            let standing = self.own(id).await?;
            Wish { medico_id: medico.id, ..Wish::again(self.tx, &standing, Audience::Patient).await? }
        } else {
            let visit = Visit::of(self.tx, medico, servico, convenio, None).await?;
            Wish { convenio_id: convenio, ..Wish::new(medico.id, visit, Audience::Patient) }
        };
        Ok(Wish { owner: Some(self.owner.clone()), ..wish })
    }
}

fn offered(wanted: &[Slot], when: &When, lead: Option<String>) -> Found {
    let one_day = wanted.first().zip(wanted.last()).is_some_and(|(a, b)| a.at.date() == b.at.date());
    let offers = match (one_day, when.asap) {
        (true, false) if when.latest => wanted.last().copied().into_iter().collect(),
        (true, false) => spread(wanted, MOST_TIMES),
        (_, true) => wanted.iter().take(MOST_OFFERS).copied().collect(),
        (false, false) => over_days(wanted),
    };
    Found { more: offers.len() < wanted.len(), offers, lead }
}

/// The soonest few, then some spread over the rest.
fn spread(slots: &[Slot], most: usize) -> Vec<Slot> {
    if slots.len() <= most {
        return slots.to_vec();
    }
    let soonest = most / 2;
    let (first, rest) = slots.split_at(soonest);
    let wanted = most - soonest;
    let picked = (0..wanted).filter_map(|at| rest.get(at * (rest.len() - 1) / (wanted - 1).max(1)));
    first.iter().chain(picked).copied().collect()
}

/// The soonest, then others apart from each other, two a day at most.
fn over_days(slots: &[Slot]) -> Vec<Slot> {
    let mut picked: Vec<Slot> = Vec::new();
    for slot in slots {
        let of_the_day = picked.iter().filter(|other| other.at.date() == slot.at.date()).count();
        let apart = picked.last().is_none_or(|last| is_apart(last.at, slot.at));
        if of_the_day < 2 && apart {
            picked.push(*slot);
        }
        if picked.len() == MOST_OFFERS {
            break;
        }
    }
    picked
}

fn is_apart(last: DateTime, next: DateTime) -> bool {
    last.date() != next.date() || next.duration_since(last) >= APART
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn slots(days: &[i8]) -> Vec<Slot> {
        let hours = days.iter().flat_map(|day| (8..18).map(|hour| date(2026, 12, *day).at(hour, 0, 0, 0)));
        hours.map(|at| Slot { medico_id: "1".parse().unwrap(), at }).collect()
    }

    #[test]
    fn of_one_day_the_soonest_and_a_spread_are_offered() {
        let hours: Vec<i8> = spread(&slots(&[1]), 6).iter().map(|slot| slot.at.hour()).collect();
        assert_eq!(hours, [8, 9, 10, 11, 14, 17]);
        assert_eq!(spread(&slots(&[1])[..3], 6).len(), 3);
    }

    #[test]
    fn of_several_days_two_a_day_are_offered_apart() {
        let found = offered(&slots(&[1, 2, 3]), &When::default(), None);
        let picked: Vec<_> = found.offers.iter().map(|slot| (slot.at.day(), slot.at.hour())).collect();
        assert_eq!(picked, [(1, 8), (1, 11), (2, 8), (2, 11)]);
        assert!(found.more);
    }

    #[test]
    fn whoever_is_in_a_hurry_is_offered_the_soonest() {
        let found = offered(&slots(&[1, 2]), &When { asap: true, ..When::default() }, None);
        let picked: Vec<_> = found.offers.iter().map(|slot| (slot.at.day(), slot.at.hour())).collect();
        assert_eq!(picked, [(1, 8), (1, 9), (1, 10), (1, 11)]);
    }
}
