//! What the assistant says next.
//!
//! [`hearing`] says what a message says, [`idle`] what begins when nothing is open. [`reply`] takes a message and what is remembered, and gives what to say and to remember. What may interrupt anything (urgency,
//! a person, stop) is here. [`arranging`] asks for what is missing of an appointment, of a move or of a place in the waiting list: [`request`]
//! is what was said, [`what`] what it is for, [`times`] looks for what fits, [`offering`] offers it, [`noted`] tells what was heard, [`stalling`] goes on where nothing was said, [`people`] for whom, [`summary`] asks and
//! does it. [`appointments`] shows, moves and cancels what stands; [`aftermath`] hears what is said right after it; [`reminder`], [`unasked`] and [`freed_time`] are answers to what other functions wrote; [`quiet`] is what
//! is heard of that even in silence; [`questions`] are answered from what the clinic says of
//! itself; [`texts`] holds the words. Times are kept and booked through `shared::agenda` only, so the assistant can do nothing the agenda
//! refuses.

mod aftermath;
mod appointments;
mod arranging;
mod freed_time;
mod hearing;
mod idle;
pub(crate) mod look;
mod memory;
mod noted;
mod offering;
mod people;
mod questions;
mod quiet;
mod reminder;
mod request;
mod stalling;
mod summary;
pub mod texts;
mod thought;
mod times;
mod unasked;
mod waiting;
mod what;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use shared::agenda::emergency::Emergency;
use shared::db::TenantTx;
use shared::db::clinica::{self, Clinica};
use shared::db::conversas::{Conversa, Modo};
use shared::db::medicos::{self, Medico};
use shared::db::{reservas, unidades};
use shared::id::{ConversaId, MedicoId, PacienteId};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::screen::fits;
use shared::whatsapp::{Contact, Content};

use crate::reading::{Intent, Quality, Understanding};

pub(crate) use hearing::emergency;
use hearing::{Known, emergency_of, says_something};
pub(crate) use quiet::reply_while_silent;

pub(crate) use appointments::Coming;
pub use hearing::is_urgent;
pub(crate) use hearing::{heard, mean_the_same};
pub use memory::{Another, Errand, Memory, Request, Slot, Step, When, Whom};
pub(crate) use thought::Decision;
pub use thought::Thought;

/// Who said something, in the context kept in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The patient.
    Paciente,
    /// The assistant.
    Bot,
}

/// Where and when a message came.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The clinic.
    pub tenant: &'a Tenant,
    /// The person.
    pub contact: &'a Contact,
    /// When it is handled.
    pub now: Timestamp,
    /// What somebody thought of the message before.
    pub thought: Option<&'a Thought>,
}

/// What to say and to remember.
#[derive(Debug)]
pub struct Spoken {
    /// The messages, in order; none to stay silent.
    pub texts: Vec<String>,
    /// What to remember.
    pub memory: Memory,
    /// The emergency it tells of, if it tells of one.
    pub emergency: Option<Emergency>,
}

/// Everything a step of the conversation works with.
struct Talk<'a> {
    tx: &'a mut TenantTx,
    turn: &'a Turn<'a>,
    memory: Memory,
    medicos: Vec<Medico>,
    clinica: Clinica,
    today: Date,
    conversa: ConversaId,
    /// The patient of a thread whose phone WhatsApp does not tell.
    linked: Option<PacienteId>,
    /// What was being arranged was let go of, because nobody wrote for long.
    lapsed: bool,
    /// Under this name a time is kept while the person decides.
    owner: String,
}

impl<'a> Talk<'a> {
    /// Begins to work with a message of a conversation.
    async fn begin(
        tx: &'a mut TenantTx,
        turn: &'a Turn<'a>,
        memory: Memory,
        medicos: Vec<Medico>,
        conversa: &Conversa,
    ) -> Result<Self, Problem> {
        let clinica = clinica::get(tx).await?;
        let today = tx.time_zone().to_datetime(turn.now).date();
        Ok(Self {
            tx,
            turn,
            memory,
            medicos,
            clinica,
            today,
            conversa: conversa.id,
            linked: conversa.paciente_id,
            lapsed: false,
            owner: reservas::owner_of(conversa.id),
        })
    }
}

