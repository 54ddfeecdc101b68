//! Answering a reminder: "1" or "sim" confirms, "2" moves, "3" cancels. Which reminder it was is looked up, not remembered: it was written by
//! another function, days after the last word.

use shared::agenda::Audience;
use shared::agenda::status::{Step as Life, step};
use shared::db::{lembretes, saida};
use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::summary::AUTHOR;
use super::{Talk, texts};
use crate::reading::{Intent, Understanding};

impl Talk<'_> {
    /// An answer to a reminder; `None` when none was the last thing said, or the message answers something else.
    pub(super) async fn reminded(&mut self, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        let answers = matches!(said.intent, Intent::Yes | Intent::No | Intent::NoShow | Intent::Cancel)
            || matches!(said.intent, Intent::Reschedule | Intent::KeepAppointment | Intent::Correct)
            || matches!(said.option, Some(1..=3));
        if !answers {
            return Ok(None);
        }
        let Some(id) = self.reminded_of().await? else { return Ok(None) };
        if !self.is_of_this_phone(id).await? {
            return Ok(None);
        }
        match (said.intent, said.option) {
            (Intent::Reschedule | Intent::Correct, _) | (_, Some(2)) => {
                self.start_moving_one(id, said).await.map(Some)
            }
            (Intent::Cancel, _) | (_, Some(3)) => self.ask_cancel(id).await.map(Some),
            (Intent::No | Intent::NoShow, _) => {
                (self.memory.appointments, self.memory.step) = (vec![id], super::Step::MoveOrCancel);
                self.ask_which_again().await.map(Some)
            }
            _ => self.confirm_presence(id).await.map(Some),
        }
    }

    /// "Confirmo" without a reminder, when there is one appointment it can mean.
    pub(super) async fn confirmed(&mut self) -> Result<Option<Vec<String>>, Problem> {
        match self.coming().await?.as_slice() {
            [(row, _)] => {
                let id = row.id;
                self.confirm_presence(id).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    async fn confirm_presence(&mut self, id: AgendamentoId) -> Result<Vec<String>, Problem> {
        let whom = (AUTHOR, Audience::Patient);
        match step(self.tx, id, None, Life::Confirm, whom, self.turn.now).await {
            Ok(row) => {
                let start = self.start_of(&row);
                let place = self.place_of(row.medico_id).await?;
                Ok(vec![texts::presence(&row, &start, place.as_deref(), self.today)])
            }
            Err(Problem::TransitionRefused { .. } | Problem::NotFound) => Ok(vec![texts::cannot()]),
            Err(problem) => Err(problem),
        }
    }

    /// The appointment of the reminder that is the last thing this person was told.
    async fn reminded_of(&mut self) -> Result<Option<AgendamentoId>, Problem> {
        let last = saida::last_key(self.tx, self.conversa).await?;
        let id =
            last.as_deref().and_then(|key| key.strip_prefix("lembrete:")?.split(':').next()?.parse().ok());
        match id {
            Some(id) => lembretes::agendamento(self.tx, id).await,
            None => Ok(None),
        }
    }
}
