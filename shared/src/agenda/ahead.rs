//! How much of an agenda one phone may take by itself.

use jiff::{SignedDuration, Timestamp};

use crate::db::agendamentos::Author;
use crate::db::{TenantTx, agendamentos, espera, pacientes, reservas};
use crate::domain::telefone::Telefone;
use crate::id::{AgendamentoId, PacienteId};
use crate::problem::Problem;

/// Visits a phone has ahead that its people booked or asked for by themselves, with those it called off in the last [`DAY`]; for more the clinic is
/// asked. What was called off counts, or whoever books and cancels on and on has all the clinic hear of it.
const MOST_AHEAD: i64 = 6;
/// How long what was called off or moved counts.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How often a visit is moved by its patient in a [`DAY`].
const MOST_MOVES: i64 = 6;
/// How often it is changed by staff in a [`DAY`]: many times what a day at a desk asks for.
const MOST_CHANGES: i64 = 50;

/// Places in the waiting list of one phone: a family's. With more, every freed time would be kept for the same people.
const MOST_IN_LINE: i64 = 4;

fn ensure_few(ahead: i64, called_off: i64) -> Result<(), Problem> {
    if ahead + called_off < MOST_AHEAD {
        return Ok(());
    }
    let what = if called_off == 0 {
        format!("já tem {MOST_AHEAD} horários marcados")
    } else {
        format!("já tem {MOST_AHEAD} horários, contando os que cancelou há pouco")
    };
    let reason = format!("Este telefone {what}. Para mais um, fale com a clínica.");
    Err(Problem::SlotRefused { reason, alternatives: Vec::new() })
}

/// The same as [`ensure_few_ahead`] for somebody whose phone is not known, who has `ahead` visits ahead.
///
/// # Errors
/// As [`ensure_few_ahead`].
pub async fn ensure_few_of(
    tx: &mut TenantTx,
    paciente: Option<PacienteId>,
    ahead: usize,
    now: Timestamp,
) -> Result<(), Problem> {
    let Some(paciente) = paciente else { return ensure_few(i64::try_from(ahead).unwrap_or(i64::MAX), 0) };
    let called_off = reservas::count_called_off(tx, &[paciente], now - DAY).await?;
    let asked = reservas::count_requests(tx, paciente, now).await?;
    ensure_few(i64::try_from(ahead).unwrap_or(MOST_AHEAD).saturating_add(asked), called_off)
}

/// A visit is not sent around the agenda: each move frees a time and is told to whom it concerns. The caller holds the visit.
///
/// # Errors
/// [`Problem::TransitionRefused`] when its patient moved it often today.
pub(super) async fn ensure_few_moves(
    tx: &mut TenantTx,
    id: AgendamentoId,
    now: Timestamp,
) -> Result<(), Problem> {
    if agendamentos::count_own_moves(tx, id, now - DAY).await? < MOST_MOVES {
        return Ok(());
    }
    Err(Problem::TransitionRefused { from: "remarcado", to: "remarcado" })
}

/// A visit's history, which every change makes longer, does not grow without end: staff neither moves it nor takes it back and forth more often than this.
/// Asked after the change, which is undone when it is refused; nobody else's changes are counted, and calling off is never refused.
///
/// # Errors
/// [`Problem::TooManyChanges`].
pub(super) async fn ensure_few_changes(
    tx: &mut TenantTx,
    author: Author,
    id: AgendamentoId,
    now: Timestamp,
) -> Result<(), Problem> {
    if author.user.is_none() {
        return Ok(());
    }
    let Some(first) = agendamentos::staff_change_before(tx, id, MOST_CHANGES, now - DAY).await? else {
        return Ok(());
    };
    let wait = (first + DAY).duration_since(now).as_secs().max(1);
    Err(Problem::TooManyChanges { retry_after_seconds: wait.unsigned_abs() })
}

/// One phone does not fill an agenda. Asked where a patient books or requests by themselves, on the public page and by WhatsApp, in the
/// transaction that books and before a professional is locked; what staff books is not counted. Bookings of one phone queue from here
/// on, so that two at once do not both see the last place. Who was merged has their visits under the row that was kept: they count for the
/// phone of either.
///
/// # Errors
/// [`Problem::SlotRefused`], without alternatives, with words for the patient; [`Problem::Unavailable`] when Postgres does not answer.
pub async fn ensure_few_ahead(tx: &mut TenantTx, telefone: &Telefone, now: Timestamp) -> Result<(), Problem> {
    pacientes::lock_telefone(tx, telefone).await?;
    let people = pacientes::ids_by_telefone(tx, telefone).await?;
    let ahead = reservas::count_ahead(tx, &people, now).await?;
    ensure_few(ahead, reservas::count_called_off(tx, &people, now - DAY).await?)
}

/// Whether one more may wait with this phone; whoever asks for it queues meanwhile.
///
/// # Errors
/// When Postgres does not answer.
pub async fn may_wait(tx: &mut TenantTx, telefone: &Telefone) -> Result<bool, Problem> {
    pacientes::lock_telefone(tx, telefone).await?;
    let people = pacientes::ids_by_telefone(tx, telefone).await?;
    Ok(espera::count_of(tx, &people).await? < MOST_IN_LINE)
}

/// The same as [`may_wait`] for somebody whose phone is not known. Messages of one thread are answered one after the other.
///
/// # Errors
/// As [`may_wait`].
pub async fn may_wait_as(tx: &mut TenantTx, paciente: PacienteId) -> Result<bool, Problem> {
    Ok(espera::count_of(tx, &[paciente]).await? < MOST_IN_LINE)
}
