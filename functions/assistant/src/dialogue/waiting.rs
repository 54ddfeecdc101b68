//! A place in the waiting list.

use shared::agenda::book::resolve;
use shared::agenda::{may_wait, may_wait_as, waiting};
use shared::db::espera::{self, NewEspera};
use shared::problem::Problem;

use super::memory::Step;
use super::summary::AUTHOR;
use super::{Talk, joined, texts};

impl Talk<'_> {
    /// Takes the people of this phone out of every line they stand in.
    pub(super) async fn leave_the_line(&mut self) -> Result<Vec<String>, Problem> {
        let people: Vec<_> = self.people().await?.iter().map(|paciente| paciente.id).collect();
        let entries = espera::of_people(self.tx, &people).await?;
        for id in &entries {
            waiting::leave(self.tx, *id, None, self.turn.now).await?;
        }
        let again = match self.memory.step {
            Step::Idle => Vec::new(),
            Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel => {
                self.ask_which_again().await?
            }
            _ => self.advance(None).await?,
        };
        Ok(joined(texts::out_of_the_line(!entries.is_empty()), again))
    }

    /// Puts whoever it is for at the end of the line, once for the same wish.
    pub(super) async fn join_the_line(&mut self) -> Result<Vec<String>, Problem> {
        let request = self.memory.request.clone();
        if let Some(refused) = self.may_not_wait().await? {
            self.memory.start_over();
            return Ok(vec![refused]);
        }
        let who = self.who().await?;
        let paciente_id = match resolve(self.tx, who).await {
            Err(full @ Problem::TooManyOnPhone { .. }) => {
                self.memory.start_over();
                return Ok(vec![texts::refused(&full.detail())]);
            }
            found => found?,
        };
        if self.turn.contact.telefone.is_none() {
            // The offer is written to this thread, and answered from it.
            self.linked = Some(paciente_id);
        }
        let medico_id = match request.medicos.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let periodo = request.when.between.and_then(|(from, to)| match (from.hour(), to.hour()) {
            (_, ..=12) => Some("manha"),
            (12.., ..=18) => Some("tarde"),
            (18.., _) => Some("noite"),
            _ => None,
        });
        let waits = espera::waits_for(self.tx, paciente_id, medico_id, request.servico_id).await?;
        if !waits {
            let new = NewEspera {
                paciente_id,
                medico_id,
                servico_id: request.servico_id,
                dias: None,
                periodo,
                vale_ate: request.when.until.or(request.when.days.iter().max().copied()),
                observacoes: self.given_phone(),
            };
            match espera::insert(self.tx, &new, AUTHOR, self.turn.now).await {
                Err(Problem::TooManyWaiting { .. }) => {
                    self.memory.start_over();
                    return Ok(vec![texts::line_is_full()]);
                }
                made => made.map(drop)?,
            }
        }
        let medico = medico_id.and_then(|id| self.medico(id)).map(|medico| medico.nome.clone());
        self.memory.start_over();
        Ok(vec![texts::in_the_line(medico.as_deref())])
    }

    /// Why nobody more waits from here: each freed time would be kept for the same people.
    async fn may_not_wait(&mut self) -> Result<Option<String>, Problem> {
        if let Some(telefone) = &self.turn.contact.telefone {
            let may = may_wait(self.tx, telefone).await?;
            return Ok((!may).then(texts::too_many_in_the_line));
        }
        // A thread without a phone speaks for one person, as it does when it books.
        if self.is_for_another_than_linked() {
            return Ok(Some(texts::only_for_one()));
        }
        let may = match self.linked {
            Some(paciente) => may_wait_as(self.tx, paciente).await?,
            None => true,
        };
        Ok((!may).then(texts::waits_often_enough))
    }
}
