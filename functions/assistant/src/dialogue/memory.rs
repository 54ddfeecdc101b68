//! What the assistant remembers between two messages of a conversation. It is `conversas.estado`, so it survives everything Postgres
//! survives; a form it does not know any more is forgotten, and the conversation starts over.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId};

use crate::listening::Heard;

/// A half-finished request is dropped after this silence.
const PATIENCE: SignedDuration = SignedDuration::from_hours(6);
/// After this silence the assistant introduces itself again.
const STRANGERS_AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// A text of fewer characters may well be said often.
const ECHO_FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
const SHORTEST_ECHO: usize = 15;
/// The same text is answered so often in a row.
const MOST_ECHOES: u8 = 4;

/// What was asked last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Nothing.
    #[default]
    Idle,
    /// With whom; of `medicos`.
    ChooseMedico,
    /// For what; of `servicos`.
    ChooseServico,
    /// When; of `offers`.
    ChooseTime,
    /// For whom; of `people`, or somebody else.
    ChoosePerson,
    /// The name of who comes.
    GiveName,
    /// On which phone; only of people WhatsApp names by a LID.
    GivePhone,
    /// Whether the summary is right.
    Confirm,
    /// Which of several `appointments` to move.
    ChooseMove,
    /// Which of several `appointments` to cancel.
    ChooseCancel,
    /// Whether to cancel it.
    ConfirmCancel,
    /// Whether to move it or to cancel it.
    MoveOrCancel,
}

/// What is being arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// A new appointment.
    #[default]
    Book,
    /// Another time for one that stands.
    Move(AgendamentoId),
    /// A place in the waiting list.
    Wait,
}

/// For whom something is arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Nothing was said: who writes, as far as one knows.
    #[default]
    Writer,
    /// Somebody else.
    Other,
    /// None of the patients of this phone.
    Stranger,
}

/// A professional's start, in the clinic's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// With whom.
    pub medico_id: MedicoId,
    /// When.
    pub at: DateTime,
}

/// When it may be; whatever was not said does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// On one of these days.
    pub days: Vec<Date>,
    /// Not before this day.
    pub from: Option<Date>,
    /// Not after this day.
    pub until: Option<Date>,
    /// On none of these days.
    pub not_days: Vec<Date>,
    /// On none of these weekdays, counted from Monday as 1.
    pub not_weekdays: Vec<i8>,
    /// At this time.
    pub time: Option<Time>,
    /// Or at this one, of two that would do.
    pub or_time: Option<Time>,
    /// From the first time, before the second.
    pub between: Option<(Time, Time)>,
    /// Not from the first time to before the second.
    pub not_between: Option<(Time, Time)>,
    /// The sooner the better.
    pub asap: bool,
}

/// What a person has said of what they want.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// What is being arranged.
    pub errand: Errand,
    /// With one of these; empty when nobody was named.
    pub medicos: Vec<MedicoId>,
    /// With whomever.
    pub any_medico: bool,
    /// For what.
    pub servico_id: Option<ServicoId>,
    /// By which health plan; privately without one.
    pub convenio_id: Option<ConvenioId>,
    /// When it may be.
    pub when: When,
    /// What was chosen of it.
    pub chosen: Option<Slot>,
    /// For whom, of the patients of this phone.
    pub paciente_id: Option<PacienteId>,
    /// For whom, by name.
    pub nome: Option<String>,
    /// For whom, as far as it was said.
    pub whom: Whom,
    /// Whether the whole name was asked for after a first one.
    pub asked_surname: bool,
    /// How many more people want an appointment after this one.
    pub more_people: u8,
    /// On which phone, E.164.
    pub telefone: Option<String>,
}

/// Everything between two messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What was asked last.
    pub step: Step,
    /// What is being arranged.
    pub request: Request,
    /// The professionals offered, in the order of their numbers.
    pub medicos: Vec<MedicoId>,
    /// The services offered.
    pub servicos: Vec<ServicoId>,
    /// The times offered.
    pub offers: Vec<Slot>,
    /// The times offered before those, of the same wish.
    pub seen: Vec<Slot>,
    /// The day of which it was said that it was heard.
    pub noted_day: Option<Date>,
    /// The hours of which it was said that they were heard.
    pub noted_hours: Option<When>,
    /// The patients offered.
    pub people: Vec<PacienteId>,
    /// The appointments offered for moving or cancelling.
    pub appointments: Vec<AgendamentoId>,
    /// What was booked, moved or kept last: what is put right next is that.
    pub made: Option<AgendamentoId>,
    /// The visit of the person before this one, of several.
    pub after: Option<Slot>,
    /// What was cancelled with the last message, as it would be booked again.
    pub cancelled: Option<Request>,
    /// Whether the person knows that this is a machine.
    pub introduced: bool,
    /// Messages in a row that were not understood.
    pub misunderstood: u8,
    /// When the last message came.
    pub touched_at: Option<Timestamp>,
    /// The last text of some length, and how often it came in a row.
    pub echo: Option<(String, u8)>,
    /// What was heard and not answered yet, because the person was still writing.
    pub unanswered: Vec<Heard>,
    /// What was remembered before the last message, as long as that did nothing that stays: an edit of it is said from there.
    pub before: Option<Box<Self>>,
}

impl Memory {
    /// Lets go of what is too old to be meant, and notes the time; whether something was being arranged.
    pub(crate) fn wake(&mut self, now: Timestamp) -> bool {
        let silence = self.touched_at.map(|at| now.duration_since(at));
        let old = silence.is_some_and(|silence| silence > PATIENCE);
        let lapsed = old && self.step != Step::Idle;
        if old {
            self.start_over();
        }
        if silence.is_some_and(|silence| silence > STRANGERS_AGAIN) {
            self.introduced = false;
        }
        self.touched_at = Some(now);
        lapsed
    }

    /// Whether a text of some length comes again and again, as from another machine: it would answer each answer for ever. "1" may come often.
    pub(crate) fn hears_again(&mut self, text: Option<&str>, now: Timestamp) -> bool {
        // A machine answers at once; who says the same an hour later is a person.
        if self.touched_at.is_some_and(|at| now.duration_since(at) > ECHO_FORGOTTEN) {
            self.echo = None;
        }
        let long = text.filter(|text| text.chars().count() >= SHORTEST_ECHO);
        let times = match (&self.echo, long) {
            (Some((last, times)), Some(text)) if last == text => times.saturating_add(1),
            _ => 1,
        };
        self.echo = long.map(|text| (text.to_owned(), times));
        times > MOST_ECHOES
    }

    /// Forgets the request, not the person.
    pub(crate) fn start_over(&mut self) {
        let echo = self.echo.take();
        *self = Self { introduced: self.introduced, touched_at: self.touched_at, echo, ..Self::default() };
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
        assert!(!memory.wake(start + SignedDuration::from_hours(5)));
        assert_eq!(memory.step, Step::ChooseTime);
        assert!(memory.wake(start + SignedDuration::from_hours(12)));
        assert_eq!((memory.step, memory.introduced), (Step::Idle, true));
        assert!(!memory.wake(start + SignedDuration::from_hours(40)));
        assert!(!memory.introduced);
    }

    #[test]
    fn a_form_from_another_time_is_read_as_far_as_it_goes() {
        let memory: Memory = serde_json::from_str(r#"{"step":"choose_time","something_new":1}"#).unwrap();
        assert_eq!(memory.step, Step::ChooseTime);
    }
}
