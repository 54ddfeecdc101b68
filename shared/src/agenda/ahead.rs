//! How much of an agenda one phone may take by itself.

use jiff::Timestamp;

use crate::db::{TenantTx, espera, pacientes, reservas};
use crate::domain::telefone::Telefone;
use crate::problem::Problem;

/// Visits a phone has ahead that its people booked or asked for by themselves; for more the clinic is asked.
const MOST_AHEAD: i64 = 6;

/// Places in the waiting list of one phone: a family's. With more, every freed time would be kept for the same people.
const MOST_IN_LINE: i64 = 4;

/// Refuses one more when `count` visits are ahead already.
///
/// # Errors
/// [`Problem::SlotRefused`], without alternatives, with words for the patient.
pub fn ensure_few(count: i64) -> Result<(), Problem> {
    if count < MOST_AHEAD {
        return Ok(());
    }
    let reason =
        format!("Este telefone já tem {MOST_AHEAD} horários marcados. Para mais um, fale com a clínica.");
    Err(Problem::SlotRefused { reason, alternatives: Vec::new() })
}

/// One phone does not fill an agenda. Asked where a patient books or requests by themselves, on the public page and by WhatsApp, in the
/// transaction that books and before a professional is locked; what staff books is not counted. Bookings of one phone queue from here
/// on, so that two at once do not both see the last place.
///
/// # Errors
/// [`Problem::SlotRefused`], without alternatives, with words for the patient; [`Problem::Unavailable`] when Postgres does not answer.
pub async fn ensure_few_ahead(tx: &mut TenantTx, telefone: &Telefone, now: Timestamp) -> Result<(), Problem> {
    pacientes::lock_telefone(tx, telefone).await?;
    ensure_few(reservas::count_ahead(tx, telefone.as_e164(), now).await?)
}

/// Whether one more may wait with this phone; whoever asks for it queues meanwhile.
///
/// # Errors
/// When Postgres does not answer.
pub async fn may_wait(tx: &mut TenantTx, telefone: &Telefone) -> Result<bool, Problem> {
    pacientes::lock_telefone(tx, telefone).await?;
    Ok(espera::count_with_phone(tx, telefone).await? < MOST_IN_LINE)
}