impl Talk<'_> {
    fn medico(&self, id: MedicoId) -> Option<&Medico> {
        self.medicos.iter().find(|medico| medico.id == id)
    }

    /// Where a professional sees patients, in one line.
    async fn place_of(&mut self, id: MedicoId) -> Result<Option<String>, Problem> {
        Ok(unidades::place(self.tx, id).await?.line())
    }

    fn zoned(&self, at: DateTime) -> Result<Zoned, Problem> {
        let start = shared::agenda::instant(self.tx, at.date(), at.time())?;
        Ok(start.to_zoned(self.tx.time_zone().clone()))
    }
}

/// Decides what to say to `content`, and does what it takes in the agenda.
///
/// # Errors
/// When Postgres does not answer; nothing was said or done then.
pub async fn reply(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    mut memory: Memory,
    conversa: &mut Conversa,
    content: &Content,
) -> Result<Spoken, Problem> {
    let lapsed = memory.wake(turn.now);
    if !says_something(content) {
        return Ok(Spoken { texts: Vec::new(), memory, emergency: None });
    }
    let text = heard(content).unwrap_or_default();
    let now = tx.time_zone().to_datetime(turn.now);
    let medicos = medicos::list(tx, None).await?;
    let known = Known::load(tx, &medicos, now).await?;
    let said = known.read(&text);
    if conversa.bot_parado {
        match said.intent {
            intent if intent.is(Quality::Wakes) => conversa.bot_parado = false,
            // A person answers, and the assistant stays silent afterwards.
            Intent::Human => {}
            _ => {
                let answered = Box::pin(reply_while_silent(tx, turn, &memory, conversa, content)).await?;
                return Ok(answered.unwrap_or(Spoken { texts: Vec::new(), memory, emergency: None }));
            }
        }
    }
    let mut talk = Box::pin(Talk::begin(tx, turn, memory, medicos, conversa)).await?;
    talk.lapsed = lapsed;
    let thought = turn.thought.filter(|thought| thought.is_about(&text, &talk.memory));
    // On the heap, as its parts: deeper than the compiler cares to lay out.
    let answered = match (Box::pin(talk.unread(content, &said)).await, thought) {
        (Ok(Some(texts)), _) => Ok(texts),
        (Err(problem), _) => Err(problem),
        (Ok(None), Some(thought)) => Box::pin(talk.decided(&thought.decision, conversa)).await,
        (Ok(None), None) => Box::pin(talk.answer(&text, &said, conversa)).await,
    };
    let texts = match answered {
        // What was remembered is there no more. Refusing the message would bring it back to the same memory until it is given up.
        Err(Problem::NotFound) => {
            talk.memory.start_over();
            vec![texts::gone(), texts::menu()]
        }
        texts => texts?,
    };
    let texts = talk.introduced(texts, said.intent);
    conversa.paciente_id = talk.linked;
    Ok(Spoken { texts, memory: talk.memory, emergency: emergency_of(&said) })
}

