//! Offering times, and what is said to an offer of them: one that is meant, others, earlier ones, one that is gone.

use jiff::ToSpan;
use jiff::civil::Time;
use shared::db::medicos::Medico;
use shared::problem::Problem;

use super::memory::{Slot, Step};
use super::times::Found;
use super::{Talk, joined, texts};
use crate::reading::{Hours, Intent, Understanding, words};

impl Talk<'_> {
    pub(super) fn offer(&mut self, medicos: &[Medico], found: Found) -> Vec<String> {
        let Found { offers, lead, more } = found;
        let text = if offers.is_empty() {
            self.memory.step = Step::ChooseTime;
            texts::nothing_at_all(medicos)
        } else {
            let named: Vec<(Slot, Option<&Medico>)> =
                offers.iter().map(|slot| (*slot, self.medico(slot.medico_id))).collect();
            texts::choose_time(&named, more, self.today)
        };
        (self.memory.offers, self.memory.step) = (offers, Step::ChooseTime);
        match lead {
            Some(lead) => joined(lead, vec![text]),
            None => vec![text],
        }
    }

    /// Times before the first of those offered.
    pub(super) async fn earlier_times(&mut self) -> Result<Vec<String>, Problem> {
        let (Some(medicos), Some(first)) = (self.candidates(), self.memory.offers.first().copied()) else {
            return self.advance(None).await;
        };
        let medicos = match self.servico(medicos).await? {
            Ok(medicos) => medicos,
            Err(question) => return Ok(vec![question]),
        };
        let before = self.before(&medicos, first.at).await?;
        if before.is_empty() {
            return self.advance(Some(texts::nothing_earlier())).await;
        }
        let found = Found { offers: before, lead: None, more: false };
        Ok(self.offer(&medicos, found))
    }

    /// Times after the first of those offered, or after the one that was chosen.
    pub(super) async fn later_times(&mut self) -> Result<Vec<String>, Problem> {
        let memory = &mut self.memory;
        let offers = std::mem::take(&mut memory.offers);
        let one_day =
            offers.iter().all(|slot| Some(slot.at.date()) == offers.first().map(|slot| slot.at.date()));
        let chosen = memory.request.chosen.take();
        let Some(than) = chosen.or_else(|| offers.first().copied()) else {
            return self.advance(None).await;
        };
        let when = &mut memory.request.when;
        if chosen.is_some() || one_day {
            when.forget_days();
            when.days = vec![than.at.date()];
        }
        when.widen();
        when.asap = false;
        when.between = Some((than.at.time().saturating_add(1.minute()), Time::MAX));
        if chosen.is_none() {
            memory.seen.extend(offers);
        }
        let Some(medicos) = self.candidates() else {
            return Ok(vec![self.ask_medico()]);
        };
        let medicos = match self.servico(medicos).await? {
            Ok(medicos) => medicos,
            Err(question) => return Ok(vec![question]),
        };
        let seen = self.memory.seen.clone();
        let found = self.find(&medicos, &seen).await?;
        Ok(self.offer(&medicos, found))
    }

    /// "Logo depois", of the next of several people: the first time after the one before.
    pub(super) fn following(&self, text: &str, said: &Understanding) -> Option<Slot> {
        let after =
            self.memory.after.filter(|_| self.memory.step == Step::ChooseTime && !said.has_facts())?;
        let spoken = words(text).join(" ");
        let next = ["logo depois", "em seguida", "na sequencia", "logo apos", "depois dele", "depois dela"];
        let next = next.iter().any(|word| spoken.contains(word));
        self.memory.offers.iter().find(|slot| slot.at > after.at).copied().filter(|_| next)
    }

    /// "10" to six offers is no option, but an hour a clinic has: it is taken as said.
    pub(super) fn as_hour(&self, said: &Understanding) -> Option<Understanding> {
        let number = said.option.filter(|_| self.memory.step == Step::ChooseTime)?;
        let hour = i8::try_from(number).ok().filter(|hour| (7..=20).contains(hour))?;
        let beyond = usize::try_from(number).is_ok_and(|number| number > self.memory.offers.len());
        let hours = Hours::At(Time::new(hour, 0, 0, 0).ok()?);
        beyond.then(|| Understanding { option: None, intent: Intent::Inform, hours, ..said.clone() })
    }

    /// Other times than those offered.
    pub(super) async fn other_times(&mut self) -> Result<Vec<String>, Problem> {
        let Some(medicos) = self.candidates() else {
            return Ok(vec![self.ask_medico()]);
        };
        let medicos = match self.servico(medicos).await? {
            Ok(medicos) => medicos,
            Err(question) => return Ok(vec![question]),
        };
        let offers = std::mem::take(&mut self.memory.offers);
        let last = offers.last().map(|slot| slot.at.date());
        let one_day = last.is_some_and(|day| offers.iter().all(|slot| slot.at.date() == day));
        let mut seen = std::mem::take(&mut self.memory.seen);
        seen.extend(offers);
        self.memory.request.chosen = None;
        let mut found = self.find(&medicos, &seen).await?;
        if !one_day || found.offers.is_empty() || found.lead.is_some() {
            // The days after those that were offered.
            let when = &mut self.memory.request.when;
            when.forget_days();
            when.asap = false;
            when.from = last.and_then(|day| day.tomorrow().ok());
            found = self.find(&medicos, &seen).await?;
        }
        self.memory.seen = seen;
        Ok(self.offer(&medicos, found))
    }

    /// The one offer that is meant by "às 10" or "sexta às 9".
    pub(super) fn picked(&self, said: &Understanding) -> Option<Slot> {
        let time = said
            .time()
            .filter(|_| !said.loose && said.or_hour.is_none() && self.memory.step == Step::ChooseTime)?;
        let meant = |slot: &&Slot| {
            slot.at.time() == time
                && said.allows(slot.at.date())
                && (said.medicos.is_empty() || said.medicos.contains(&slot.medico_id))
        };
        let mut meant = self.memory.offers.iter().filter(meant);
        meant.next().copied().filter(|_| meant.next().is_none())
    }

    /// "A que for mais cedo", "tanto faz", of those that were offered.
    pub(super) fn soonest(&self, said: &Understanding) -> Option<Slot> {
        let any = said.asap || (said.any_day && said.any_time && said.any_professional);
        let bare = !said.question && !said.has_facts() && said.medicos.is_empty();
        self.memory.offers.first().copied().filter(|_| any && bare && self.memory.step == Step::ChooseTime)
    }

    /// The chosen time is gone: others of its day, else the next ones.
    pub(super) async fn taken(&mut self, medicos: &[Medico], slot: Slot) -> Result<Vec<String>, Problem> {
        let request = &mut self.memory.request;
        request.chosen = None;
        request.when.widen();
        request.when.forget_days();
        request.when.days = vec![slot.at.date()];
        let found = self.find(medicos, &[slot]).await?;
        Ok(joined(texts::taken(), self.offer(medicos, found)))
    }
}
