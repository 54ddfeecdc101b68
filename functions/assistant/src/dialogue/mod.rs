//! What the assistant says next.
//!
//! [`hearing`] says what a message says. [`reply`] takes a message and what is remembered, and gives what to say and to remember. What may interrupt anything (urgency,
//! a person, stop) is here. [`arranging`] asks for what is missing of an appointment, of a move or of a place in the waiting list: [`request`]
//! is what was said, [`what`] what it is for, [`times`] looks for what fits, [`offering`] offers it, [`noted`] tells what was heard, [`people`] for whom, [`summary`] asks and
//! does it. [`appointments`] shows, moves and cancels what stands; [`reminder`], [`missed`] and [`offer`] are answers to what other functions wrote; [`questions`] are answered from what the clinic says of
//! itself; [`texts`] holds the words. Times are kept and booked through `shared::agenda` only, so the assistant can do nothing the agenda
//! refuses.

mod appointments;
mod arranging;
mod hearing;
pub(crate) mod look;
mod memory;
mod missed;
mod noted;
mod offer;
mod offering;
mod people;
mod questions;
mod reminder;
mod request;
mod summary;
pub mod texts;
mod thought;
mod times;
mod waiting;
mod what;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use shared::db::TenantTx;
use shared::db::clinica::{self, Clinica};
use shared::db::conversas::{Conversa, Modo};
use shared::db::medicos::{self, Medico};
use shared::db::reservas;
use shared::id::{ConversaId, MedicoId, PacienteId};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Contact, Content};

use crate::reading::{Intent, Understanding, words};

use hearing::{Known, unheard};

pub(crate) use appointments::Coming;
pub use hearing::is_urgent;
pub(crate) use hearing::{heard, mean_the_same};
pub use memory::{Errand, Memory, Request, Slot, Step, When};
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

impl Talk<'_> {
    fn medico(&self, id: MedicoId) -> Option<&Medico> {
        self.medicos.iter().find(|medico| medico.id == id)
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
    let Some(text) = heard(content) else {
        let texts = unheard(content).into_iter().collect();
        return Ok(Spoken { texts, memory });
    };
    let now = tx.time_zone().to_datetime(turn.now);
    let medicos = medicos::list(tx, None).await?;
    let known = Known::load(tx, &medicos, now).await?;
    let said = known.read(&text);
    if conversa.bot_parado {
        if !matches!(said.intent, Intent::Resume | Intent::Book | Intent::Help | Intent::Urgent) {
            return Ok(Spoken { texts: Vec::new(), memory });
        }
        conversa.bot_parado = false;
    }
    let clinica = clinica::get(tx).await?;
    let owner = reservas::owner_of(conversa.id);
    let (conversa_id, linked, today) = (conversa.id, conversa.paciente_id, now.date());
    let mut talk =
        Talk { tx, turn, memory, medicos, clinica, today, conversa: conversa_id, linked, lapsed, owner };
    let thought = turn.thought.filter(|thought| thought.is_about(&text, &talk.memory));
    // On the heap, as its parts: deeper than the compiler cares to lay out.
    let answered = match thought {
        Some(thought) => Box::pin(talk.decided(&thought.decision, conversa)).await,
        None => Box::pin(talk.answer(&text, &said, conversa)).await,
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
    Ok(Spoken { texts, memory: talk.memory })
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
            None if self.memory.step != Step::Idle => self.offered(text, said).await?,
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

    /// What is open, or, when nothing is, something new.
    async fn continued(&mut self, text: &str, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        // A name may look like a question; a question is no name.
        let named = matches!(self.memory.step, Step::GiveName | Step::ChoosePerson) && !said.question;
        if !named && let Some(texts) = self.asked(text, said).await? {
            return Ok(Some(texts));
        }
        match self.memory.step {
            Step::Idle => match self.offered(text, said).await? {
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
                conversa.urgente = true;
                if said.despair { texts::despair() } else { texts::urgent(self.clinica.telefone.as_deref()) }
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

    /// Nothing is being arranged.
    async fn idle(&mut self, text: &str, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
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

    /// Asks again, twice at most, then offers a person.
    async fn puzzled(&mut self) -> Result<Vec<String>, Problem> {
        self.memory.misunderstood = self.memory.misunderstood.saturating_add(1);
        if self.memory.misunderstood > 2 {
            return Ok(vec![texts::not_understood_twice()]);
        }
        let again = match self.memory.step {
            Step::Idle => vec![texts::menu()],
            Step::ChooseMove | Step::ChooseCancel | Step::ConfirmCancel | Step::MoveOrCancel => {
                self.ask_which_again().await?
            }
            _ => self.advance(None).await?,
        };
        // The first "hello" of somebody new needs no apology.
        if !self.memory.introduced && self.memory.step == Step::Idle {
            return Ok(again);
        }
        Ok(joined(texts::not_understood(), again))
    }

    /// Says once that it is a machine, and how to reach a person.
    fn introduced(&mut self, texts: Vec<String>, intent: Intent) -> Vec<String> {
        if self.memory.introduced || texts.is_empty() || intent == Intent::Urgent {
            return texts;
        }
        self.memory.introduced = true;
        joined(texts::introduction(self.turn.tenant.nome()), texts)
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

/// The index of an option, counted from 1; -1 is the last, -2 the last but one.
fn nth(number: i32, count: usize) -> Option<usize> {
    let at = if number < 0 {
        usize::try_from(-number).ok().and_then(|back| count.checked_sub(back))
    } else {
        usize::try_from(number - 1).ok()
    };
    at.filter(|at| *at < count)
}

/// One message instead of two, when both are short.
fn joined(first: impl Into<String>, rest: Vec<String>) -> Vec<String> {
    let first = first.into();
    let mut rest = rest.into_iter();
    let joined = match rest.next() {
        Some(next) => format!("{first}\n\n{next}"),
        None => first,
    };
    std::iter::once(joined).chain(rest).collect()
}
