//! How much of an agenda one phone may take by itself.

use jiff::Timestamp;

use crate::db::{TenantTx, pacientes, reservas};
use crate::domain::telefone::Telefone;
use crate::problem::Problem;

/// Visits a phone has ahead that its people booked or asked for by themselves; for more the clinic is asked.
const MOST_AHEAD: i64 = 6;

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
