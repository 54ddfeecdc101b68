//! Looking, as the dialogue does, for whoever thinks about a message before the turn: nothing is kept, booked or remembered.

use jiff::civil::Date;
use shared::agenda::slots::EmptyReason;
use shared::db::TenantTx;
use shared::db::clinica::{self, Clinica};
use shared::db::conversas::Conversa;
use shared::db::medicos::{self, Medico};
use shared::db::pacientes::Paciente;
use shared::id::MedicoId;
use shared::problem::Problem;

use super::appointments::Coming;
use super::memory::{Memory, Slot};
use super::{Known, Talk, Turn};
use crate::reading::Understanding;

/// What is wanted of the agenda.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// With one of these; with whomever when empty.
    pub(crate) medicos: Vec<MedicoId>,
    /// For what, by the clinic's own name for it.
    pub(crate) servico: Option<String>,
    /// By which health plan, likewise.
    pub(crate) convenio: Option<String>,
    /// The first and the last day.
    pub(crate) period: (Date, Date),
}

/// What the agenda has.
#[derive(Debug)]
pub(crate) enum Free {
    /// These times.
    Times(Vec<Slot>),
    /// None, and why, if there is one reason.
    None(Option<EmptyReason>),
    /// First somebody has to say for what.
    WhichService,
}

impl<'a> Talk<'a> {
    async fn look(
        tx: &'a mut TenantTx,
        turn: &'a Turn<'a>,
        memory: &Memory,
        conversa: &Conversa,
    ) -> Result<Self, Problem> {
        let medicos = medicos::list(tx, None).await?;
        Self::begin(tx, turn, memory.clone(), medicos, conversa).await
    }
}

/// The times the dialogue would find.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn free(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    memory: &Memory,
    conversa: &Conversa,
    wanted: &Wanted,
) -> Result<Free, Problem> {
    let mut talk = Talk::look(tx, turn, memory, conversa).await?;
    let said = Understanding {
        medicos: wanted.medicos.clone(),
        service: wanted.servico.clone(),
        insurance: wanted.convenio.clone(),
        any_professional: wanted.medicos.is_empty() && memory.request.medicos.is_empty(),
        ..Understanding::default()
    };
    talk.take(&said).await?;
    let medicos = talk.candidates().unwrap_or_else(|| talk.medicos.clone());
    let Ok(medicos): Result<Vec<Medico>, _> = talk.servico(medicos).await? else {
        return Ok(Free::WhichService);
    };
    let free = talk.free(&medicos, wanted.period).await?;
    Ok(if free.slots.is_empty() { Free::None(free.reason) } else { Free::Times(free.slots) })
}

/// What stands of whoever writes, and who is known on their phone.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn coming(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    conversa: &Conversa,
) -> Result<(Vec<Coming>, Vec<Paciente>), Problem> {
    let mut talk = Talk::look(tx, turn, &Memory::default(), conversa).await?;
    Ok((talk.coming().await?, talk.people().await?))
}

/// What a clinic tells of itself.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn clinic(tx: &mut TenantTx) -> Result<(Clinica, Vec<Medico>), Problem> {
    Ok((clinica::get(tx).await?, medicos::list(tx, None).await?))
}

/// What the words of a message say by themselves.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn read(
    tx: &mut TenantTx,
    turn: &Turn<'_>,
    medicos: &[Medico],
    text: &str,
) -> Result<Understanding, Problem> {
    let now = tx.time_zone().to_datetime(turn.now);
    Ok(Known::load(tx, medicos, now).await?.read(text))
}
