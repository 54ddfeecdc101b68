//! Seeing one's appointments, and cancelling one: only of the people on the phone that writes.

use jiff::Zoned;
use shared::agenda::Audience;
use shared::agenda::status::{Step as Life, step};
use shared::db::agendamentos::{self, Agendamento, Author, Canal};
use shared::db::pacientes;
use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::{Step, Talk, texts};
use crate::reading::{Intent, Understanding};

impl Talk<'_> {
    /// The coming appointments of everybody on this phone.
    async fn coming(&mut self) -> Result<Vec<(Agendamento, Zoned)>, Problem> {
        let Some(telefone) = &self.turn.contact.telefone else {
            return Ok(Vec::new());
        };
        let pacientes: Vec<_> = pacientes::list_by_telefone(self.tx, telefone)
            .await?
            .iter()
            .map(|paciente| paciente.id)
            .collect();
        let rows = agendamentos::list_coming(self.tx, &pacientes, self.turn.now).await?;
        let zone = self.tx.time_zone().clone();
        Ok(rows
            .into_iter()
            .map(|row| {
                let start = row.inicio_em.to_zoned(zone.clone());
                (row, start)
            })
            .collect())
    }

    /// "Meus horários".
    pub(super) async fn appointments(&mut self) -> Result<Vec<String>, Problem> {
        let rows = self.coming().await?;
        let text =
            if rows.is_empty() { texts::no_appointments() } else { texts::appointments(&rows, self.today) };
        Ok(vec![text])
    }

    /// Which one, or, of one, whether really.
    pub(super) async fn start_cancelling(&mut self) -> Result<Vec<String>, Problem> {
        let rows = self.coming().await?;
        self.memory.appointments = rows.iter().map(|(row, _)| row.id).collect();
        let text = match rows.as_slice() {
            [] => texts::no_appointments(),
            [(row, start)] => {
                self.memory.step = Step::ConfirmCancel;
                texts::confirm_cancel(row, start, self.today)
            }
            several => {
                self.memory.step = Step::ChooseCancel;
                texts::choose_cancel(several, self.today)
            }
        };
        Ok(vec![text])
    }

    /// The open question once more.
    pub(super) async fn ask_cancel_again(&mut self) -> Result<Vec<String>, Problem> {
        if self.memory.step == Step::ConfirmCancel
            && let [id] = *self.memory.appointments.as_slice()
        {
            return self.ask_cancel(id).await;
        }
        self.start_cancelling().await
    }

    async fn ask_cancel(&mut self, id: AgendamentoId) -> Result<Vec<String>, Problem> {
        let rows = self.coming().await?;
        let Some((row, start)) = rows.iter().find(|(row, _)| row.id == id) else {
            self.memory.start_over();
            return Ok(vec![texts::cannot_cancel()]);
        };
        (self.memory.appointments, self.memory.step) = (vec![id], Step::ConfirmCancel);
        Ok(vec![texts::confirm_cancel(row, start, self.today)])
    }

    /// An answer to what was asked last; `None` when it is none.
    pub(super) async fn cancelling(&mut self, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        if matches!(said.intent, Intent::No | Intent::GiveUp | Intent::KeepAppointment) {
            self.memory.start_over();
            return Ok(Some(vec![texts::kept()]));
        }
        match (self.memory.step, said.intent, said.option) {
            (_, Intent::Book | Intent::Availability, _) => self.start_booking(said).await.map(Some),
            (_, Intent::Appointments, _) => self.appointments().await.map(Some),
            (_, Intent::Reschedule, _) => Ok(Some(vec![texts::how_to_move()])),
            (Step::ChooseCancel, _, Some(number)) => {
                let count = self.memory.appointments.len();
                let at = if number == -1 { count.checked_sub(1) } else { usize::try_from(number - 1).ok() };
                match at.and_then(|at| self.memory.appointments.get(at).copied()) {
                    Some(id) => self.ask_cancel(id).await.map(Some),
                    None => Ok(Some(vec![texts::not_an_option(count)])),
                }
            }
            (Step::ConfirmCancel, Intent::Yes | Intent::Cancel, _) => self.cancel().await.map(Some),
            _ => Ok(None),
        }
    }

    async fn cancel(&mut self) -> Result<Vec<String>, Problem> {
        let coming = self.coming().await?;
        let id = self.memory.appointments.first().copied();
        self.memory.start_over();
        let Some((row, _)) = coming.iter().find(|(row, _)| Some(row.id) == id) else {
            return Ok(vec![texts::cannot_cancel()]);
        };
        let author = Author { canal: Canal::Whatsapp, user: None };
        let call_off = Life::Cancel { by_patient: true, reason: None };
        match step(self.tx, row.id, None, call_off, (author, Audience::Patient), self.turn.now).await {
            Ok(_) => Ok(vec![texts::cancelled()]),
            Err(Problem::TooLate { minutes }) => {
                Ok(vec![texts::too_late(minutes, self.clinica.telefone.as_deref())])
            }
            Err(problem) => Err(problem),
        }
    }
}
