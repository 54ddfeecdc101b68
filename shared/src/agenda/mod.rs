//! The one writer of times in the agenda, and the one answer to "what is free". What takes or moves no time is written by `db` alone: lifting
//! a block, joining the waiting list, erasing a person.
//!
//! The API, the assistant, the public page and whatever comes next ask here, so they cannot disagree. [`slots`] answers from the pure
//! engine in `domain::availability`, which `sheet` feeds (with the hours of `opening`); [`judge`] decides on an explicit start. What writes: [`book`], [`change`] (another
//! time, professional, length, service or health plan), [`status`] (the life of an appointment), [`hold`] (time kept while somebody chooses), [`requests`] (what waits for approval), [`online`]
//! (the public page), [`series`], [`waiting`] (the waiting list), [`blocks`]. Every path that makes a time occupied locks first, asks the engine, and meets the database's own
//! constraints last. Locks are taken in one order, so that nobody waits in a ring: the patient, the professionals in the order of their ids, the
//! appointment (or hold, or offer), the resources in the order of theirs, the waiting list. All of it runs inside a transaction the caller opened.
//!
//! In that transaction, too, `reminders` arms what the patient is told later (in the words of [`texts`]), `professionals` writes what the professional is told, and
//! [`notice`] what the patient is told now.

mod ahead;
pub mod blocks;
pub mod book;
pub mod cancelled;
pub mod change;
pub mod emergency;
pub mod hold;
pub mod joining;
pub mod judge;
pub mod limit;
pub mod missed;
pub mod notice;
pub mod offered;
pub mod online;
mod opening;
mod plan;
mod professionals;
mod reminders;
pub mod requests;
pub mod series;
mod sheet;
pub mod slots;
pub mod status;
pub mod texts;
pub mod waiting;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};

use crate::db::agenda::{self, Oferecido};
use crate::db::agendamentos::{Agendamento, Author, Placed};
use crate::db::medicos::Medico;
use crate::db::{TenantTx, medicos};
use crate::domain::availability;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, ServicoId};
use crate::problem::Problem;

pub use ahead::{ensure_few_ahead, ensure_few_of, may_wait, may_wait_as};
pub use reminders::rules_changed;

/// For whom times are offered. Patients keep the clinic's notice and horizon; staff may book anything that lies ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A user of the clinic.
    Staff,
    /// A patient, by whatever channel.
    Patient,
}

/// The longest visit, minutes.
pub const LONGEST_VISIT: i32 = 12 * 60;

/// A visit somebody wants to place.
#[derive(Debug, Clone)]
pub struct Wish {
    /// With whom.
    pub medico_id: MedicoId,
    /// How long, and what it needs.
    pub visit: Visit,
    /// By which health plan.
    pub convenio_id: Option<ConvenioId>,
    /// Whose rules apply.
    pub audience: Audience,
    /// The appointment being moved, which is no obstacle to itself.
    pub moving: Option<AgendamentoId>,
    /// Whose holds are no obstacle.
    pub owner: Option<String>,
    /// Whether what strangers chose on the public page is no obstacle either: it is not to who works at the clinic, and ends where they book.
    pub over_strangers: bool,
}

impl Wish {
    /// A new visit, without a health plan and without holds.
    pub fn new(medico_id: MedicoId, visit: Visit, audience: Audience) -> Self {
        Self {
            medico_id,
            visit,
            convenio_id: None,
            audience,
            moving: None,
            owner: None,
            over_strangers: false,
        }
    }

    /// The same as `author` places it.
    #[must_use]
    pub fn by(self, author: Author) -> Self {
        Self { over_strangers: author.user.is_some(), ..self }
    }

    /// What an appointment takes, to be placed again; it is no obstacle to itself.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub async fn again(
        tx: &mut TenantTx,
        appointment: &Agendamento,
        audience: Audience,
    ) -> Result<Self, Problem> {
        let medico = medicos::known(tx, appointment.medico_id).await?;
        let duration = i32::try_from(appointment.fim_em.duration_since(appointment.inicio_em).as_mins()).ok();
        let (servico, convenio) = (appointment.servico_id, appointment.convenio_id);
        let visit = Visit::standing(tx, &medico, servico, convenio, duration).await?;
        Ok(Self {
            convenio_id: convenio,
            moving: Some(appointment.id),
            ..Self::new(medico.id, visit, audience)
        })
    }

    /// The same as staff would place it, with the resources it needs locked.
    async fn standing(tx: &mut TenantTx, appointment: &Agendamento) -> Result<Self, Problem> {
        let wish = Self::again(tx, appointment, Audience::Staff).await?;
        wish.visit.lock_needs(tx).await?;
        Ok(wish)
    }
}

/// How long a visit takes and keeps free around it, and what it needs.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Minutes.
    pub duration: i32,
    /// Minutes kept free before.
    pub before: i32,
    /// Minutes kept free after.
    pub after: i32,
    /// The price today, centavos.
    pub price: Option<i64>,
    /// The service, if one was named.
    pub service: Option<Oferecido>,
}

