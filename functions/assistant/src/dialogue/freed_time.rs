//! Answering the offer of a freed time. It may come in any idle moment, days after the last word, so it is looked up, not remembered.

use jiff::SignedDuration;
use shared::agenda::waiting;
use shared::db::agendamentos::{Author, Canal};
use shared::db::{ofertas, saida};
use shared::problem::Problem;

use super::{Talk, texts};
use crate::reading::{Intent, Understanding, words};

/// For so long a late yes is understood as one.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

impl Talk<'_> {
    /// An answer to an offer, also to one that is over; `None` when there is none, or the message answers something else.
    pub(super) async fn freed_time(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        let Some(answer) = answer(text, said) else {
            return Ok(None);
        };
        // An "ok" to a reminder that came after the offer books nothing.
        if matches!(answer, Answer::Agrees | Answer::Denies) && !self.was_just_offered().await? {
            return Ok(None);
        }
        // A number that was only told leads to nobody's offer.
        let people = self.people().await?;
        let people: Vec<_> = people.iter().map(|paciente| paciente.id).collect();
        let now = self.turn.now;
        let Some(id) = ofertas::offered_to(self.tx, &people, now).await?.first().copied() else {
            let late =
                answer == Answer::Wants && ofertas::missed_by(self.tx, &people, now - REMEMBERED).await?;
            return Ok(late.then(|| vec![texts::offer_gone()]));
        };
        if matches!(answer, Answer::Declines | Answer::Denies) {
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
        self.memory.start_over();
        let start = self.start_of(&made);
        let place = self.place_of(made.medico_id).await?;
        Ok(Some(vec![texts::booked(&made, &start, place.as_deref(), self.today)]))
    }

    /// Whether an offer is the last thing this person was told.
    async fn was_just_offered(&mut self) -> Result<bool, Problem> {
        let last = saida::last_key(self.tx, self.conversa).await?;
        Ok(last.is_some_and(|key| key.starts_with("oferta:") && !key.ends_with(":fim")))
    }
}

/// What a message says to an offer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// "Quero": the word the offer asks for.
    Wants,
    /// "Sim", which may be meant for something else.
    Agrees,
    /// "Não quero".
    Declines,
    /// "Não", which may be too.
    Denies,
}

/// Words of other errands: "quero marcar" wants something else than what is offered.
const ELSEWHERE: [&str; 6] = ["cancel", "desmarc", "remarc", "marcar", "agend", "consulta"];

/// Yes or no to an offer: short, and nothing else besides.
fn answer(text: &str, said: &Understanding) -> Option<Answer> {
    let words = words(text);
    let elsewhere = words.iter().any(|word| ELSEWHERE.iter().any(|start| word.starts_with(start)));
    if words.len() > 6 || text.contains('?') || said.has_facts() || elsewhere {
        return None;
    }
    let names = words.iter().any(|word| word == "quero" || word == "aceito");
    if names && words.iter().any(|word| word == "nao") {
        Some(Answer::Declines)
    } else if said.intent == Intent::No {
        Some(Answer::Denies)
    } else if names {
        Some(Answer::Wants)
    } else {
        (said.intent == Intent::Yes).then_some(Answer::Agrees)
    }
}
