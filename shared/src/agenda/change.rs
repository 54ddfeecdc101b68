//! Changing an appointment: another time, another professional, another status.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::slots::{self, Wish};
use super::{Audience, Visit, arm_reminder, instant, snapshot};
use crate::db::agendamentos::{self, Agendamento, Author};
use crate::db::{TenantTx, medicos};
use crate::domain::status::Status;
use crate::id::{AgendamentoId, MedicoId};
use crate::problem::Problem;

/// What changes; `None` stays as it is.
#[derive(Debug, Default)]
pub struct Move {
    /// Another professional.
    pub medico_id: Option<MedicoId>,
    /// Another date.
    pub date: Option<Date>,
    /// Another time.
    pub time: Option<Time>,
    /// Another duration, minutes.
    pub duration: Option<i32>,
    /// Overbook on purpose.
    pub encaixe: Option<bool>,
}

/// Moves an appointment that still stands; a confirmed one has to be confirmed again. `only` hides those of other professionals.
///
/// # Errors
/// As [`super::book::book`], and [`Problem::TransitionRefused`] for one that no longer stands.
pub async fn reschedule(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    change: Move,
    author: Author,
    now: Timestamp,
) -> Result<Agendamento, Problem> {
    // The professionals first, in the order of their ids, then the appointment: the same order as everywhere.
    let seen = agendamentos::get(tx, id, only).await?;
    let target = change.medico_id.unwrap_or(seen.medico_id);
    for medico in [seen.medico_id.min(target), seen.medico_id.max(target)] {
        medicos::lock(tx, medico).await?;
    }
    let before = agendamentos::lock(tx, id, only).await?;
    let status = before.status()?;
    if !matches!(status, Status::Agendado | Status::Confirmado) {
        return Err(Problem::TransitionRefused { from: status.as_str(), to: Status::Agendado.as_str() });
    }
    let local = before.inicio_em.to_zoned(tx.time_zone().clone());
    let start = instant(tx, change.date.unwrap_or(local.date()), change.time.unwrap_or(local.time()))?;
    let medico = medicos::get(tx, target).await?;
    let minutes = before.fim_em.duration_since(before.inicio_em).as_mins();
    let duration = change.duration.or(i32::try_from(minutes).ok());
    let visit = Visit::of(tx, &medico, before.servico_id, duration).await?;
    let encaixe = change.encaixe.unwrap_or(before.encaixe);
    let wish = Wish { medico_id: target, visit, audience: Audience::Staff, moving: Some(id) };
    slots::ensure_bookable(tx, &wish, start, encaixe, now).await?;
    let (whole, occupied) = visit.at(start);
    agendamentos::reschedule(tx, id, target, whole, occupied, encaixe).await?;
    let after = agendamentos::get(tx, id, None).await?;
    agendamentos::record(tx, id, "remarcado", author, Some(snapshot(&before)?), snapshot(&after)?).await?;
    arm_reminder(tx, id, start, now).await?;
    Ok(after)
}

/// Takes an appointment to another status. Asking for the status it has changes nothing and is no error: clients repeat.
///
/// # Errors
/// [`Problem::TransitionRefused`]; [`Problem::NotFound`].
pub async fn set_status(
    tx: &mut TenantTx,
    id: AgendamentoId,
    only: Option<MedicoId>,
    to: Status,
    reason: Option<&str>,
    author: Author,
) -> Result<Agendamento, Problem> {
    let before = agendamentos::lock(tx, id, only).await?;
    let from = before.status()?;
    if from == to {
        return Ok(before);
    }
    if !from.can_become(to) {
        return Err(Problem::TransitionRefused { from: from.as_str(), to: to.as_str() });
    }
    agendamentos::set_status(tx, id, to).await?;
    let after = agendamentos::get(tx, id, None).await?;
    let mut kept = snapshot(&after)?;
    if let (Some(reason), Some(map)) = (reason, kept.as_object_mut()) {
        map.insert("motivo".to_owned(), reason.into());
    }
    agendamentos::record(tx, id, to.as_str(), author, Some(snapshot(&before)?), kept).await?;
    Ok(after)
}
