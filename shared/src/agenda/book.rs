//! Making an appointment.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::slots::{self, Wish};
use super::{Audience, Visit, arm_reminder, instant, snapshot};
use crate::db::agendamentos::{self, Agendamento, Author, NewAgendamento};
use crate::db::{TenantTx, medicos, pacientes};
use crate::domain::nome::Nome;
use crate::domain::telefone::Telefone;
use crate::id::{ConvenioId, MedicoId, PacienteId, ServicoId};
use crate::problem::Problem;

/// For whom an appointment is made.
#[derive(Debug)]
pub enum Who {
    /// A patient the clinic knows.
    Known(PacienteId),
    /// A person by name, created when the clinic does not know them on this phone.
    Named {
        /// The name the person gave.
        nome: Nome,
        /// Where to reach them.
        telefone: Option<Telefone>,
    },
}

/// What somebody wants to book, in the clinic's own time.
#[derive(Debug)]
pub struct Booking {
    /// With whom.
    pub medico_id: MedicoId,
    /// The date.
    pub date: Date,
    /// The time.
    pub time: Time,
    /// Minutes, if not the service's or the professional's.
    pub duration: Option<i32>,
    /// The service.
    pub servico_id: Option<ServicoId>,
    /// The health plan.
    pub convenio_id: Option<ConvenioId>,
    /// For whom.
    pub who: Who,
    /// What it is about.
    pub motivo: Option<String>,
    /// Overbook on purpose: staff only, recorded, and no obstacle to itself.
    pub encaixe: bool,
    /// Whose rules apply.
    pub audience: Audience,
}

/// Books, or says why not and what is free instead.
///
/// # Errors
/// [`Problem::SlotTaken`], [`Problem::SlotRefused`]; [`Problem::NotFound`] when something is not this clinic's.
pub async fn book(
    tx: &mut TenantTx,
    booking: Booking,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    medicos::lock(tx, booking.medico_id).await?;
    let medico = medicos::get(tx, booking.medico_id).await?;
    let visit = Visit::of(tx, &medico, booking.servico_id, booking.duration).await?;
    let start = instant(tx, booking.date, booking.time)?;
    let wish = Wish { medico_id: medico.id, visit, audience: booking.audience, moving: None };
    slots::ensure_bookable(tx, &wish, start, booking.encaixe, now).await?;
    let paciente_id = match booking.who {
        Who::Known(id) => pacientes::hold(tx, id).await?,
        Who::Named { nome, telefone } => pacientes::find_or_insert(tx, nome, telefone).await?,
    };
    let (whole, occupied) = visit.at(start);
    let new = NewAgendamento {
        medico_id: medico.id,
        paciente_id,
        servico_id: booking.servico_id,
        convenio_id: booking.convenio_id,
        visit: whole,
        occupied,
        encaixe: booking.encaixe,
        motivo: booking.motivo,
        preco_centavos: visit.price,
    };
    let Some(id) = agendamentos::insert(tx, &new, author).await? else {
        let alternatives = slots::alternatives(tx, &wish, start, now).await?;
        return Err(Problem::SlotTaken { alternatives });
    };
    let made = agendamentos::get(tx, id, None).await?;
    agendamentos::record(tx, id, "criado", author, None, snapshot(&made)?).await?;
    arm_reminder(tx, id, start, now).await?;
    Ok(made)
}
