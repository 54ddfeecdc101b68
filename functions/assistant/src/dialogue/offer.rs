//! Answering the offer of a freed time. It may come in any idle moment, days after the last word, so it is looked up, not remembered.

use shared::agenda::waiting;
use shared::db::agendamentos::{Author, Canal};
use shared::db::{ofertas, pacientes};
use shared::problem::Problem;

use super::{Talk, texts};
use crate::reading::{Intent, Understanding, words};

impl Talk<'_> {
    /// An answer to an offer that is open; `None` when there is none, or the message answers something else.
    pub(super) async fn offered(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let (wants, declines) = answer(text, said);
        if !wants && !declines {
            return Ok(None);
        }
        let Some(telefone) = &self.turn.contact.telefone else {
            return Ok(None);
        };
        let people = pacientes::list_by_telefone(self.tx, telefone).await?;
        let people: Vec<_> = people.iter().map(|paciente| paciente.id).collect();
        let now = self.turn.now;
        let Some(id) = ofertas::offered_to(self.tx, &people, now).await?.first().copied() else {
            return Ok(None);
        };
        if declines {
            waiting::decline(self.tx, id, None, now).await?;
            return Ok(Some(vec![texts::offer_declined()]));
        }
        let author = Author { canal: Canal::Whatsapp, user: None };
        let made = match waiting::accept(self.tx, id, None, author, now).await {
            Err(Problem::OfferClosed | Problem::SlotTaken { .. } | Problem::SlotRefused { .. }) => {
                return Ok(Some(vec![texts::offer_gone()]));
            }
            made => made?,
        };
        let start = made.inicio_em.to_zoned(self.tx.time_zone().clone());
        Ok(Some(vec![texts::booked(&made, &start, self.clinica.endereco.as_deref(), self.today)]))
    }
}

/// Whether a message says yes or no to an offer: short, and nothing else besides.
fn answer(text: &str, said: &Understanding) -> (bool, bool) {
    let words = words(text);
    let short = words.len() <= 6 && !text.contains('?') && !said.has_facts();
    let refuses = words.iter().any(|word| word == "nao" || word == "n") || said.intent == Intent::No;
    let names = words.iter().any(|word| word == "quero" || word == "qro" || word == "aceito");
    let wants = short && !refuses && (names || said.intent == Intent::Yes);
    (wants, short && refuses && (names || said.intent == Intent::No))
}
