//! Seeing one's appointments, moving one, cancelling one: only those of the people on the phone that writes.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use shared::agenda::Audience;
use shared::agenda::status::{Step as Life, step};
use shared::db::agendamentos::{self, Agendamento};
use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::memory::{Errand, Request, Step, When};
use super::summary::AUTHOR;
use super::{Talk, joined, nth, texts};
use crate::reading::{Days, Hours, Intent, Understanding, words};

/// Cancelled with one yes; of more, each is asked about.
const MOST_AT_ONCE: usize = 5;

/// An appointment and its start in the clinic's zone.
pub(crate) type Coming = (Agendamento, Zoned);

impl Talk<'_> {
    /// The coming appointments of everybody on this phone.
    pub(super) async fn coming(&mut self) -> Result<Vec<Coming>, Problem> {
        let people: Vec<_> = self.people().await?.iter().map(|paciente| paciente.id).collect();
        let rows = agendamentos::list_coming(self.tx, &people, self.turn.now).await?;
        let zone = self.tx.time_zone().clone();
        let local = |row: Agendamento| {
            let start = row.inicio_em.to_zoned(zone.clone());
            (row, start)
        };
        Ok(rows.into_iter().map(local).collect())
    }

    /// The last visit of anybody on this phone.
    pub(super) async fn last_visit(&mut self) -> Result<Option<Agendamento>, Problem> {
        let people: Vec<_> = self.people().await?.iter().map(|paciente| paciente.id).collect();
        agendamentos::last_before(self.tx, &people, self.turn.now).await
    }

    /// An appointment of the people on this phone, whatever became of it: what was remembered may be theirs no more.
    pub(super) async fn own(&mut self, id: AgendamentoId) -> Result<Agendamento, Problem> {
        let row = agendamentos::get(self.tx, id, None).await?;
        let theirs = self.people().await?.iter().any(|paciente| paciente.id == row.paciente_id);
        if theirs { Ok(row) } else { Err(Problem::NotFound) }
    }

    /// Whether an appointment is of the people on this phone: what was remembered may be theirs no more.
    pub(super) async fn is_of_this_phone(&mut self, id: AgendamentoId) -> Result<bool, Problem> {
        Ok(self.coming().await?.iter().any(|(row, _)| row.id == id))
    }

    /// "Meus horários".
    pub(super) async fn appointments(&mut self) -> Result<Vec<String>, Problem> {
        let mut rows = self.coming().await?;
        for (row, _) in &mut rows {
            // With the door behind which the visit is, where the clinic has several.
            if let Some(unidade) = self.medico(row.medico_id).and_then(|medico| medico.unidade.as_ref()) {
                row.medico_nome = format!("{} · {unidade}", row.medico_nome);
            }
        }
        let text =
            if rows.is_empty() { texts::no_appointments() } else { texts::appointments(&rows, self.today) };
        Ok(vec![text])
    }

    /// Those meant: on the day spoken of, with whom was named; all when that is none of them. Of somebody who is named only theirs.
    async fn meant(&mut self, said: &Understanding) -> Result<Vec<Coming>, Problem> {
        let mut rows = self.coming().await?;
        let first = |nome: &str| words(nome).into_iter().next();
        let is_named = |nome: &str| first(nome).is_some_and(|first| said.given.contains(&first));
        if self.people().await?.iter().any(|paciente| is_named(&paciente.nome)) {
            rows.retain(|(row, _)| is_named(&row.paciente_nome));
        }
        let day = said.current_day;
        let narrowed: Vec<Coming> = rows
            .iter()
            .filter(|(row, start)| {
                day.is_none_or(|day| start.date() == day)
                    && (said.medicos.is_empty() || said.medicos.contains(&row.medico_id))
            })
            .cloned()
            .collect();
        Ok(if narrowed.is_empty() { rows } else { narrowed })
    }

    /// Which one to move, or, of one, where to.
    pub(super) async fn start_moving(&mut self, said: &Understanding) -> Result<Vec<String>, Problem> {
        match self.meant(said).await?.as_slice() {
            [] => Ok(vec![texts::none_of_theirs(&said.given)]),
            [(row, start)] => {
                let lead = texts::moving(row, start, self.today);
                // "Trocar pra dra Tânia", of a visit with another.
                let elsewhere = !said.medicos.is_empty() && !said.medicos.contains(&row.medico_id);
                let said = if elsewhere { said.clone() } else { without_whom(said) };
                let (id, said) = (row.id, from_what_stands(&said, start));
                let next = self.start(Errand::Move(id), &said).await?;
                Ok(joined(lead, next))
            }
            several => {
                self.memory.start_over();
                // What was said of the new time is not asked again.
                self.memory.request.when.take(said);
                self.memory.appointments = several.iter().map(|(row, _)| row.id).collect();
                self.memory.step = Step::ChooseMove;
                Ok(vec![texts::choose_move(several, self.today)])
            }
        }
    }

    /// Moves one that is known.
    pub(super) async fn start_moving_one(
        &mut self,
        id: AgendamentoId,
        said: &Understanding,
    ) -> Result<Vec<String>, Problem> {
        let rows = self.coming().await?;
        let Some((row, start)) = rows.iter().find(|(row, _)| row.id == id) else {
            self.memory.start_over();
            return Ok(vec![texts::cannot()]);
        };
        let lead = texts::moving(row, start, self.today);
        let said = &from_what_stands(said, start);
        let when = std::mem::take(&mut self.memory.request.when);
        let mut next = self.start(Errand::Move(id), said).await?;
        if when != When::default() {
            self.memory.request.when = when;
            next = self.advance(None).await?;
        }
        Ok(joined(lead, next))
    }

    /// Which one, or, of one, whether really.
    pub(super) async fn start_cancelling(&mut self, said: &Understanding) -> Result<Vec<String>, Problem> {
        let said = Understanding { current_day: said.current_day.or(said.day()), ..said.clone() };
        let rows = self.meant(&said).await?;
        self.memory.start_over();
        self.memory.appointments = rows.iter().map(|(row, _)| row.id).collect();
        let text = match rows.as_slice() {
            [] => texts::none_of_theirs(&said.given),
            [(row, start)] => {
                self.memory.step = Step::ConfirmCancel;
                texts::confirm_cancel(row, start, self.today)
            }
            several if said.all_of_them && several.len() <= MOST_AT_ONCE => {
                self.memory.step = Step::ConfirmCancel;
                texts::confirm_cancel_all(several, self.today)
            }
            several => {
                self.memory.step = Step::ChooseCancel;
                texts::choose_cancel(several, self.today)
            }
        };
        Ok(vec![text])
    }

    /// "Não posso ir": move or cancel?
    pub(super) async fn cannot_come(&mut self, said: &Understanding) -> Result<Vec<String>, Problem> {
        let said = Understanding { current_day: said.current_day.or(said.day()), ..said.clone() };
        match self.meant(&said).await?.as_slice() {
            [] => Ok(vec![texts::none_of_theirs(&said.given)]),
            [(row, start)] => {
                self.memory.start_over();
                (self.memory.appointments, self.memory.step) = (vec![row.id], Step::MoveOrCancel);
                Ok(vec![texts::move_or_cancel(row, start, self.today)])
            }
            _ => self.start_cancelling(&said).await,
        }
    }

    /// The open question once more.
    pub(super) async fn ask_which_again(&mut self) -> Result<Vec<String>, Problem> {
        let rows = self.coming().await?;
        let offered: Vec<Coming> =
            rows.into_iter().filter(|(row, _)| self.memory.appointments.contains(&row.id)).collect();
        let text = match (self.memory.step, offered.as_slice()) {
            (_, []) => {
                self.memory.start_over();
                texts::cannot()
            }
            (Step::MoveOrCancel, [(row, start), ..]) => texts::move_or_cancel(row, start, self.today),
            (Step::ConfirmCancel, [(row, start)]) => texts::confirm_cancel(row, start, self.today),
            (Step::ConfirmCancel, several) => texts::confirm_cancel_all(several, self.today),
            (Step::ChooseMove, several) => texts::choose_move(several, self.today),
            (_, several) => texts::choose_cancel(several, self.today),
        };
        Ok(vec![text])
    }

    /// An answer to what was asked last; `None` when it is none.
    pub(super) async fn choosing(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if matches!(said.intent, Intent::No | Intent::GiveUp | Intent::KeepAppointment) {
            let kept = match self.memory.appointments.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
            self.memory.start_over();
            self.memory.made = kept;
            return Ok(Some(vec![texts::kept()]));
        }
        let step = self.memory.step;
        // "Pera, pensando bem": nobody is cancelled who hesitates.
        if step == Step::ConfirmCancel && said.intent == Intent::AnswerLater {
            let kept = self.memory.appointments.first().copied();
            self.memory.start_over();
            self.memory.made = kept;
            return Ok(Some(vec![texts::kept()]));
        }
        if matches!(step, Step::ChooseMove | Step::ChooseCancel)
            && let Some(chosen) = self.chosen(text, said).await?
        {
            return match (chosen, step) {
                (Err(count), _) => Ok(Some(vec![texts::not_an_option(count)])),
                (Ok(id), Step::ChooseMove) => {
                    self.start_moving_one(id, &Understanding::default()).await.map(Some)
                }
                (Ok(id), _) => self.ask_cancel(id).await.map(Some),
            };
        }
        if step == Step::ChooseCancel && said.all_of_them {
            return self.start_cancelling(said).await.map(Some);
        }
        let only = self.memory.appointments.first().copied();
        match (step, said.intent, said.option, only) {
            (Step::ConfirmCancel, Intent::Yes | Intent::Cancel, _, Some(_)) => self.cancel().await.map(Some),
            (Step::MoveOrCancel, Intent::Reschedule, _, Some(id))
            | (Step::MoveOrCancel, _, Some(1), Some(id)) => self.start_moving_one(id, said).await.map(Some),
            (Step::MoveOrCancel, Intent::Cancel, _, Some(id))
            | (Step::MoveOrCancel, _, Some(2), Some(id)) => self.ask_cancel(id).await.map(Some),
            (Step::ConfirmCancel, Intent::Reschedule, _, Some(id)) => {
                self.start_moving_one(id, said).await.map(Some)
            }
            // "Segunda às 10" says where to.
            (Step::MoveOrCancel, Intent::Inform | Intent::Correct | Intent::Availability, _, Some(id))
                if said.has_facts() =>
            {
                self.start_moving_one(id, said).await.map(Some)
            }
            (_, Intent::Reschedule, ..) => self.start_moving(said).await.map(Some),
            (_, Intent::Book, ..) => self.start(Errand::Book, said).await.map(Some),
            (_, Intent::Appointments, ..) => self.appointments().await.map(Some),
            _ => Ok(None),
        }
    }

    /// One of several, by number, by day or by whom; the count of those offered when the number is none of them.
    async fn chosen(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Result<AgendamentoId, usize>>, Problem> {
        if let Some(number) = said.option {
            let count = self.memory.appointments.len();
            let at = nth(number, count).and_then(|at| self.memory.appointments.get(at).copied());
            return Ok(Some(at.ok_or(count)));
        }
        let offered = self.memory.appointments.clone();
        let rows = self.coming().await?;
        let spoken = words(text);
        let first = |row: &Agendamento| words(&row.paciente_nome).into_iter().next();
        let named = |row: &Agendamento| first(row).is_some_and(|first| spoken.contains(&first));
        let by_name = rows.iter().any(|(row, _)| offered.contains(&row.id) && named(row));
        if !said.has_facts() && !by_name {
            return Ok(None);
        }
        let day: Option<Date> = said.day();
        let mut meant = rows.iter().filter(|(row, start)| {
            offered.contains(&row.id)
                && (!by_name || named(row))
                && day.is_none_or(|day| start.date() == day)
                && said.time().is_none_or(|time| start.time() == time)
                && (said.medicos.is_empty() || said.medicos.contains(&row.medico_id))
        });
        Ok(match (meant.next(), meant.next()) {
            (Some((row, _)), None) => Some(Ok(row.id)),
            _ => None,
        })
    }

    /// "Não era para cancelar": what stands stays; what was cancelled a moment ago is asked for again.
    pub(super) async fn keep_or_restore(&mut self) -> Result<Vec<String>, Problem> {
        let Some(request) = self.memory.cancelled.take() else {
            let none = self.coming().await?.is_empty();
            return Ok(vec![if none { texts::no_appointments() } else { texts::kept() }]);
        };
        self.memory.start_over();
        self.memory.request = request;
        self.advance(Some(texts::was_cancelled())).await
    }

    pub(super) async fn ask_cancel(&mut self, id: AgendamentoId) -> Result<Vec<String>, Problem> {
        (self.memory.appointments, self.memory.step) = (vec![id], Step::ConfirmCancel);
        self.ask_which_again().await
    }

    /// Cancels what was asked about; of what can't be cancelled any more, it says why.
    async fn cancel(&mut self) -> Result<Vec<String>, Problem> {
        let ids = std::mem::take(&mut self.memory.appointments);
        self.memory.start_over();
        let rows: Vec<Coming> =
            self.coming().await?.into_iter().filter(|(row, _)| ids.contains(&row.id)).collect();
        if rows.is_empty() {
            return Ok(vec![texts::cannot()]);
        }
        let (mut done, mut refused) = (0, None);
        for (row, start) in &rows {
            match self.call_off(row).await? {
                None => {
                    done += 1;
                    self.memory.cancelled = Some(again(row, start));
                }
                why => refused = why,
            }
        }
        let told = (done > 0).then(|| texts::cancelled(done));
        Ok(told.into_iter().chain(refused).collect())
    }

    /// Cancels one; why not, if it can't be.
    async fn call_off(&mut self, row: &Agendamento) -> Result<Option<String>, Problem> {
        let call_off = Life::Cancel { by_patient: true, reason: None };
        match step(self.tx, row.id, None, call_off, (AUTHOR, Audience::Patient), self.turn.now).await {
            Ok(_) => Ok(None),
            Err(Problem::TooLate { minutes }) => {
                Ok(Some(texts::too_late(minutes, self.clinica.telefone.as_deref())))
            }
            Err(Problem::TransitionRefused { .. }) => Ok(Some(texts::cannot())),
            Err(problem) => Err(problem),
        }
    }
}

