//! Making an appointment.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::judge::{alternatives, ensure_bookable};
use super::professionals::{self, Event};
use super::reminders::{self, Occasion};
use super::{Audience, Visit, Wish, instant, limit, snapshot};
use crate::db::agendamentos::{self, Agendamento, Author, NewAgendamento};
use crate::db::{TenantTx, agenda, medicos, pacientes, reservas};
use crate::domain::nome::Nome;
use crate::domain::status::Status;
use crate::domain::telefone::Telefone;
use crate::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId};
use crate::problem::Problem;

/// For whom an appointment is made.
#[derive(Debug, Clone)]
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
    /// The same, booked by a professional who sees only the own patients: who knows somebody's name and phone gets nobody else's file by
    /// them. Somebody the clinic knows without them becomes a row of their own, which staff finds among the duplicates.
    NamedBy {
        /// The professional.
        medico: MedicoId,
        /// The name the person gave.
        nome: Nome,
        /// Where to reach them.
        telefone: Option<Telefone>,
    },
}

impl Who {
    /// Whom somebody means who sees only one professional's patients, or everybody.
    #[must_use]
    pub fn seen_by(self, only: Option<MedicoId>) -> Self {
        match (self, only) {
            (Self::Named { nome, telefone }, Some(medico)) => Self::NamedBy { medico, nome, telefone },
            (who, _) => who,
        }
    }
}

/// What somebody wants to book, in the clinic's own time.
#[derive(Debug, Clone)]
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
    /// The visit this one follows.
    pub retorno_de: Option<AgendamentoId>,
    /// Whose rules apply.
    pub audience: Audience,
    /// Whose hold this is, if somebody kept the time.
    pub owner: Option<String>,
}

/// Books, or says why not and what is free instead.
///
/// # Errors
/// [`Problem::SlotTaken`], [`Problem::SlotRefused`], [`Problem::TooManyEncaixes`], [`Problem::PlanLimit`]; [`Problem::NotFound`] when something is not this clinic's;
/// [`Problem::InvalidFields`] for a return that does not fit its visit.
pub async fn book(
    tx: &mut TenantTx,
    booking: Booking,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    let (wish, convenio) = wish(tx, &booking, author).await?;
    let paciente_id = resolve(tx, booking.who).await?;
    tx.mark().await?;
    medicos::lock(tx, booking.medico_id).await?;
    let start = instant(tx, booking.date, booking.time)?;
    wish.visit.lock_needs(tx).await?;
    ensure_bookable(tx, &wish, start, booking.encaixe, now).await?;
    if let Err(full) = limit::ensure_room(tx, author, start).await {
        tx.let_go().await?;
        return Err(full);
    }
    let new = NewAgendamento {
        medico_id: booking.medico_id,
        paciente_id,
        servico_id: booking.servico_id,
        convenio,
        placed: wish.visit.at(start),
        encaixe: booking.encaixe,
        motivo: booking.motivo,
        preco_centavos: price(tx, &wish.visit, booking.retorno_de, paciente_id, start).await?,
        retorno_de_id: booking.retorno_de,
        serie_id: None,
    };
    let Some(made) = place(tx, &new, Occasion::Booked, author, now).await? else {
        let alternatives = alternatives(tx, &wish, start, now).await?;
        return Err(Problem::SlotTaken { alternatives });
    };
    professionals::tell(tx, &made, Event::New, author, now).await?;
    if let Some(owner) = &wish.owner {
        reservas::release(tx, owner).await?;
    }
    Ok(made)
}

/// What a booking wants of the agenda, and the health plan with its name now.
pub(super) async fn wish(
    tx: &mut TenantTx,
    booking: &Booking,
    author: Author,
) -> Result<(Wish, Option<(ConvenioId, String)>), Problem> {
    let medico = medicos::get(tx, booking.medico_id).await?;
    let convenio = match booking.convenio_id {
        Some(id) => Some((id, agenda::convenio_nome(tx, id).await?)),
        None => None,
    };
    let visit = Visit::of(tx, &medico, booking.servico_id, booking.convenio_id, booking.duration).await?;
    let (convenio_id, owner) = (booking.convenio_id, booking.owner.clone());
    let wish = Wish { convenio_id, owner, ..Wish::new(medico.id, visit, booking.audience) }.by(author);
    Ok((wish, convenio))
}

/// The patient meant, created when the clinic does not know them on this phone.
///
/// # Errors
/// [`Problem::NotFound`] when the patient is not this clinic's.
pub async fn resolve(tx: &mut TenantTx, who: Who) -> Result<PacienteId, Problem> {
    match who {
        Who::Known(id) => pacientes::hold(tx, id).await,
        Who::Named { nome, telefone } => pacientes::find_or_insert(tx, nome, telefone, None).await,
        Who::NamedBy { medico, nome, telefone } => {
            pacientes::find_or_insert(tx, nome, telefone, Some(medico)).await
        }
    }
}

/// Inserts, with its history and its reminders; `None` when the database says that the time is taken.
pub(super) async fn place(
    tx: &mut TenantTx,
    new: &NewAgendamento,
    occasion: Occasion,
    author: Author,
    now: Timestamp,
) -> Result<Option<Agendamento>, Problem> {
    let Some(id) = agendamentos::insert(tx, new, author, now).await? else {
        return Ok(None);
    };
    let made = agendamentos::get(tx, id, None).await?;
    agendamentos::record(tx, id, "criado", author, (None, snapshot(&made)?), now).await?;
    reminders::arm(tx, &made, occasion, author, now).await?;
    Ok(Some(made))
}

/// The service's price; a return costs nothing while the clinic's days for it last.
pub(super) async fn price(
    tx: &mut TenantTx,
    visit: &Visit,
    retorno_de: Option<AgendamentoId>,
    paciente: PacienteId,
    start: Timestamp,
) -> Result<Option<i64>, Problem> {
    let Some(id) = retorno_de else {
        return Ok(visit.price);
    };
    let first = agendamentos::get(tx, id, None).await?;
    if first.paciente_id != paciente {
        return Err(Problem::field("retorno_de_id", "O retorno precisa ser do mesmo paciente."));
    }
    if matches!(first.status()?, Status::Cancelado | Status::Faltou | Status::Remarcado) {
        return Err(Problem::field("retorno_de_id", "A consulta de origem não aconteceu."));
    }
    if start < first.fim_em {
        return Err(Problem::field("retorno_de_id", "O retorno vem depois da consulta de origem."));
    }
    let days = agenda::rules(tx).await?.retorno_dias;
    let zone = tx.time_zone();
    let between = zone.to_datetime(start).date().since(zone.to_datetime(first.inicio_em).date());
    let free = between.is_ok_and(|span| span.get_days() <= days);
    Ok(if free { Some(0) } else { visit.price })
}
