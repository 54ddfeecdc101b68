//! Arranging an appointment: whatever is missing is asked for, whatever was said is not asked again, and nothing is booked before the
//! person said yes to a summary.

use jiff::civil::{Date, Time};
use jiff::{ToSpan, Zoned};
use shared::agenda::slots::{self, DaySlots};
use shared::agenda::{Audience, Visit, Wish, hold};
use shared::db::medicos::Medico;
use shared::db::{pacientes, reservas};
use shared::domain::nome::Nome;
use shared::id::MedicoId;
use shared::problem::Problem;

use super::{Step, Talk, is_for_people, joined, texts};
use crate::reading::{Intent, Understanding};

/// Days looked through for free times.
const HORIZON_DAYS: i32 = 30;
/// Days offered.
const MOST_DAYS: usize = 5;
/// Times offered.
const MOST_TIMES: usize = 6;

impl Talk<'_> {
    /// The first message that wants an appointment, with whatever facts it holds.
    pub(super) async fn start_booking(&mut self, said: &Understanding) -> Result<Vec<String>, Problem> {
        self.memory.start_over();
        self.memory.step = Step::ChooseDay;
        self.take_facts(said);
        self.advance(None).await
    }

    /// An answer to what was asked last; `None` when it is none.
    pub(super) async fn booking(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if said.invalid {
            return Ok(Some(vec![texts::no_such_day()]));
        }
        match said.intent {
            Intent::GiveUp => {
                self.memory.start_over();
                reservas::release(self.tx, &self.owner).await?;
                return Ok(Some(vec![texts::gave_up()]));
            }
            Intent::Appointments => return self.appointments().await.map(Some),
            Intent::Cancel | Intent::NoShow => {
                self.memory.start_over();
                return self.start_cancelling().await.map(Some);
            }
            intent if is_for_people(intent) => return Ok(Some(vec![texts::ask_the_clinic()])),
            Intent::More => return self.other_times().await.map(Some),
            // None of those that were offered.
            Intent::No
                if matches!(self.memory.step, Step::ChooseDay | Step::ChooseTime) && !said.has_facts() =>
            {
                return self.other_times().await.map(Some);
            }
            _ => {}
        }
        if let Some(number) = said.option
            && self.memory.step != Step::GiveName
            && self.memory.step != Step::GivePhone
        {
            return self.choose(number).await;
        }
        if self.take_facts(said) {
            return self.advance(None).await.map(Some);
        }
        match (said.intent, self.memory.step) {
            // "Marca esse" to a summary is a yes; anywhere else, wanting to book is wanting to begin.
            (Intent::Book, Step::ConfirmBooking) => return self.confirm(text, said).await,
            (Intent::Book | Intent::Availability, _) => return self.start_booking(said).await.map(Some),
            (Intent::Greeting | Intent::Help | Intent::Thanks, _) => {
                return self.advance(None).await.map(Some);
            }
            _ => {}
        }
        match self.memory.step {
            Step::GiveName => self.take_name(text, said).await.map(Some),
            Step::GivePhone => self.take_phone(text).await,
            Step::ConfirmBooking => self.confirm(text, said).await,
            _ => Ok(None),
        }
    }

    /// Takes what was said of the appointment; whether anything was.
    fn take_facts(&mut self, said: &Understanding) -> bool {
        let mut took = false;
        let request = &mut self.memory.request;
        match said.medicos.as_slice() {
            [] => {}
            [one] => {
                took = request.medico_id != Some(*one);
                request.medico_id = Some(*one);
            }
            several => {
                took = true;
                request.medico_id = None;
                self.memory.medicos = several.to_vec();
            }
        }
        let (day, from) = (said.day(), said.first_day());
        if day.is_some() || from.is_some() {
            (request.day, request.from, took) = (day, from, true);
            // "Não, é dia 13" to a summary corrects the day and keeps the hour.
            if said.time().is_none() && self.memory.step != Step::ConfirmBooking {
                request.time = None;
            }
        }
        if said.time().is_some() || said.between().is_some() {
            (request.time, request.between, took) = (said.time(), said.between(), true);
        }
        if let Some(nome) = said.name.as_deref().and_then(|nome| Nome::parse(nome).ok()) {
            request.nome = Some(nome.as_str().to_owned());
            took = true;
        }
        took
    }

    /// A number, of whatever was offered last.
    async fn choose(&mut self, number: i32) -> Result<Option<Vec<String>>, Problem> {
        let memory = &mut self.memory;
        let count = match memory.step {
            Step::ChooseMedico => memory.medicos.len(),
            Step::ChooseDay => memory.days.len(),
            Step::ChooseTime => memory.times.len(),
            _ => return Ok(None),
        };
        let at = if number == -1 { count.checked_sub(1) } else { usize::try_from(number - 1).ok() };
        let Some(at) = at.filter(|at| *at < count) else {
            return Ok(Some(vec![texts::not_an_option(count)]));
        };
        match memory.step {
            Step::ChooseMedico => memory.request.medico_id = memory.medicos.get(at).copied(),
            Step::ChooseDay => memory.request.day = memory.days.get(at).copied(),
            _ => memory.request.time = memory.times.get(at).copied(),
        }
        self.advance(None).await.map(Some)
    }

    /// Asks for the first thing that is missing; `lead` is said before it.
    pub(super) async fn advance(&mut self, lead: Option<String>) -> Result<Vec<String>, Problem> {
        let texts = self.next_question().await?;
        Ok(match lead {
            Some(lead) => joined(lead, texts),
            None => texts,
        })
    }

    async fn next_question(&mut self) -> Result<Vec<String>, Problem> {
        let Some(medico) = self.chosen_medico() else {
            return Ok(vec![self.ask_medico()]);
        };
        let Some(day) = self.memory.request.day else {
            return self.ask_day(&medico).await.map(|text| vec![text]);
        };
        if let Some(time) = self.memory.request.time
            && self.keep_on(&medico, day, time).await?
        {
            return self.ask_person_or_summary(&medico, day, time).await;
        }
        let slots = self.slots(&medico, day, day).await?.pop();
        let Some(slots) = slots.filter(|slots| !slots.times.is_empty()) else {
            return self.other_day(&medico, day).await;
        };
        let Some(time) = self.memory.request.time else {
            return Ok(vec![self.ask_time(&medico, &slots)]);
        };
        if !slots.times.contains(&time) {
            self.memory.request.time = None;
            return Ok(joined(texts::not_at(time), vec![self.ask_time(&medico, &slots)]));
        }
        // Somebody may have been faster between the look and the lock.
        if !self.keep(&medico, day, time).await? {
            self.memory.request.time = None;
            let mut slots = slots;
            slots.times.retain(|free| *free != time);
            return Ok(joined(texts::taken(), vec![self.ask_time(&medico, &slots)]));
        }
        self.ask_person_or_summary(&medico, day, time).await
    }

    /// The professional asked for, or the only one there is.
    fn chosen_medico(&mut self) -> Option<Medico> {
        if self.memory.request.medico_id.is_none()
            && let [only] = self.medicos.as_slice()
        {
            self.memory.request.medico_id = Some(only.id);
        }
        self.memory.request.medico_id.and_then(|id| self.medico(id)).cloned()
    }

    fn ask_medico(&mut self) -> String {
        let offered: Vec<_> = self.memory.medicos.iter().filter_map(|id| self.medico(*id)).collect();
        let offered = if offered.is_empty() { self.medicos.iter().collect() } else { offered };
        if offered.is_empty() {
            return texts::ask_the_clinic();
        }
        let text = texts::choose_medico(&offered);
        let ids = offered.iter().map(|medico| medico.id).collect();
        (self.memory.medicos, self.memory.step) = (ids, Step::ChooseMedico);
        text
    }

    async fn ask_day(&mut self, medico: &Medico) -> Result<String, Problem> {
        let first = self.memory.request.from.unwrap_or(self.today).max(self.today);
        let days = self.slots(medico, first, first.saturating_add(HORIZON_DAYS.days())).await?;
        let wanted = self.memory.request.time;
        let free = days.iter().filter(|day| match wanted {
            Some(time) => day.times.contains(&time),
            None => !day.times.is_empty(),
        });
        let free: Vec<Date> = free.map(|day| day.date).take(MOST_DAYS).collect();
        if free.is_empty() {
            self.memory.request.from = None;
            return Ok(texts::nothing_at_all(&medico.nome));
        }
        let text = texts::choose_day(&medico.nome, &free, self.today);
        (self.memory.days, self.memory.step) = (free, Step::ChooseDay);
        Ok(text)
    }

    /// The day asked for has nothing: why, and which days have.
    async fn other_day(&mut self, medico: &Medico, day: Date) -> Result<Vec<String>, Problem> {
        self.memory.request.day = None;
        if day < self.today {
            self.memory.step = Step::ChooseDay;
            return Ok(vec![texts::day_is_past()]);
        }
        let whole = self.memory.request.between.take().is_some();
        let lead = match self.slots(medico, day, day).await?.pop() {
            Some(slots) if whole && !slots.times.is_empty() => {
                self.memory.request.day = Some(day);
                return Ok(joined(texts::not_then(), vec![self.ask_time(medico, &slots)]));
            }
            Some(DaySlots { reason: Some(reason), .. }) => {
                texts::nothing_on(day, &reason.sentence(), self.today)
            }
            _ => texts::nothing_on(day, "não há horário livre.", self.today),
        };
        self.memory.request.from = Some(day);
        let question = self.ask_day(medico).await?;
        Ok(joined(lead, vec![question]))
    }

    fn ask_time(&mut self, medico: &Medico, slots: &DaySlots) -> String {
        let offered = spread(&slots.times, MOST_TIMES);
        let more = offered.len() < slots.times.len();
        let text = texts::choose_time(&medico.nome, slots.date, &offered, more, self.today);
        (self.memory.times, self.memory.step) = (offered, Step::ChooseTime);
        text
    }

    /// Other times of the day, or other days.
    async fn other_times(&mut self) -> Result<Vec<String>, Problem> {
        let Some(medico) = self.chosen_medico() else {
            return Ok(vec![self.ask_medico()]);
        };
        if let (Some(day), Step::ChooseTime) = (self.memory.request.day, self.memory.step)
            && let Some(mut slots) = self.slots(&medico, day, day).await?.pop()
        {
            slots.times.retain(|time| !self.memory.times.contains(time));
            if !slots.times.is_empty() {
                return Ok(vec![self.ask_time(&medico, &slots)]);
            }
        }
        let after = self.memory.days.last().map(|day| day.saturating_add(1.day()));
        (self.memory.request.day, self.memory.request.time, self.memory.request.from) = (None, None, after);
        Ok(vec![self.ask_day(&medico).await?])
    }

    async fn ask_person_or_summary(
        &mut self,
        medico: &Medico,
        day: Date,
        time: Time,
    ) -> Result<Vec<String>, Problem> {
        if self.memory.request.nome.is_none() {
            self.memory.request.nome = self.known_name().await?;
        }
        let Some(nome) = self.memory.request.nome.clone() else {
            self.memory.step = Step::GiveName;
            return Ok(vec![texts::give_name()]);
        };
        if self.turn.contact.telefone.is_none() && self.memory.request.telefone.is_none() {
            self.memory.step = Step::GivePhone;
            return Ok(vec![texts::give_phone()]);
        }
        self.memory.step = Step::ConfirmBooking;
        let start = self.zoned(day, time)?;
        Ok(vec![texts::confirm_booking(medico, &start, &nome, self.today)])
    }

    /// The name this phone booked under, when there is exactly one: of two people on a phone nobody knows who is writing.
    pub(super) async fn known_name(&mut self) -> Result<Option<String>, Problem> {
        let Some(telefone) = &self.turn.contact.telefone else {
            return Ok(None);
        };
        let mut known = pacientes::list_by_telefone(self.tx, telefone).await?;
        Ok(if known.len() == 1 { known.pop().map(|paciente| paciente.nome) } else { None })
    }

    /// The days' free times, narrowed to the part of the day asked for.
    async fn slots(&mut self, medico: &Medico, first: Date, last: Date) -> Result<Vec<DaySlots>, Problem> {
        let wish = self.wish(medico).await?;
        let mut days = slots::days(self.tx, &wish, (first, last), self.turn.now).await?;
        if let (Some((from, to)), None) = (self.memory.request.between, self.memory.request.time) {
            for day in &mut days {
                day.times.retain(|time| (from..to).contains(time));
            }
        }
        Ok(days)
    }

    /// What is wanted of a professional's agenda; what this person keeps is no obstacle to them.
    async fn wish(&mut self, medico: &Medico) -> Result<Wish, Problem> {
        let visit = Visit::of(self.tx, medico, None, None, None).await?;
        Ok(Wish { owner: Some(self.owner.clone()), ..Wish::new(medico.id, visit, Audience::Patient) })
    }

    /// Keeps the chosen time while the rest is asked; whether it could be kept.
    async fn keep(&mut self, medico: &Medico, day: Date, time: Time) -> Result<bool, Problem> {
        let wish = self.wish(medico).await?;
        match hold::hold(self.tx, &wish, (day, time), self.turn.now).await {
            Ok(_) => Ok(true),
            Err(Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Keeps what is kept already a little longer; whether it was. The clinic's notice was kept when the time was chosen, so it is not asked
    /// for again.
    async fn keep_on(&mut self, medico: &Medico, day: Date, time: Time) -> Result<bool, Problem> {
        if !self.is_kept(medico.id, day, time).await? {
            return Ok(false);
        }
        let wish = Wish { audience: Audience::Staff, ..self.wish(medico).await? };
        match hold::hold(self.tx, &wish, (day, time), self.turn.now).await {
            Ok(_) => Ok(true),
            Err(Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Whether this person keeps a time at this moment.
    pub(super) async fn is_kept(&mut self, medico: MedicoId, day: Date, time: Time) -> Result<bool, Problem> {
        let start = shared::agenda::instant(self.tx, day, time)?;
        let kept = hold::kept(self.tx, &self.owner, self.turn.now).await?;
        Ok(kept.is_some_and(|kept| kept.medico_id == medico && kept.inicio_em == start))
    }

    pub(super) fn zoned(&self, date: Date, time: Time) -> Result<Zoned, Problem> {
        let start = shared::agenda::instant(self.tx, date, time)?;
        Ok(start.to_zoned(self.tx.time_zone().clone()))
    }
}

/// The soonest few, then some spread over the rest.
fn spread(times: &[Time], most: usize) -> Vec<Time> {
    if times.len() <= most {
        return times.to_vec();
    }
    let soonest = most / 2;
    let (first, rest) = times.split_at(soonest);
    let wanted = most - soonest;
    let picked = (0..wanted).filter_map(|at| rest.get(at * (rest.len() - 1) / (wanted - 1).max(1)));
    first.iter().chain(picked).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn few_times_are_offered_the_soonest_and_a_spread() {
        let times: Vec<Time> = (8..18).map(|hour| time(hour, 0, 0, 0)).collect();
        let hours: Vec<i8> = spread(&times, 6).iter().map(|time| time.hour()).collect();
        assert_eq!(hours, [8, 9, 10, 11, 14, 17]);
        assert_eq!(spread(&times[..3], 6).len(), 3);
    }
}
