//! What the assistant remembers between two messages of a conversation. It is `conversas.estado`, so it survives everything Postgres
//! survives; a form it does not know any more is forgotten, and the conversation starts over.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::id::{AgendamentoId, MedicoId};

/// A half-finished request is dropped after this silence.
const PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// After this silence the assistant introduces itself again.
const STRANGERS_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// What was asked last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing.
    #[default]
    Idle,
    /// With whom.
    ChooseMedico,
    /// On which day.
    ChooseDay,
    /// At what time.
    ChooseTime,
    /// For whom.
    GiveName,
    /// On which phone; only of people WhatsApp names by a LID.
    GivePhone,
    /// Whether the summary is right.
    ConfirmBooking,
    /// Which of several appointments to cancel.
    ChooseCancel,
    /// Whether to cancel it.
    ConfirmCancel,
}

/// What a person has said of the appointment they want.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// With whom.
    pub medico_id: Option<MedicoId>,
    /// On which day.
    pub day: Option<Date>,
    /// Not before this day.
    pub from: Option<Date>,
    /// Between these times.
    pub between: Option<(Time, Time)>,
    /// At this time.
    pub time: Option<Time>,
    /// For whom.
    pub nome: Option<String>,
    /// On which phone, E.164.
    pub telefone: Option<String>,
}

/// Everything between two messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What was asked last.
    pub step: Step,
    /// The appointment being arranged.
    pub request: Request,
    /// The professionals offered, in the order of their numbers.
    pub medicos: Vec<MedicoId>,
    /// The days offered.
    pub days: Vec<Date>,
    /// The times offered.
    pub times: Vec<Time>,
    /// The appointments offered for cancelling.
    pub appointments: Vec<AgendamentoId>,
    /// Whether the person knows that this is a machine.
    pub introduced: bool,
    /// Messages in a row that were not understood.
    pub misunderstood: u8,
    /// When the last message came.
    pub touched_at: Option<Timestamp>,
}

impl Memory {
    /// Lets go of what is too old to be meant, and notes the time.
    pub(crate) fn wake(&mut self, now: Timestamp) {
        let silence = self.touched_at.map(|at| now.duration_since(at));
        if silence.is_some_and(|silence| silence > PATIENCE) {
            self.start_over();
        }
        if silence.is_some_and(|silence| silence > STRANGERS_AGAIN) {
            self.introduced = false;
        }
        self.touched_at = Some(now);
    }

    /// Forgets the request, not the person.
    pub(crate) fn start_over(&mut self) {
        *self = Self { introduced: self.introduced, touched_at: self.touched_at, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_silence_drops_the_request_and_a_longer_one_the_acquaintance() {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let mut memory =
            Memory { step: Step::ChooseTime, introduced: true, touched_at: Some(start), ..Memory::default() };
        memory.wake(start + SignedDuration::from_hours(5));
        assert_eq!(memory.step, Step::ChooseTime);
        memory.wake(start + SignedDuration::from_hours(12));
        assert_eq!((memory.step, memory.introduced), (Step::Idle, true));
        memory.wake(start + SignedDuration::from_hours(40));
        assert!(!memory.introduced);
    }

    #[test]
    fn a_form_from_another_time_is_read_as_far_as_it_goes() {
        let memory: Memory = serde_json::from_str(r#"{"step":"choose_day","something_new":1}"#).unwrap();
        assert_eq!(memory.step, Step::ChooseDay);
    }
}
