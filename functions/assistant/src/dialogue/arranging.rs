//! Arranging something: whatever is missing is asked for, whatever was said is not asked again, and nothing is done before the person said yes
//! to a summary. A new appointment, another time for one that stands, and a place in the waiting list are arranged the same way.

use shared::agenda::hold;
use shared::db::medicos::Medico;
use shared::db::reservas;
use shared::id::{AgendamentoId, MedicoId};
use shared::problem::Problem;

use super::memory::{Errand, Slot, Step, Whom};
use super::{Talk, joined, nth, texts};
use crate::reading::{Days, Hours, Intent, Understanding, words};

/// Names one screen takes.
const MOST_NAMES: usize = 10;

impl Talk<'_> {
    /// The first message that wants an appointment, with whatever facts it holds.
    pub(super) async fn start(
        &mut self,
        errand: Errand,
        said: &Understanding,
    ) -> Result<Vec<String>, Problem> {
        // Who introduced themselves is not asked for their name.
        let nome = self.memory.request.nome.take().filter(|_| self.memory.step == Step::Idle);
        // "E outra pra mim", after one for somebody else: not the only one known of this phone.
        let not_them = self.memory.made.filter(|_| self.memory.made_for != Whom::Writer && said.for_me);
        self.memory.start_over();
        (self.memory.request.errand, self.memory.request.nome) = (errand, nome);
        if let Errand::Move(id) = errand {
            let row = self.own(id).await?;
            let request = &mut self.memory.request;
            (request.medicos, request.servico_id) = (vec![row.medico_id], row.servico_id);
            (request.convenio_id, request.paciente_id) = (row.convenio_id, Some(row.paciente_id));
        }
        if let Some(id) = not_them {
            self.somebody_else_than(id).await?;
        }
        let same = self.at_the_same_time(said).await?;
        let lead = match self.take(same.as_ref().unwrap_or(said)).await? {
            None if said.invalid => Some(no_such_day(said)),
            None if !self.memory.request.next.is_empty() => {
                Some(texts::one_by_one(self.memory.request.next.len()))
            }
            lead => lead,
        };
        self.advance(lead).await
    }

    /// Wants it for another of this phone than who comes to a visit: for the only other one, if there is just one.
    async fn somebody_else_than(&mut self, id: AgendamentoId) -> Result<(), Problem> {
        let them = self.own(id).await?.paciente_id;
        let mut others = self.people().await?;
        others.retain(|paciente| paciente.id != them);
        let request = &mut self.memory.request;
        match others.as_slice() {
            [] => request.whom = Whom::Stranger,
            [only] => request.paciente_id = Some(only.id),
            _ => {}
        }
        Ok(())
    }

    /// An answer to what was asked last; `None` when it is none.
    pub(super) async fn arranging(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if said.invalid {
            self.take(said).await?;
            return self.advance(Some(no_such_day(said))).await.map(Some);
        }
        let hour = self.as_hour(said);
        let said = hour.as_ref().unwrap_or(said);
        let same = self.at_the_same_time(said).await?;
        let said = same.as_ref().unwrap_or(said);
        self.go_back_to_the_offers(text, said);
        if let Some(number) = said.option.or_else(|| self.middle(text))
            && let Some(texts) = self.choose(number).await?
        {
            return Ok(Some(texts));
        }
        // What was asked for comes before what the same words may mean elsewhere.
        let given = match self.memory.step {
            Step::GiveName => self.take_name(text, said).await?,
            Step::GivePhone => self.take_phone(text).await?,
            Step::ChoosePerson => self.take_person(text, said.name.is_some()).await?,
            Step::Confirm => self.confirm(text, said).await?,
            _ => None,
        };
        if given.is_some() {
            return Ok(given);
        }
        if let Some(texts) = self.other_errand(text, said).await? {
            return Ok(Some(texts));
        }
        if let Some(slot) =
            self.picked(said).or_else(|| self.following(text, said)).or_else(|| self.soonest(text, said))
        {
            self.memory.request.chosen = Some(slot);
            self.memory.request.take_who(said);
            return self.advance(None).await.map(Some);
        }
        let before = self.memory.request.clone();
        let mut said = said.clone();
        if self.memory.step == Step::ChooseMedico && said.any_professional {
            // "Tanto faz" says with whom; the day that was said stands.
            (said.any_day, said.any_time) = (false, false);
        }
        self.look_again_from_today(&said);
        let mut lead = self.take(&said).await?;
        if lead.is_none() && self.memory.request != before {
            lead = self.noted(&before).or_else(|| self.holiday_meant(text));
        } else if lead.is_none() && said.insurance.as_deref() == Some("particular") {
            // As it was already: whoever answers the summary's question is heard all the same.
            lead = Some(texts::privately());
        }
        if lead.is_some() || self.memory.request != before {
            self.memory.seen.clear();
            let texts = self.advance(lead).await?;
            // "A primeira da tarde", of one day's.
            return Ok(Some(match self.at_the_end(text, &said).await? {
                Some(chosen) => chosen,
                None => texts,
            }));
        }
        self.nothing_new(text, &said).await
    }

    /// "Na verdade o quarto", of the times that were offered before the name was asked for.
    fn go_back_to_the_offers(&mut self, text: &str, said: &Understanding) {
        if matches!(self.memory.step, Step::GiveName | Step::Confirm)
            && said.option.is_some()
            && words(text).len() > 1
            && self.memory.request.chosen.is_some_and(|chosen| self.memory.offers.contains(&chosen))
        {
            self.memory.step = Step::ChooseTime;
        }
    }

    /// What asks for something else than an answer: other times, or another errand.
    async fn other_errand(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if said.earlier && !said.asap && self.memory.step == Step::ChooseTime && !said.has_facts() {
            return self.earlier_times().await.map(Some);
        }
        if said.later && !said.has_facts() && self.wants_later(text, said) {
            return self.later_times().await.map(Some);
        }
        if self.wants_no_next(text, said) {
            return self.give_up().await.map(Some);
        }
        match said.intent {
            Intent::GiveUp => self.give_up().await.map(Some),
            // "Tem que ser outro dia, quarta por exemplo" says which.
            Intent::More if !self.says_another(said) => self.other_times().await.map(Some),
            Intent::Reschedule if self.means_what_is_arranged(said).await? => Ok(None),
            Intent::Reschedule if !matches!(self.memory.request.errand, Errand::Move(_)) => {
                self.start_moving(said).await.map(Some)
            }
            // What is still being arranged is let go of, if nothing stands that could be meant.
            Intent::Cancel if self.coming().await?.is_empty() => self.give_up().await.map(Some),
            Intent::Cancel => self.start_cancelling(said).await.map(Some),
            Intent::WaitingList => {
                self.memory.request.errand = Errand::Wait;
                self.advance(None).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// "Não, muda pra sexta", while a time is kept or nothing stands: of that, and of no visit.
    async fn means_what_is_arranged(&mut self, said: &Understanding) -> Result<bool, Problem> {
        let says_where = (said.has_facts() || said.same_time) && said.current_day.is_none();
        Ok(says_where && (self.memory.request.chosen.is_some() || self.coming().await?.is_empty()))
    }

    /// Whether a wish for other times says which: other days or hours than are wanted already.
    fn says_another(&self, said: &Understanding) -> bool {
        let mut changed = self.memory.request.clone();
        said.has_facts() && changed.take(said) && changed != self.memory.request
    }

    /// Whether "mais tarde" is of the times, not of when the answer comes.
    fn wants_later(&self, text: &str, said: &Understanding) -> bool {
        let alone = words(text).len() <= 3;
        match self.memory.step {
            Step::ChooseTime => said.intent != Intent::AnswerLater || alone,
            Step::Confirm | Step::GiveName | Step::ChoosePerson => {
                self.memory.request.chosen.is_some() && said.intent != Intent::AnswerLater
            }
            _ => false,
        }
    }

    /// "O mesmo horário": of what is being moved, else of the last visit of whoever writes; `None` where it is not said or there was none.
    async fn at_the_same_time(&mut self, said: &Understanding) -> Result<Option<Understanding>, Problem> {
        if !said.same_time || said.hours != Hours::Unsaid || said.period.is_some() {
            return Ok(None);
        }
        let before = match self.memory.request.errand {
            Errand::Move(id) => Some(self.own(id).await?),
            _ => self.last_visit().await?,
        };
        let hours = before.map(|row| Hours::At(self.start_of(&row).time()));
        Ok(hours.map(|hours| Understanding { intent: Intent::Inform, hours, ..said.clone() }))
    }

    /// Takes what was said; what has to be told of it before the next question.
    pub(super) async fn take(&mut self, said: &Understanding) -> Result<Option<String>, Problem> {
        self.memory.request.take(said);
        if self.memory.request.medicos.is_empty()
            && let Some(nobody) = Self::nobody_such(said)
        {
            return Ok(Some(nobody));
        }
        if let Some(name) = &said.service
            && let Some(servico) = self.servico_named(name).await?
        {
            self.memory.request.servico_id = Some(servico.id);
        }
        self.take_convenio(said).await
    }

    /// A number, of whatever was offered last; `None` when nothing was.
    pub(super) async fn choose(&mut self, number: i32) -> Result<Option<Vec<String>>, Problem> {
        let memory = &mut self.memory;
        let count = match memory.step {
            Step::ChooseMedico => memory.medicos.len(),
            Step::ChooseServico => memory.servicos.len(),
            Step::ChooseTime => memory.offers.len(),
            Step::ChoosePerson => memory.people.len() + 1,
            _ => return Ok(None),
        };
        let Some(at) = nth(number, count) else {
            return Ok(Some(vec![texts::not_an_option(count)]));
        };
        let request = &mut memory.request;
        match memory.step {
            Step::ChooseMedico => request.medicos = memory.medicos.get(at).copied().into_iter().collect(),
            Step::ChooseServico => request.servico_id = memory.servicos.get(at).copied(),
            Step::ChooseTime => request.chosen = memory.offers.get(at).copied(),
            _ => {
                request.paciente_id = memory.people.get(at).copied();
                if request.paciente_id.is_none() {
                    request.whom = Whom::Stranger;
                }
            }
        }
        self.advance(None).await.map(Some)
    }

    /// "Não precisa da segunda", "só essa mesmo", once the first of several stands.
    fn wants_no_next(&self, text: &str, said: &Understanding) -> bool {
        let words = words(text);
        let says =
            |starts: &[&str]| words.iter().any(|word| starts.iter().any(|start| word.starts_with(start)));
        let denies = says(&["nao"])
            && says(&["precis", "quer", "vou"])
            && says(&["segunda", "outra", "proxima", "mais"]);
        // "Não quero mais sexta, prefiro segunda" is of days.
        let of_days = !said.not_days.is_empty() || says(&["prefir", "melhor", "pode", "tem"]);
        let ends = (denies && !of_days) || (said.only_one && !said.question);
        self.memory.after.is_some() && words.len() <= 8 && ends
    }

    async fn give_up(&mut self) -> Result<Vec<String>, Problem> {
        let moving = matches!(self.memory.request.errand, Errand::Move(_));
        let one_stands = self.memory.after.is_some();
        self.memory.start_over();
        reservas::release(self.tx, &self.owner).await?;
        Ok(vec![match (moving, one_stands) {
            (true, _) => texts::kept(),
            (false, true) => texts::only_that_one(),
            (false, false) => texts::gave_up(),
        }])
    }

    /// Asks for the first thing that is missing; `lead` is said before it.
    pub(super) async fn advance(&mut self, lead: Option<String>) -> Result<Vec<String>, Problem> {
        // On the heap: what a question may lead to is deeper than the compiler cares to lay out.
        let texts = Box::pin(self.next_question()).await?;
        Ok(match lead {
            Some(lead) => joined(lead, texts),
            None => texts,
        })
    }

    async fn next_question(&mut self) -> Result<Vec<String>, Problem> {
        let Some(medicos) = self.candidates() else {
            let lead = self.about_the_day().await?;
            let question = vec![self.ask_medico()];
            return Ok(match lead {
                Some(lead) => joined(lead, question),
                None => question,
            });
        };
        let medicos = match self.servico(medicos).await? {
            Ok(medicos) => medicos,
            Err(question) => return Ok(vec![question]),
        };
        if self.memory.request.errand == Errand::Wait {
            return self.ask_person_or_finish().await;
        }
        if let Some(slot) = self.memory.request.chosen {
            return self.keep(&medicos, slot).await;
        }
        let found = self.find(&medicos, &[]).await?;
        // The very time that was asked for.
        if let ([only], None, Some(_)) = (found.offers.as_slice(), &found.lead, self.memory.request.when.time)
            && !found.more
        {
            return self.keep(&medicos, *only).await;
        }
        Ok(self.offer(&medicos, found))
    }

    /// Keeps the chosen time while the rest is asked. Somebody may have been faster since it was offered.
    async fn keep(&mut self, medicos: &[Medico], slot: Slot) -> Result<Vec<String>, Problem> {
        let known = self.is_kept(slot).await?;
        if self.hold(slot).await? {
            self.memory.request.chosen = Some(slot);
            let texts = self.ask_person_or_finish().await?;
            // A summary says it anyway, and once is enough.
            if known || self.memory.step == Step::Confirm {
                return Ok(texts);
            }
            let Some(medico) = self.medico(slot.medico_id).cloned() else { return Ok(texts) };
            return Ok(joined(texts::kept_time(&medico, &self.zoned(slot.at)?, self.today), texts));
        }
        self.taken(medicos, slot).await
    }

    /// Keeps a time for a while, anew if it is kept; `false` when it is gone.
    pub(super) async fn hold(&mut self, slot: Slot) -> Result<bool, Problem> {
        let Some(medico) = self.medico(slot.medico_id).cloned() else { return Ok(false) };
        let mut wish = self.wish(&medico).await?;
        // The clinic's notice was kept when the time was chosen, so it is not asked for again.
        if self.is_kept(slot).await? {
            wish.audience = shared::agenda::Audience::Staff;
        }
        match hold::hold(self.tx, &wish, (slot.at.date(), slot.at.time()), self.turn.now).await {
            Ok(_) => Ok(true),
            Err(Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => Ok(false),
            Err(problem) => Err(problem),
        }
    }

    /// Whether this person keeps a time at this moment.
    pub(super) async fn is_kept(&mut self, slot: Slot) -> Result<bool, Problem> {
        let start = self.zoned(slot.at)?.timestamp();
        let kept = hold::kept(self.tx, &self.owner, self.turn.now).await?;
        Ok(kept.is_some_and(|kept| kept.medico_id == slot.medico_id && kept.inicio_em == start))
    }

    /// With whom it may be; `None` when that has to be asked.
    pub(super) fn candidates(&self) -> Option<Vec<Medico>> {
        let request = &self.memory.request;
        if self.medicos.is_empty() {
            return None;
        }
        let named: Vec<Medico> =
            self.medicos.iter().filter(|medico| request.medicos.contains(&medico.id)).cloned().collect();
        if !named.is_empty() {
            return Some(named);
        }
        let whoever = request.any_medico || self.medicos.len() == 1 || request.errand == Errand::Wait;
        whoever.then(|| self.medicos.clone())
    }

    pub(super) fn ask_medico(&mut self) -> String {
        let offered: Vec<&Medico> = self.medicos.iter().take(MOST_NAMES).collect();
        if offered.is_empty() {
            return texts::ask_the_clinic();
        }
        let text = texts::choose_medico(&offered, self.medicos.len() > offered.len());
        let ids: Vec<MedicoId> = offered.iter().map(|medico| medico.id).collect();
        (self.memory.medicos, self.memory.step) = (ids, Step::ChooseMedico);
        text
    }
}

/// What is wrong with the day that was said.
pub(super) fn no_such_day(said: &Understanding) -> String {
    match &said.days {
        Days::AnyOf(days) if let [one, other] = days.as_slice() => texts::two_days(*one, *other),
        _ => texts::no_such_day(),
    }
}
