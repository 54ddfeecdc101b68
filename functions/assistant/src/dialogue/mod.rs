//! What the assistant says next.
//!
//! [`reply`] takes a message and what is remembered, and gives what to say and to remember. What may interrupt anything (urgency,
//! a person, stop) is here; [`booking`] (with [`summary`]), [`cancelling`] and
//! [`offer`] hold one conversation each; [`texts`] holds every word. The agenda is
//! touched through `shared::agenda` only, so the assistant can do nothing the agenda refuses.

mod booking;
mod cancelling;
mod memory;
mod offer;
mod summary;
pub mod texts;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::db::TenantTx;
use shared::db::clinica::{self, Clinica};
use shared::db::conversas::{Conversa, Modo};
use shared::db::medicos::{self, Medico};
use shared::id::{ConversaId, MedicoId};
use shared::problem::Problem;
use shared::tenant::Tenant;
use shared::whatsapp::{Contact, Content};

use crate::reading::{Context, Intent, Understanding, understand};

pub use memory::{Memory, Request, Step};

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
    /// Under this name a time is kept while the person decides.
    owner: String,
}

impl Talk<'_> {
    fn medico(&self, id: MedicoId) -> Option<&Medico> {
        self.medicos.iter().find(|medico| medico.id == id)
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
    memory.wake(turn.now);
    let Some(text) = heard(content) else {
        let texts = unheard(content).into_iter().collect();
        return Ok(Spoken { texts, memory });
    };
    let now = turn.now.to_zoned(tx.time_zone().clone()).datetime();
    let today = now.date();
    let medicos = medicos::list(tx, None).await?;
    let known: Vec<_> = medicos.iter().map(|m| (m.id, m.nome.clone(), m.especialidade.clone())).collect();
    let said = understand(&text, &Context { now, medicos: &known, convenios: &[], servicos: &[] });
    if conversa.bot_parado {
        if !matches!(said.intent, Intent::Resume | Intent::Book | Intent::Help | Intent::Urgent) {
            return Ok(Spoken { texts: Vec::new(), memory });
        }
        conversa.bot_parado = false;
    }
    let clinica = clinica::get(tx).await?;
    let owner = format!("conversa:{}", conversa.id);
    let conversa_id = conversa.id;
    let mut talk = Talk { tx, turn, memory, medicos, clinica, today, conversa: conversa_id, owner };
    let texts = talk.answer(&text, &said, conversa).await?;
    let texts = talk.introduced(texts, said.intent);
    Ok(Spoken { texts, memory: talk.memory })
}

/// The text to read, whether it was typed, tapped or voted.
fn heard(content: &Content) -> Option<String> {
    match content {
        Content::Text(text) | Content::Choice { text, .. } => Some(text.clone()),
        Content::Vote { options, .. } => options.first().cloned(),
        _ => None,
    }
}

/// A kind answer to what can't be read; none to a thumb up.
fn unheard(content: &Content) -> Option<String> {
    match content {
        Content::Audio { .. } => Some(texts::cannot_hear()),
        Content::Image { .. }
        | Content::Video { .. }
        | Content::Document { .. }
        | Content::Location { .. }
        | Content::ContactCard { .. } => Some(texts::cannot_see()),
        _ => None,
    }
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
        let texts = match self.memory.step {
            Step::Idle => match self.offered(text, said).await? {
                Some(texts) => Some(texts),
                None => self.idle(said).await?,
            },
            Step::ChooseCancel | Step::ConfirmCancel => self.cancelling(said).await?,
            _ => self.booking(text, said).await?,
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

    /// What goes before anything that is being arranged.
    fn interrupted(&mut self, said: &Understanding, conversa: &mut Conversa) -> Option<Vec<String>> {
        // The menu's fourth line.
        let fourth =
            self.memory.step == Step::Idle && said.intent == Intent::Choose && said.option == Some(4);
        let text = match if fourth { Intent::Human } else { said.intent } {
            Intent::Urgent => {
                conversa.urgente = true;
                texts::urgent(self.clinica.telefone.as_deref())
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
            Intent::Who => texts::who_am_i(self.turn.tenant.nome()),
            Intent::Address => texts::address(self.clinica.endereco.as_deref()),
            Intent::Medical | Intent::Report => texts::no_medicine(),
            _ => return None,
        };
        Some(vec![text])
    }

    /// Nothing is being arranged.
    async fn idle(&mut self, said: &Understanding) -> Result<Option<Vec<String>>, Problem> {
        let intent = match (said.intent, said.option) {
            (Intent::Choose, Some(1)) => Intent::Book,
            (Intent::Choose, Some(2)) => Intent::Appointments,
            (Intent::Choose, Some(3)) => Intent::Cancel,
            (Intent::Inform | Intent::Correct | Intent::Greeting, _) if said.has_facts() => Intent::Book,
            (intent, _) => intent,
        };
        let texts = match intent {
            Intent::Book | Intent::Availability | Intent::More => {
                return self.start_booking(said).await.map(Some);
            }
            Intent::Appointments => self.appointments().await?,
            Intent::Cancel | Intent::NoShow => self.start_cancelling().await?,
            Intent::KeepAppointment => vec![texts::kept()],
            Intent::Reschedule => vec![texts::how_to_move()],
            Intent::Thanks | Intent::Yes => vec![texts::welcome()],
            Intent::No | Intent::GiveUp => vec![texts::gave_up()],
            intent if is_for_people(intent) => vec![texts::ask_the_clinic()],
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
            Step::ChooseCancel | Step::ConfirmCancel => self.ask_cancel_again().await?,
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

/// What only the clinic's people answer.
fn is_for_people(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Price
            | Intent::Insurance
            | Intent::Info
            | Intent::OtherQuestion
            | Intent::Document
            | Intent::Complaint
            | Intent::WaitingList
            | Intent::Late
            | Intent::Arrived
    )
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
