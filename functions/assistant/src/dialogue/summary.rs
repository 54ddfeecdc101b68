//! The end of an arrangement: for whom, on which phone, is it right, and booking it.

use shared::agenda::Audience;
use shared::agenda::book::{Booking, Who, book};
use shared::db::agendamentos::{Author, Canal};
use shared::domain::nome::Nome;
use shared::domain::telefone::Telefone;
use shared::problem::Problem;

use super::{Step, Talk, texts};
use crate::reading::{Intent, Understanding};

impl Talk<'_> {
    pub(super) async fn take_name(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Vec<String>, Problem> {
        let unlike = matches!(
            said.intent,
            Intent::Yes | Intent::No | Intent::Greeting | Intent::Thanks | Intent::Help
        );
        let nome = Nome::parse(text)
            .ok()
            .filter(|_| !unlike && !text.chars().any(|c| c.is_ascii_digit() || c == '?'));
        match nome.filter(|nome| nome.as_str().split(' ').count() <= 8) {
            Some(nome) => {
                self.memory.request.nome = Some(nome.as_str().to_owned());
                self.advance(None).await
            }
            None => Ok(vec![texts::give_name_again()]),
        }
    }

    pub(super) async fn take_phone(&mut self, text: &str) -> Result<Option<Vec<String>>, Problem> {
        let Ok(telefone) = Telefone::parse(text) else {
            return Ok(None);
        };
        self.memory.request.telefone = Some(telefone.as_e164().to_owned());
        self.advance(None).await.map(Some)
    }

    /// Yes books, no asks what to change, a word that names it goes back to it.
    pub(super) async fn confirm(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let lower = text.to_lowercase();
        let request = &mut self.memory.request;
        if matches!(said.intent, Intent::Yes | Intent::Book) {
            return self.book().await.map(Some);
        }
        if lower.contains("nome") || lower.contains("outra pessoa") {
            request.nome = None;
            self.memory.step = Step::GiveName;
            return Ok(Some(vec![texts::give_name()]));
        }
        if lower.contains("hora") || lower.contains("horário") {
            (request.time, request.between) = (None, None);
        } else if lower.contains("dia") || lower.contains("data") {
            (request.day, request.time, request.from) = (None, None, None);
        } else if lower.contains("profissional") || lower.contains("médic") || lower.contains("medic") {
            (request.medico_id, request.time) = (None, None);
            self.memory.medicos.clear();
        } else if said.intent == Intent::No {
            return Ok(Some(vec![texts::what_to_change()]));
        } else {
            return Ok(None);
        }
        self.advance(None).await.map(Some)
    }

    async fn book(&mut self) -> Result<Vec<String>, Problem> {
        let request = self.memory.request.clone();
        let (Some(medico_id), Some(date), Some(time), Some(nome)) = (
            request.medico_id,
            request.day,
            request.time,
            request.nome.and_then(|nome| Nome::parse(&nome).ok()),
        ) else {
            return self.advance(None).await;
        };
        let given = request.telefone.and_then(|text| Telefone::parse(&text).ok());
        let telefone = self.turn.contact.telefone.clone().or(given);
        let is_kept = self.is_kept(medico_id, date, time).await?;
        let booking = Booking {
            medico_id,
            date,
            time,
            duration: None,
            servico_id: None,
            convenio_id: None,
            who: Who::Named { nome, telefone },
            motivo: None,
            encaixe: false,
            retorno_de: None,
            // The notice was kept when the time was chosen.
            audience: if is_kept { Audience::Staff } else { Audience::Patient },
            owner: Some(self.owner.clone()),
        };
        let author = Author { canal: Canal::Whatsapp, user: None };
        match book(self.tx, booking, author, self.turn.now).await {
            Ok(made) => {
                let start = self.zoned(date, time)?;
                let text = texts::booked(&made, &start, self.clinica.endereco.as_deref(), self.today);
                self.memory.start_over();
                Ok(vec![text])
            }
            // The rest of what was said still stands; only the time has to be chosen again.
            Err(Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => {
                self.memory.request.time = None;
                self.advance(Some(texts::taken())).await
            }
            Err(problem) => Err(problem),
        }
    }
}