impl Visit {
    /// What was asked for, else the service's, else the professional's.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when the service is not there; [`Problem::InvalidFields`] for a duration out of bounds.
    pub async fn of(
        tx: &mut TenantTx,
        medico: &Medico,
        servico: Option<ServicoId>,
        convenio: Option<ConvenioId>,
        duration: Option<i32>,
    ) -> Result<Self, Problem> {
        let visit = match servico {
            None => {
                Self { duration: medico.duracao_minutos, before: 0, after: 0, price: None, service: None }
            }
            Some(id) => Self::from(agenda::oferecido(tx, id, convenio).await?),
        };
        visit.lasting(duration)
    }

    /// The visit of an appointment that stands: its service may not be offered any more.
    ///
    /// # Errors
    /// As [`Visit::of`].
    pub(super) async fn standing(
        tx: &mut TenantTx,
        medico: &Medico,
        servico: Option<ServicoId>,
        convenio: Option<ConvenioId>,
        duration: Option<i32>,
    ) -> Result<Self, Problem> {
        match servico {
            None => Self::of(tx, medico, None, convenio, duration).await,
            Some(id) => Self::from(agenda::marcado(tx, id, convenio).await?).lasting(duration),
        }
    }

    /// The visit of an appointment that is changed: what stays of it may not be offered any more, and another service brings its own length.
    async fn changed(
        tx: &mut TenantTx,
        before: &Agendamento,
        medico: &Medico,
        (servico, convenio): (Option<ServicoId>, Option<ConvenioId>),
        duration: Option<i32>,
    ) -> Result<Self, Problem> {
        if servico != before.servico_id {
            return Self::of(tx, medico, servico, convenio, duration).await;
        }
        let kept = i32::try_from(before.fim_em.duration_since(before.inicio_em).as_mins()).ok();
        Self::standing(tx, medico, servico, convenio, duration.or(kept)).await
    }

    fn lasting(self, duration: Option<i32>) -> Result<Self, Problem> {
        let duration = duration.unwrap_or(self.duration);
        if !(5..=LONGEST_VISIT).contains(&duration) {
            let limits = format!("A duração precisa ficar entre 5 e {LONGEST_VISIT} minutos.");
            return Err(Problem::field("duracao", limits));
        }
        Ok(Self { duration, ..self })
    }

    /// The visit that starts at `start`: the visit itself, and with its padding.
    fn at(&self, start: Timestamp) -> Placed {
        let end = start + minutes(self.duration);
        Placed { start, end, from: start - minutes(self.before), to: end + minutes(self.after) }
    }

    fn shape(&self) -> availability::Visit {
        availability::Visit {
            duration: minutes(self.duration),
            before: minutes(self.before),
            after: minutes(self.after),
            seats: 1,
        }
    }

    fn needs(&self) -> Vec<sheet::Need> {
        let Some(service) = &self.service else {
            return Vec::new();
        };
        let counts = service.precisa.iter().zip(&service.existe);
        let needs = service.recursos.iter().zip(counts);
        needs
            .map(|(recurso_id, (quantity, exists))| sheet::Need {
                recurso_id: *recurso_id,
                quantity: *quantity,
                exists: *exists,
            })
            .collect()
    }

    /// Locks the resources it needs, in the order of their ids.
    async fn lock_needs(&self, tx: &mut TenantTx) -> Result<(), Problem> {
        match &self.service {
            Some(service) => agenda::lock_recursos(tx, &service.recursos).await,
            None => Ok(()),
        }
    }
}

impl From<Oferecido> for Visit {
    fn from(service: Oferecido) -> Self {
        Self {
            duration: service.duracao_minutos,
            before: service.antes_minutos,
            after: service.depois_minutos,
            price: service.preco_centavos,
            service: Some(service),
        }
    }
}

fn minutes(minutes: i32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

/// The instant of a wall time in the clinic's zone: a time in a gap moves forward, of a repeated one the first is meant.
///
/// # Errors
/// [`Problem::InvalidFields`] for a date outside the calendar.
pub fn instant(tx: &TenantTx, date: Date, time: Time) -> Result<Timestamp, Problem> {
    let zoned = tx.time_zone().to_ambiguous_zoned(date.to_datetime(time)).compatible();
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| Problem::field("data", "A data não existe."))
}

/// What the history keeps of an appointment: never who the patient is, nor what they said.
fn snapshot(agendamento: &Agendamento) -> Result<serde_json::Value, Problem> {
    Ok(serde_json::json!({
        "medico_id": agendamento.medico_id,
        "inicio_em": agendamento.inicio_em,
        "fim_em": agendamento.fim_em,
        "status": agendamento.status()?.as_str(),
        "encaixe": agendamento.encaixe,
        "servico_id": agendamento.servico_id,
        "convenio_id": agendamento.convenio_id,
        "convenio_nome": agendamento.convenio_nome,
        "preco_centavos": agendamento.preco_centavos,
    }))
}
