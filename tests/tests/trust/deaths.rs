//! Where workers die while everybody goes on, and how often each step was somebody's last.

use std::sync::Mutex;

use shared::step::{Step, dies_at};

use crate::dice::Dice;

pub(crate) struct Deaths {
    at: Mutex<Option<Step>>,
    dice: Mutex<Dice>,
    died: Mutex<Vec<Step>>,
}

impl std::fmt::Display for Deaths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let each = Step::ALL.map(|step| format!("{step:?} {}", self.at(step)));
        write!(f, "mortes em {}", each.join(" · "))
    }
}

impl Deaths {
    pub(crate) fn new(seed: u64) -> Self {
        Self { at: Mutex::default(), dice: Mutex::new(Dice::new(seed, 990)), died: Mutex::default() }
    }

    /// From now on every other one dies there, or nobody anywhere.
    pub(crate) fn are(&self, at: Option<Step>) {
        *self.at.lock().unwrap() = at;
    }

    /// How many died at a step.
    pub(crate) fn at(&self, step: Step) -> usize {
        self.died.lock().unwrap().iter().filter(|died| **died == step).count()
    }

    /// How many died.
    pub(crate) fn all(&self) -> usize {
        self.died.lock().unwrap().len()
    }

    /// Works, unless it is to die and gets to where; `None` then.
    pub(crate) async fn or_done<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let at = *self.at.lock().unwrap();
        let Some(step) = at.filter(|_| self.dice.lock().unwrap().percent(50)) else {
            return Some(work.await);
        };
        let done = dies_at(step, work).await;
        if done.is_none() {
            self.died.lock().unwrap().push(step);
        }
        done
    }
}
