//! What is said right after something was booked, moved or cancelled: it is about that, and about nothing new.

use shared::id::AgendamentoId;
use shared::problem::Problem;

use super::memory::{Errand, Slot, When};
use super::{Talk, texts};
use crate::reading::{Days, Intent, Understanding, words};

impl Talk<'_> {
    /// What is about the last thing done; `None` when it is about something else.
    pub(super) async fn about_the_last(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if self.lapsed {
            return Ok(None);
        }
        if self.memory.cancelled.is_some() {
            return self.about_the_cancelled(said).await;
        }
        let Some(id) = self.memory.made else { return Ok(None) };
        if is_another(said) {
            return self.start_another(id, text, said).await.map(Some);
        }
        // "Queria mudar ela pra sexta", "dá pra ser mais tarde?"
        let spoken = words(text);
        let pointed =
            spoken.iter().any(|word| matches!(word.as_str(), "ela" | "essa" | "dela" | "esse" | "ele"));
        let shifts = (said.later || said.earlier)
            && !said.has_facts()
            && matches!(said.intent, Intent::More | Intent::Availability | Intent::Unknown | Intent::Inform);
        if puts_right(text, said) || shifts || (pointed && said.intent == Intent::Reschedule) {
            return self.start_moving_one(id, said).await.map(Some);
        }
        Ok(None)
    }

    /// "A outra também" is cancelled too; "na verdade quero remarcar", "sexta 9h" books again what was cancelled.
    async fn about_the_cancelled(&mut self, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        if said.too && matches!(said.intent, Intent::Unknown | Intent::Inform | Intent::More | Intent::Cancel)
        {
            return self.start_cancelling(said).await.map(Some);
        }
        let again = said.intent == Intent::Reschedule && self.coming().await?.is_empty();
        let names_whom = !said.medicos.is_empty() || said.professional.is_some() || said.specialty.is_some();
        let another_time =
            matches!(said.intent, Intent::Inform | Intent::Correct) && said.has_when() && !names_whom;
        let Some(mut request) = self.memory.cancelled.clone().filter(|_| again || another_time) else {
            return Ok(None);
        };
        request.when = When::default();
        self.memory.start_over();
        self.memory.request = request;
        self.take(said).await?;
        self.advance(Some(texts::was_cancelled())).await.map(Some)
    }

    /// "E pro João também", "e outra pra mim": as the one before, as far as nothing else is said.
    async fn start_another(
        &mut self,
        id: AgendamentoId,
        text: &str,
        said: &Understanding,
    ) -> Result<Vec<String>, Problem> {
        let row = self.own(id).await?;
        let start = self.start_of(&row).datetime();
        let mut said = said.clone();
        let names_whom = !said.medicos.is_empty() || said.professional.is_some() || said.specialty.is_some();
        if !names_whom && !said.any_professional {
            said.medicos = vec![row.medico_id];
        }
        if said.days == Days::Unsaid && !said.any_day && !said.asap && (!names_whom || said.same_day) {
            said.days = Days::One(start.date());
        }
        let texts = self.start(Errand::Book, &said).await?;
        self.memory.after = Some(Slot { medico_id: row.medico_id, at: start });
        match self.following(text, &Understanding::default()) {
            Some(slot) => {
                self.memory.request.chosen = Some(slot);
                self.advance(None).await
            }
            None => Ok(texts),
        }
    }
}

/// Whether it wants one more, for whoever is named.
fn is_another(said: &Understanding) -> bool {
    let whose = said.for_name || said.for_whom.is_some() || said.for_me;
    let wants = matches!(
        said.intent,
        Intent::Book
            | Intent::Inform
            | Intent::Correct
            | Intent::Availability
            | Intent::More
            | Intent::Unknown
    );
    wants && whose && (said.too || said.same_day)
}

/// "Ai, errei, era com a Tânia", "melhor às 10", right after something was booked: that is meant, and no second appointment.
fn puts_right(text: &str, said: &Understanding) -> bool {
    // "E outra pra mim", "marca também com a Tânia".
    let more = words(text).iter().any(|word| matches!(word.as_str(), "outra" | "outro" | "tambem"));
    let whose = more || said.for_whom.is_some() || said.name.is_some() || said.people.is_some();
    match said.intent {
        Intent::Correct => !whose && (said.has_facts() || said.professional.is_some()),
        Intent::Inform => !whose && !said.question && said.has_facts() && said.service.is_none(),
        _ => false,
    }
}
