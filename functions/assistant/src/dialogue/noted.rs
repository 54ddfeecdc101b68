//! What is told of what was heard, before the next question: a tired reader sees that nothing has to be said twice.

use shared::problem::Problem;

use super::memory::Request;
use super::{Talk, texts};

impl Talk<'_> {
    /// The day that was said before it is known with whom: that it was heard, or why nobody has time on it.
    pub(super) async fn about_the_day(&mut self) -> Result<Option<String>, Problem> {
        if self.memory.request.when.days.is_empty() {
            return self.about_the_hours().await;
        }
        let [day] = self.memory.request.when.days.as_slice() else { return Ok(None) };
        let (day, medicos) = (*day, self.medicos.clone());
        if self.memory.request.servico_id.is_some() || day < self.today {
            return Ok(None);
        }
        if self.memory.noted_day.replace(day) == Some(day) {
            return self.about_the_hours().await;
        }
        // What was said with the day was heard with it.
        self.memory.noted_hours = Some(self.memory.request.when.clone());
        Ok(Some(match self.nobody_on(&medicos, day).await? {
            Some(reason) => {
                self.memory.request.when.forget_days();
                texts::nothing_on(day, &reason, self.today)
            }
            None => texts::noted_day(day, self.today),
        }))
    }

    /// Hours that nobody here has are said to be so at once, and asked for no more.
    async fn about_the_hours(&mut self) -> Result<Option<String>, Problem> {
        let when = self.memory.request.when.clone();
        if !when.narrows_time() || self.memory.request.servico_id.is_some() {
            return Ok(None);
        }
        let medicos = self.medicos.clone();
        let free = self.free(&medicos, self.period(&when)).await?;
        if free.slots.is_empty() {
            return Ok(None);
        }
        if free.slots.iter().any(|slot| when.allows_time(slot.at.time())) {
            let known = self.memory.noted_hours.replace(when.clone()) == Some(when);
            return Ok((!known).then(texts::noted));
        }
        self.memory.request.when.widen();
        Ok(Some(texts::nobody_then()))
    }

    /// That something was heard which the next question does not show.
    pub(super) fn noted(&self, before: &Request) -> Option<String> {
        let now = &self.memory.request;
        if now.more_people > before.more_people {
            return Some(texts::one_by_one(now.more_people));
        }
        if let Some(nome) = now.nome.as_ref().filter(|_| now.nome != before.nome && now.chosen.is_none()) {
            return Some(texts::noted_name(nome));
        }
        None
    }
}
