//! What begins when nothing is being arranged.

use shared::problem::Problem;

use super::memory::Errand;
use super::{Talk, people, texts};
use crate::reading::{Intent, Understanding, words};

impl Talk<'_> {
    /// Nothing is being arranged.
    pub(super) async fn idle(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        if let Some(id) = self.memory.made.filter(|_| puts_right(said) && !self.lapsed) {
            return self.start_moving_one(id, said).await.map(Some);
        }
        // "Queria mudar ela pra sexta".
        let spoken = words(text);
        let pointed =
            spoken.iter().any(|word| matches!(word.as_str(), "ela" | "essa" | "dela" | "esse" | "ele"));
        if let Some(id) = self.memory.made.filter(|_| pointed && said.intent == Intent::Reschedule) {
            return self.start_moving_one(id, said).await.map(Some);
        }
        let chosen = if said.intent == Intent::Choose { said.option } else { None };
        let intent = match (said.intent, chosen) {
            (intent, _) if self.lapsed => intent,
            (_, Some(1)) => Intent::Book,
            (_, Some(2)) => Intent::Appointments,
            (_, Some(3)) => Intent::Reschedule,
            (_, Some(4)) => Intent::Cancel,
            (Intent::Inform | Intent::Greeting | Intent::Correct, _) if wants_a_time(said) => Intent::Book,
            (intent, _) => intent,
        };
        let texts = match intent {
            // An answer to what was asked hours ago must not read like a yes to it.
            Intent::Yes | Intent::No | Intent::Choose | Intent::AnswerLater if self.lapsed => {
                vec![texts::lapsed()]
            }
            Intent::Book | Intent::Availability | Intent::More => {
                return self.start(Errand::Book, said).await.map(Some);
            }
            Intent::WaitingList => return self.start(Errand::Wait, said).await.map(Some),
            Intent::Appointments => self.appointments().await?,
            Intent::Reschedule => return self.start_moving(said).await.map(Some),
            Intent::Cancel => self.start_cancelling(said).await?,
            Intent::NoShow => self.cannot_come(said).await?,
            // "Marca aí" agrees to nothing yet.
            Intent::Yes
                if words(text).iter().any(|word| word.starts_with("marc") || word.starts_with("agend")) =>
            {
                return self.start(Errand::Book, said).await.map(Some);
            }
            // A heart, a thumb or a laugh after a goodbye needs no answer.
            _ if self.memory.introduced && is_wordless(text) => Vec::new(),
            // "Ok" after a goodbye confirms nothing; "confirmo" does.
            Intent::Yes if !speaks_of_coming(text) => vec![texts::at_your_service()],
            Intent::Yes => match self.confirmed().await? {
                Some(texts) => texts,
                None => vec![texts::menu()],
            },
            Intent::Inform if let Some(nome) = &said.name => {
                self.memory.request.nome = Some(people::as_written(nome));
                vec![texts::nice_to_meet(nome), texts::menu()]
            }
            Intent::Thanks => vec![texts::welcome()],
            Intent::KeepAppointment => self.keep_or_restore().await?,
            Intent::No | Intent::GiveUp | Intent::AnswerLater => vec![texts::at_your_service()],
            Intent::Greeting | Intent::Help | Intent::Resume => vec![texts::menu()],
            _ => return Ok(None),
        };
        Ok(Some(texts))
    }
}

/// Signs and laughter: "❤️", "kkkk", "...".
fn is_wordless(text: &str) -> bool {
    let laughs = |word: &str| {
        ["kk", "rs", "ha", "he", "hu"].iter().any(|laugh| word.len() > 1 && word.replace(laugh, "").len() < 2)
    };
    text.split_whitespace().all(|word| {
        let letters: String =
            word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        letters.is_empty() || laughs(&letters)
    })
}

/// "Confirmo", "pode confirmar", "estarei lá", "vou sim": of a visit, not of whatever was said last.
fn speaks_of_coming(text: &str) -> bool {
    let coming = |word: &String| {
        word.starts_with("confirm")
            || word.starts_with("comparec")
            || matches!(word.as_str(), "presenca" | "vou" | "irei" | "estarei" | "la")
    };
    words(text).iter().any(coming)
}

/// "Ai, errei, era com a Tânia", "melhor às 10", right after something was booked: that is meant, and no second appointment.
fn puts_right(said: &Understanding) -> bool {
    let whose = said.for_whom.is_some() || said.name.is_some() || said.people.is_some();
    match said.intent {
        Intent::Correct => !whose && (said.has_facts() || said.professional.is_some()),
        Intent::Inform => !whose && !said.question && said.has_facts() && said.service.is_none(),
        _ => false,
    }
}

/// Whether bare facts are those of an appointment.
fn wants_a_time(said: &Understanding) -> bool {
    let with_whom = said.specialty.is_some() || said.professional.is_some();
    let for_what = said.service.is_some() || said.insurance.is_some() || said.for_whom.is_some();
    said.has_facts() || with_whom || said.asap || for_what
}
