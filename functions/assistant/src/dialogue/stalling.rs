//! Answers that say nothing new of what is wanted: a bare yes, a greeting, a sigh, the same once more. The question that is open is asked again,
//! without an apology where none is due.

use shared::problem::Problem;

use super::memory::Step;
use super::offering::is_in_the_middle;
use super::{Talk, joined, texts};
use crate::reading::{Intent, Understanding, could_be_a_name, words};

impl Talk<'_> {
    /// An answer that says nothing new of what is wanted; `None` when it is none.
    pub(super) async fn nothing_new(
        &mut self,
        text: &str,
        said: &Understanding,
    ) -> Result<Option<Vec<String>>, Problem> {
        match said.intent {
            // None of those that were offered.
            Intent::No if self.memory.step == Step::ChooseTime => self.other_times().await.map(Some),
            Intent::Yes if self.memory.step == Step::ChooseTime && self.memory.offers.len() == 1 => {
                self.choose(1).await
            }
            // "Umas quatro e meia?", and half past four is free.
            Intent::Yes if self.is_the_hour_asked_for() => self.choose(1).await,
            Intent::Yes if self.memory.step == Step::ChooseTime && !self.memory.offers.is_empty() => {
                self.advance(Some(texts::which_of_them())).await.map(Some)
            }
            Intent::Yes if matches!(self.memory.step, Step::GiveName | Step::GivePhone) => {
                self.advance(Some(texts::one_thing_missing())).await.map(Some)
            }
            _ if is_in_the_middle(text) => self.advance(Some(texts::which_of_them())).await.map(Some),
            _ if self.memory.step == Step::ChooseMedico && does_not_know(text) => {
                self.advance(Some(texts::any_will_do())).await.map(Some)
            }
            // Said once more, and heard the first time.
            _ if said.has_facts() => self.advance(None).await.map(Some),
            // "Oi, ainda dá?"
            _ if said.question && asks_whether_still(text) => self.still_there().await.map(Some),
            // "E o dele?", and his is what is being arranged.
            _ if said.question && self.asks_of_the_next(text) => self.advance(None).await.map(Some),
            Intent::Greeting => self.advance(Some(texts::going_on())).await.map(Some),
            Intent::Book | Intent::Availability | Intent::Help | Intent::Thanks => {
                self.advance(None).await.map(Some)
            }
            Intent::Inform if said.any_time || said.any_professional || said.asap => {
                self.advance(None).await.map(Some)
            }
            Intent::Unknown if self.memory.request.nome.is_none() && is_written_as_a_name(text) => {
                let nome = super::people::as_written(text.trim());
                (self.memory.request.nome, self.memory.request.paciente_id) = (Some(nome.clone()), None);
                self.advance(Some(texts::noted_name(&nome))).await.map(Some)
            }
            Intent::Unknown if is_a_sigh(text) => self.advance(Some(texts::i_see())).await.map(Some),
            _ => Ok(None),
        }
    }

    fn asks_of_the_next(&self, text: &str) -> bool {
        let words = words(text);
        let of_them =
            words.iter().any(|word| matches!(word.as_str(), "dele" | "dela" | "outro" | "outra" | "meu"));
        of_them && words.len() <= 5 && (self.memory.after.is_some() || !self.memory.request.next.is_empty())
    }

    /// The question that is open, and whether what was chosen is still there.
    async fn still_there(&mut self) -> Result<Vec<String>, Problem> {
        let chosen = self.memory.request.chosen;
        let texts = self.advance(None).await?;
        let stands = chosen.is_some() && self.memory.request.chosen == chosen;
        Ok(if stands { joined(texts::still_there(), texts) } else { texts })
    }
}

/// A message of three words or more that is written as a name is, although none of them is known as one: "Otto Lemos Farah".
fn is_written_as_a_name(text: &str) -> bool {
    let capital = |word: &str| {
        word.starts_with(char::is_uppercase) || matches!(word, "da" | "de" | "do" | "das" | "dos" | "e")
    };
    let count = text.split_whitespace().count();
    (3..=6).contains(&count)
        && could_be_a_name(text)
        && text.split_whitespace().all(capital)
        && text.chars().any(char::is_lowercase)
}

/// "Ainda dá?", "ainda tem?"
fn asks_whether_still(text: &str) -> bool {
    let words = words(text);
    words.len() <= 8
        && words.windows(2).any(|pair| {
            pair.first().is_some_and(|word| word == "ainda")
                && matches!(
                    pair.last().map(String::as_str),
                    Some("da" | "tem" | "posso" | "esta" | "consigo" | "rola")
                )
        })
}

/// "Caro, hein", "que chato": no answer, and nothing to apologise for.
fn is_a_sigh(text: &str) -> bool {
    const SIGHS: [&str; 18] = [
        "caro",
        "chato",
        "pena",
        "poxa",
        "puxa",
        "nossa",
        "credo",
        "eita",
        "vixe",
        "aff",
        "affs",
        "putz",
        "puts",
        "complicado",
        "dificil",
        "caramba",
        "gente",
        "salgado",
    ];
    let words = words(text);
    words.len() <= 5 && words.iter().any(|word| SIGHS.contains(&word.as_str()))
}

/// "Não sei qual".
fn does_not_know(text: &str) -> bool {
    words(text).windows(2).any(|pair| matches!(pair, [no, know] if no == "nao" && know == "sei"))
}
