//! What somebody who thought about a message before the turn contributes: a reading of it, or words. It is carried out by the same functions as
//! what was read from the words themselves, but for two: nothing here answers a summary, or the question whether to cancel. That yes is the
//! patient's own, and `Talk::finish` and `Talk::cancel` are not reached from here.

use shared::db::conversas::Conversa;
use shared::problem::Problem;

use super::arranging::no_such_day;
use super::memory::{Errand, Memory, Step};
use super::{Talk, joined};
use crate::reading::{Intent, Understanding};

/// What came of thinking about a message.
#[derive(Debug, Clone)]
pub struct Thought {
    /// The message.
    pub(crate) text: String,
    /// What had been asked when it was thought about.
    pub(crate) step: Step,
    /// What it comes to.
    pub(crate) decision: Decision,
}

/// What to do about a message.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    /// Say this, then ask again what is open.
    Say(String),
    /// Take it as this: [`Intent::Book`], also of what is being arranged, [`Intent::Reschedule`], [`Intent::Cancel`] or [`Intent::WaitingList`].
    Wish(Box<Understanding>),
    /// Show what stands.
    Appointments,
    /// The patient comes.
    Presence,
    /// A person is wanted.
    Person,
}

impl Thought {
    /// Whether it is about this message at this point of the conversation. Somebody may have been there in between.
    pub(super) fn is_about(&self, text: &str, memory: &Memory) -> bool {
        self.text == text && self.step == memory.step
    }
}

impl Talk<'_> {
    /// Does what was decided.
    pub(super) async fn decided(
        &mut self,
        decision: &Decision,
        conversa: &mut Conversa,
    ) -> Result<Vec<String>, Problem> {
        self.memory.misunderstood = 0;
        match decision {
            Decision::Say(text) => self.say_and_ask_again(text).await,
            Decision::Wish(said) => self.wished(said).await,
            Decision::Appointments => self.appointments().await,
            Decision::Presence => match self.confirmed().await? {
                Some(texts) => Ok(texts),
                None => self.appointments().await,
            },
            Decision::Person => {
                let said = Understanding { intent: Intent::Human, ..Understanding::default() };
                Ok(self.interrupted(&said, conversa).unwrap_or_default())
            }
        }
    }

    async fn say_and_ask_again(&mut self, text: &str) -> Result<Vec<String>, Problem> {
        let again = match self.memory.step {
            Step::Idle => return Ok(vec![text.to_owned()]),
            Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel => {
                self.ask_which_again().await?
            }
            _ => self.advance(None).await?,
        };
        Ok(joined(text, again))
    }

    async fn wished(&mut self, said: &Understanding) -> Result<Vec<String>, Problem> {
        let arranging = !matches!(
            self.memory.step,
            Step::Idle | Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel
        );
        let moving = matches!(self.memory.request.errand, Errand::Move(_));
        match said.intent {
            Intent::Cancel => self.start_cancelling(said).await,
            Intent::Reschedule if !(arranging && moving) => self.start_moving(said).await,
            Intent::WaitingList => self.start(Errand::Wait, said).await,
            _ if !arranging => self.start(Errand::Book, said).await,
            _ => {
                if let Some(slot) = self.picked(said) {
                    self.memory.request.chosen = Some(slot);
                    if said.name.is_none() {
                        return self.advance(None).await;
                    }
                }
                let lead = self.take(said).await?;
                self.memory.seen.clear();
                self.advance(lead.or_else(|| said.invalid.then(|| no_such_day(said)))).await
            }
        }
    }
}
