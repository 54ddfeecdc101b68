//! Answering what other functions wrote unasked: the message to who did not come, whose numbers are free times, and notices to professionals.
//! What was offered is looked up, not remembered: it was written by another function, hours after the last word.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use shared::db::{agendamentos, lembretes, saida};
use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::memory::{Slot, Step};
use super::times::Found;
use super::{Talk, texts};
use crate::reading::{Intent, Quality, Understanding};

/// For so long what a professional writes may be an answer to a notice.
const NOTICED: SignedDuration = SignedDuration::from_hours(24);

impl Talk<'_> {
    /// An answer to either; `None` when it is none.
    pub(super) async fn unasked(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        match self.missed(text, said).await? {
            Some(texts) => Ok(Some(texts)),
            None => self.noticed(said).await,
        }
    }

    /// An answer to the times offered to who did not come; `None` when that was not the last thing said, or the message answers something else.
    async fn missed(&mut self, text: &str, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        let again = said.intent.is(Quality::WantsATime);
        let states = again || said.intent.is(Quality::States);
        let picks = states && (said.option.is_some() || said.has_facts()) || said.intent == Intent::More;
        if !again && !picks {
            return Ok(None);
        }
        let Some((id, times)) = self.missed_what().await? else { return Ok(None) };
        let visit = agendamentos::get(self.tx, id, None).await?;
        let people = self.people().await?;
        if times.is_empty() || !people.iter().any(|paciente| paciente.id == visit.paciente_id) {
            return Ok(None);
        }
        self.memory.start_over();
        let request = &mut self.memory.request;
        (request.medicos, request.servico_id) = (vec![visit.medico_id], visit.servico_id);
        (request.convenio_id, request.paciente_id) = (visit.convenio_id, Some(visit.paciente_id));
        let offers: Vec<Slot> = times.into_iter().map(|at| Slot { medico_id: visit.medico_id, at }).collect();
        if picks {
            (self.memory.offers, self.memory.step) = (offers, Step::ChooseTime);
            return self.arranging(text, said).await;
        }
        let medicos: Vec<_> = self.medico(visit.medico_id).cloned().into_iter().collect();
        Ok(Some(self.offer(&medicos, Found { offers, lead: None, more: true })))
    }

    /// The missed visit and the times of the message that is the last thing this person was told.
    async fn missed_what(&mut self) -> Result<Option<(AgendamentoId, Vec<DateTime>)>, Problem> {
        let last = saida::last_key(self.tx, self.conversa).await?;
        let id = last.as_deref().and_then(|key| key.strip_prefix("falta:")?.split(':').next()?.parse().ok());
        let Some(id) = id else { return Ok(None) };
        let Some(visit) = lembretes::agendamento(self.tx, id).await? else { return Ok(None) };
        let dados = lembretes::dados(self.tx, id).await?.unwrap_or_default();
        let times = dados.get("alternativas").cloned().unwrap_or_default();
        Ok(Some((visit, serde_json::from_value(times).unwrap_or_default())))
    }

    /// What a professional answers to a notice: nobody reads it as a patient's wish. Whoever asks for something of a patient is one.
    async fn noticed(&mut self, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        let chats = said.intent.is(Quality::Chats);
        let Some(telefone) = self.turn.contact.telefone.as_ref().filter(|_| chats) else { return Ok(None) };
        if self.memory.step != Step::Idle || said.has_facts() {
            return Ok(None);
        }
        let since = self.turn.now - NOTICED;
        let noticed = saida::avisos::was_noticed(self.tx, telefone.digits(), since).await?;
        // Whoever was asked something as a patient answers that.
        let asked = saida::last_key(self.tx, self.conversa).await?.is_some();
        Ok((noticed && !asked).then(|| vec![texts::only_notices()]))
    }
}
