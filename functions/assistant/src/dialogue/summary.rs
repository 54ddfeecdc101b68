//! The end of an arrangement: is it right, and doing it.

use jiff::Zoned;
use jiff::civil::Date;
use shared::agenda::book::{Booking, Who, book};
use shared::agenda::change::{Move, reschedule};
use shared::agenda::limit::FULL;
use shared::agenda::{Audience, ensure_few_ahead, ensure_few_of, requests};
use shared::db::agendamentos::{Agendamento, Author, Canal};
use shared::db::publico::{self, ServicoOnline};
use shared::db::reservas;
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::memory::{Errand, Slot, Step, When, Whom};
use super::{Talk, joined, texts};
use crate::reading::{Intent, Understanding, words};

/// What the assistant does is done by whoever writes.
pub(super) const AUTHOR: Author = Author { canal: Canal::Whatsapp, user: None };

impl Talk<'_> {
    /// Is this right?
    pub(super) async fn summarise(&mut self) -> Result<Vec<String>, Problem> {
        let Some(slot) = self.memory.request.chosen else { return Ok(vec![texts::menu()]) };
        let Some(medico) = self.medico(slot.medico_id).cloned() else { return Ok(vec![texts::cannot()]) };
        self.memory.step = Step::Confirm;
        let start = self.zoned(slot.at)?;
        if let Errand::Move(id) = self.memory.request.errand {
            let row = self.own(id).await?;
            let before = self.start_of(&row);
            return Ok(vec![texts::confirm_move(&row, &before, (&medico, &start), self.today)]);
        }
        let nome = self.who_comes().await?;
        let servico = self.servico_chosen().await?;
        let convenios = publico::convenios(self.tx).await?;
        let plan = self.memory.request.convenio_id;
        let plan = plan.and_then(|id| convenios.iter().find(|(own, _)| *own == id));
        let summary = texts::Summary {
            medico: &medico,
            start: &start,
            nome: &nome,
            servico: servico.as_ref(),
            plan: plan.map(|(_, nome)| nome.as_str()),
            has_plans: !convenios.is_empty(),
        };
        Ok(vec![texts::confirm(&summary, self.today)])
    }

    async fn who_comes(&mut self) -> Result<String, Problem> {
        match self.memory.request.paciente_id {
            Some(id) => {
                let mut people = self.people().await?.into_iter();
                people.find(|paciente| paciente.id == id).map(|them| them.nome).ok_or(Problem::NotFound)
            }
            None => Ok(self.memory.request.nome.clone().unwrap_or_default()),
        }
    }

    async fn servico_chosen(&mut self) -> Result<Option<ServicoOnline>, Problem> {
        let Some(id) = self.memory.request.servico_id else { return Ok(None) };
        Ok(publico::servicos(self.tx).await?.into_iter().find(|servico| servico.id == id))
    }

    /// Yes does it, no asks what to change, a word that names it goes back to it.
    pub(super) async fn confirm(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let spoken = words(text);
        let says = |parts: &[&str]| spoken.iter().any(|word| parts.contains(&word.as_str()));
        // "Sim, mas às 10" is no yes.
        let corrects = said.has_facts() || said.insurance.is_some() || said.name.is_some();
        match said.intent {
            Intent::Yes | Intent::Book if !corrects && !said.question => {
                return self.finish().await.map(Some);
            }
            Intent::AnswerLater if said.for_whom.is_none() => {
                // The five minutes begin again, if nobody was faster.
                if let Some(slot) = self.memory.request.chosen {
                    self.hold(slot).await?;
                }
                return Ok(Some(vec![texts::take_your_time()]));
            }
            // "Bom dia" changes no day.
            Intent::Greeting | Intent::Thanks | Intent::Help => return Ok(None),
            _ if corrects => return Ok(None),
            _ => {}
        }
        let request = &mut self.memory.request;
        if says(&["nome", "pessoa"]) {
            (request.nome, request.paciente_id, request.whom) = (None, None, Whom::Stranger);
        } else if says(&["profissional", "medico", "medica", "dr"]) {
            (request.medicos, request.chosen, request.any_medico) = (Vec::new(), None, false);
        } else if says(&["h", "hora", "horario"]) {
            let day = request.chosen.take().map(|slot| slot.at.date());
            request.when = When { days: day.into_iter().collect(), ..When::default() };
        } else if says(&["dia", "data"]) {
            (request.chosen, request.when) = (None, When::default());
        } else if says(&["convenio", "plano"]) {
            return Ok(Some(vec![texts::which_plan()]));
        } else if said.intent == Intent::No {
            return Ok(Some(vec![texts::what_to_change()]));
        } else {
            return Ok(None);
        }
        self.advance(None).await.map(Some)
    }

    async fn finish(&mut self) -> Result<Vec<String>, Problem> {
        let Some(slot) = self.memory.request.chosen else { return self.advance(None).await };
        let done = match self.memory.request.errand {
            Errand::Move(id) => self.reschedule(id, slot).await,
            _ => self.book(slot).await,
        };
        match done {
            Ok(texts) => Ok(texts),
            // No time of this month helps: the plan has no more.
            Err(Problem::SlotRefused { reason, .. }) if reason == FULL => {
                self.memory.start_over();
                reservas::release(self.tx, &self.owner).await?;
                Ok(vec![texts::refused(&reason)])
            }
            // Nor does one help whose phone has as many people as one may.
            Err(full @ Problem::TooManyOnPhone { .. }) => {
                self.memory.start_over();
                reservas::release(self.tx, &self.owner).await?;
                Ok(vec![texts::refused(&full.detail())])
            }
            // The rest of what was said still stands; only the time has to be chosen again.
            Err(Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => {
                let medicos = self.candidates().unwrap_or_default();
                self.taken(&medicos, slot).await
            }
            Err(Problem::TooLate { minutes }) => {
                let text = texts::too_late(minutes, self.clinica.telefone.as_deref());
                self.memory.start_over();
                reservas::release(self.tx, &self.owner).await?;
                Ok(vec![text])
            }
            Err(Problem::TransitionRefused { .. } | Problem::NotFound) => {
                self.memory.start_over();
                Ok(vec![texts::cannot()])
            }
            Err(problem) => Err(problem),
        }
    }

    async fn reschedule(&mut self, id: AgendamentoId, slot: Slot) -> Result<Vec<String>, Problem> {
        if !self.is_of_this_phone(id).await? {
            return Err(Problem::NotFound);
        }
        let change = Move {
            medico_id: Some(slot.medico_id),
            date: Some(slot.at.date()),
            time: Some(slot.at.time()),
            owner: Some(self.owner.clone()),
            // The clinic's limit for patients holds to the end.
            ..Move::none(Audience::Patient)
        };
        let made = reschedule(self.tx, id, None, change, AUTHOR, self.turn.now).await?;
        self.memory.start_over();
        self.memory.made = Some(made.id);
        let start = self.start_of(&made);
        let place = self.place_of(made.medico_id).await?;
        Ok(vec![texts::moved(&made, &start, place.as_deref(), self.today)])
    }

    async fn book(&mut self, slot: Slot) -> Result<Vec<String>, Problem> {
        if let Some(refused) = self.has_too_many().await? {
            self.memory.start_over();
            reservas::release(self.tx, &self.owner).await?;
            return Ok(vec![refused]);
        }
        let who = self.who().await?;
        let kept = self.is_kept(slot).await?;
        if self.servico_chosen().await?.is_some_and(|servico| servico.aprovacao) {
            // Who answered late keeps it anew: the clinic decides in any case.
            if !kept && !self.hold(slot).await? {
                let medicos = self.candidates().unwrap_or_default();
                return self.taken(&medicos, slot).await;
            }
            let paciente = requests::ask(self.tx, &self.owner, who, self.turn.now).await?;
            if self.turn.contact.telefone.is_none() {
                self.linked = Some(paciente);
            }
            let asked = texts::asked(&self.zoned(slot.at)?, self.today);
            return self.next_visit(slot, None, asked).await;
        }
        let request = &self.memory.request;
        let booking = Booking {
            medico_id: slot.medico_id,
            date: slot.at.date(),
            time: slot.at.time(),
            duration: None,
            servico_id: request.servico_id,
            convenio_id: request.convenio_id,
            who,
            motivo: self.given_phone(),
            encaixe: false,
            retorno_de: None,
            // The notice was kept when the time was chosen.
            audience: if kept { Audience::Staff } else { Audience::Patient },
            owner: Some(self.owner.clone()),
        };
        let made = book(self.tx, booking, AUTHOR, self.turn.now).await?;
        if self.turn.contact.telefone.is_none() {
            self.linked = Some(made.paciente_id);
        }
        let start = self.start_of(&made);
        let place = self.place_of(made.medico_id).await?;
        let text = texts::booked(&made, &start, place.as_deref(), self.today);
        self.next_visit(slot, Some(made.id), text).await
    }

    /// Whether a thread without a phone arranges something for another than who was booked in it.
    pub(super) fn is_for_another_than_linked(&self) -> bool {
        let who = self.memory.request.paciente_id;
        (self.linked.is_some() || who.is_some()) && who != self.linked
    }

    /// One phone does not fill an agenda; nor does a thread without one, which books for one person.
    async fn has_too_many(&mut self) -> Result<Option<String>, Problem> {
        let counted = match &self.turn.contact.telefone {
            Some(telefone) => ensure_few_ahead(self.tx, telefone, self.turn.now).await,
            None if self.is_for_another_than_linked() => return Ok(Some(texts::only_for_one())),
            None => {
                let ahead = self.coming().await?.len();
                ensure_few_of(self.tx, self.linked, ahead, self.turn.now).await
            }
        };
        match counted {
            Err(Problem::SlotRefused { reason, .. }) => Ok(Some(texts::refused(&reason))),
            counted => counted.map(|()| None),
        }
    }

    /// The next of several visits. What was not said of it is as it was for this one: with whom, the day, the plan.
    async fn next_visit(
        &mut self,
        slot: Slot,
        id: Option<AgendamentoId>,
        booked: String,
    ) -> Result<Vec<String>, Problem> {
        let before = self.memory.request.clone();
        self.memory.start_over();
        let mut left = before.next.into_iter();
        let Some(next) = left.next() else {
            (self.memory.made, self.memory.made_for) = (id, before.whom);
            return Ok(vec![booked]);
        };
        let lead = texts::next_visit(&next, self.medicos.iter().find(|medico| next.medicos == [medico.id]));
        let with_another = !next.medicos.is_empty() && next.medicos != [slot.medico_id];
        let request = &mut self.memory.request;
        (request.next, request.convenio_id) = (left.collect(), before.convenio_id);
        if with_another {
            request.medicos = next.medicos;
        } else {
            (request.medicos, request.servico_id) = (vec![slot.medico_id], before.servico_id);
        }
        if next.same_person {
            (request.paciente_id, request.nome) = (before.paciente_id, before.nome);
            (request.whom, request.telefone) = (before.whom, before.telefone);
        } else {
            (request.nome, request.whom) = (next.nome, next.whom);
            // Who was booked just now is the only one known: "e pra mim" is somebody else.
            if next.whom == Whom::Writer && self.people().await?.len() < 2 {
                self.memory.request.whom = Whom::Stranger;
            }
        }
        let request = &mut self.memory.request;
        request.when = next.when;
        if request.when == When::default() && (!with_another || self.has_time_on(slot.at.date()).await?) {
            // "Quinta à tarde" was said of all of them.
            let When { between, not_between, .. } = before.when;
            self.memory.request.when =
                When { days: vec![slot.at.date()], between, not_between, ..When::default() };
        }
        self.memory.after = Some(slot);
        let next = self.advance(None).await?;
        Ok(std::iter::once(booked).chain(joined(lead, next)).collect())
    }

    /// Whether anybody it may be with has time on a day.
    async fn has_time_on(&mut self, day: Date) -> Result<bool, Problem> {
        let Some(medicos) = self.candidates() else { return Ok(false) };
        Ok(self.nobody_on(&medicos, day).await?.is_none())
    }

    pub(super) async fn who(&mut self) -> Result<Who, Problem> {
        if let Some(id) = self.memory.request.paciente_id {
            // What was remembered may be of this phone no more.
            return if self.is_of_the_people(id).await? {
                Ok(Who::Known(id))
            } else {
                Err(Problem::NotFound)
            };
        }
        let request = &self.memory.request;
        let nome =
            request.nome.as_deref().and_then(|nome| Nome::parse(nome).ok()).ok_or(Problem::Internal)?;
        Ok(Who::Named { nome, telefone: self.turn.contact.telefone.clone() })
    }

    /// A number that was only told is for the clinic to read: it proves nothing, so nothing is united by it nor sent to it.
    pub(super) fn given_phone(&self) -> Option<String> {
        let telefone = Telefone::parse(self.memory.request.telefone.as_deref()?).ok()?;
        Some(format!("Telefone informado pelo WhatsApp: {}", telefone.as_e164()))
    }

    pub(super) fn start_of(&self, made: &Agendamento) -> Zoned {
        made.inicio_em.to_zoned(self.tx.time_zone().clone())
    }
}