impl Talk<'_> {
    async fn answer(
        &mut self,
        text: &str,
        said: &Understanding,
        conversa: &mut Conversa,
    ) -> Result<Vec<String>, Problem> {
        if let Some(texts) = self.interrupted(said, conversa) {
            return Ok(texts);
        }
        let texts = match self.reminded(said).await? {
            Some(texts) => Some(texts),
            None => match self.unasked(text, said).await? {
                Some(texts) => Some(texts),
                None => self.continued(text, said).await?,
            },
        };
        // An offer may come while something else is being arranged.
        let texts = match texts {
            None if self.memory.step != Step::Idle => self.freed_time(text, said).await?,
            texts => texts,
        };
        match texts {
            Some(texts) => {
                self.memory.misunderstood = 0;
                Ok(texts)
            }
            None => self.puzzled().await,
        }
    }

    /// A question, what is open, or, when nothing is, something new.
    async fn continued(&mut self, text: &str, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        // A name may look like a question; a question is no name.
        let named = matches!(self.memory.step, Step::GiveName | Step::ChoosePerson) && !said.question;
        if !named && let Some(texts) = self.asked(text, said).await? {
            return Ok(Some(texts));
        }
        let Some(texts) = self.gone_on(text, said).await? else { return Ok(None) };
        Ok(Some(match self.asked_beside(text, said).await? {
            Some(answers) => joined(answers, texts),
            None => texts,
        }))
    }

    async fn gone_on(&mut self, text: &str, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        if said.intent == Intent::LeaveLine {
            return self.leave_the_line().await.map(Some);
        }
        match self.memory.step {
            Step::Idle => match self.freed_time(text, said).await? {
                Some(texts) => Ok(Some(texts)),
                None => self.idle(text, said).await,
            },
            Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel => {
                self.choosing(text, said).await
            }
            _ if said.intent == Intent::Appointments => self.appointments().await.map(Some),
            _ => self.arranging(text, said).await,
        }
    }

    /// What goes before anything that is being arranged.
    fn interrupted(&mut self, said: &Understanding, conversa: &mut Conversa) -> Option<Vec<String>> {
        // The menu's last line.
        let last = self.memory.step == Step::Idle && said.intent == Intent::Choose && said.option == Some(5);
        let text = match if last { Intent::Human } else { said.intent } {
            Intent::Urgent => {
                let emergency = emergency_of(said).unwrap_or(Emergency::Body);
                texts::emergency(emergency, self.clinica.telefone.as_deref())
            }
            Intent::Human => {
                conversa.modo = Modo::Humano;
                conversa.humano_desde = Some(self.turn.now);
                texts::human()
            }
            Intent::Stop => {
                conversa.bot_parado = true;
                self.memory.start_over();
                texts::stopped()
            }
            Intent::StartOver => {
                self.memory.start_over();
                return Some(vec![texts::started_over(), texts::menu()]);
            }
            _ => return None,
        };
        Some(vec![text])
    }

    /// Asks again, twice at most, then offers a person.
    async fn puzzled(&mut self) -> Result<Vec<String>, Problem> {
        self.memory.misunderstood = self.memory.misunderstood.saturating_add(1);
        if self.memory.misunderstood > 2 {
            return Ok(vec![texts::not_understood_twice()]);
        }
        let again = self.ask_again().await?;
        // The first "hello" of somebody new needs no apology.
        if !self.memory.introduced && self.memory.step == Step::Idle {
            return Ok(again);
        }
        Ok(joined(texts::not_understood(), again))
    }

    /// The question that is open.
    async fn ask_again(&mut self) -> Result<Vec<String>, Problem> {
        match self.memory.step {
            Step::Idle => Ok(vec![texts::menu()]),
            Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel => {
                self.ask_which_again().await
            }
            _ => self.advance(None).await,
        }
    }

    /// Says that it is a machine, and how to reach a person: once, and again after a day.
    fn introduced(&mut self, texts: Vec<String>, intent: Intent) -> Vec<String> {
        if self.memory.introduced || texts.is_empty() || intent == Intent::Urgent {
            return texts;
        }
        self.memory.introduced = true;
        joined(texts::introduction(self.turn.tenant.nome()), texts)
    }
}

/// The index of an option, counted from 1; -1 is the last, -2 the last but one.
fn nth(number: i32, count: usize) -> Option<usize> {
    let at = if number < 0 {
        usize::try_from(-number).ok().and_then(|back| count.checked_sub(back))
    } else {
        usize::try_from(number - 1).ok()
    };
    at.filter(|at| *at < count)
}

/// One message instead of two, when a screen shows both.
fn joined(first: impl Into<String>, rest: Vec<String>) -> Vec<String> {
    let first = first.into();
    let mut rest = rest.into_iter();
    let joined = match rest.next() {
        Some(next) => match format!("{first}\n\n{next}") {
            both if fits(&both) => vec![both],
            _ => vec![first, next],
        },
        None => vec![first],
    };
    joined.into_iter().chain(rest).collect()
}