/// The same appointment once more.
fn again(row: &Agendamento, start: &Zoned) -> Request {
    Request {
        medicos: vec![row.medico_id],
        servico_id: row.servico_id,
        convenio_id: row.convenio_id,
        paciente_id: Some(row.paciente_id),
        when: When { days: vec![start.date()], time: Some(start.time()), ..When::default() },
        ..Request::default()
    }
}

/// "Muda pras 16h" means the day it is on, "mais tarde no mesmo dia" after it.
fn from_what_stands(said: &Understanding, start: &Zoned) -> Understanding {
    let (day, time) = (start.date(), start.time());
    let unsaid = said.hours == Hours::Unsaid && said.period.is_none();
    let hours = match said.hours {
        Hours::Unsaid if said.later && unsaid => Hours::From(time.saturating_add(1.minute())),
        Hours::Unsaid if said.earlier && said.same_day && unsaid => Hours::Until(time),
        hours => hours,
    };
    let speaks_of_hours = hours != Hours::Unsaid || said.period.is_some();
    let stays = said.days == Days::Unsaid && (said.same_day || speaks_of_hours) && !said.any_day;
    // "Era com a Tânia": at the same time.
    let only_whom = matches!(said.intent, Intent::Correct | Intent::Inform | Intent::Reschedule)
        && !said.medicos.is_empty()
        && said.days == Days::Unsaid
        && hours == Hours::Unsaid
        && said.period.is_none();
    let (stays, hours) = if only_whom { (true, Hours::At(time)) } else { (stays, hours) };
    let days = if stays { Days::One(day) } else { said.days.clone() };
    Understanding { days, hours, ..said.clone() }
}

/// The professional named said which appointment, not where to move it.
fn without_whom(said: &Understanding) -> Understanding {
    let current = said.current_day.filter(|day| said.days == Days::One(*day));
    let days = if current.is_some() { Days::Unsaid } else { said.days.clone() };
    Understanding { medicos: Vec::new(), professional: None, specialty: None, days, ..said.clone() }
}
