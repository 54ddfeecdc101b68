//! How many phones a médico writes, and how often anybody changes one. Whoever is written down is written to: from the clinic's number, which WhatsApp closes when strangers
//! complain. Who keeps the whole agenda registers whole lists; a médico registers who sits before them.

use shared::agenda::book::Who;
use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::db::{TenantTx, pacientes};
use shared::domain::telefone::Telefone;
use shared::id::PacienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;

/// Phones that are no own patient's, of one médico who does not manage the clinic, within a day. Whether a colleague's patient has one is nothing to be told by what is counted:
/// who writes patients down never meets this, who tries numbers does, whether they are somebody's or not.
const NEW: Limited = Limited { name: "telefones_medico", most: 60, window: 24 * 3600 };

/// Times one user gives one patient another phone within a day, and all patients. Each is written down for years, and the agenda and the assistant follow it.
const OTHER: Limited = Limited { name: "telefone_trocado", most: 20, window: 24 * 3600 };
const OTHER_OF_ALL: Limited = Limited { name: "telefones_trocados", most: 500, window: 24 * 3600 };

/// Counts a phone a médico writes, unless it is of a patient of theirs, which tells them nothing. The caller has read the rest of the request: one that is refused for what stands
/// in it asks for nothing.
///
/// # Errors
/// [`Problem::TooManyAttempts`] with the seconds to wait.
pub(crate) async fn count_new(
    parts: &HttpParts,
    session: &Session,
    telefone: Option<&Telefone>,
) -> Result<(), Problem> {
    let (Some(telefone), Some(medico)) = (telefone, session.scope().only()) else { return Ok(()) };
    let work = async |tx: &mut TenantTx| pacientes::is_telefone_of_own(tx, telefone, medico).await;
    if parts.db.in_tenant(session, work).await? {
        return Ok(());
    }
    parts.rate.count(Some(session.tenant().cliente_id()), NEW, &session.counted_as()).await
}

/// The same of a phone as it was typed; one that is none is refused where it is read.
///
/// # Errors
/// As [`count_new`].
pub(crate) async fn count_typed(
    parts: &HttpParts,
    session: &Session,
    telefone: Option<&str>,
) -> Result<(), Problem> {
    let telefone = telefone.and_then(|text| Telefone::parse(text).ok());
    count_new(parts, session, telefone.as_ref()).await
}

/// The same of for whom a visit is booked.
///
/// # Errors
/// As [`count_new`].
pub(crate) async fn count_of(parts: &HttpParts, session: &Session, who: &Who) -> Result<(), Problem> {
    match who {
        Who::Known(_) => Ok(()),
        Who::Named { telefone, .. } | Who::NamedBy { telefone, .. } => {
            count_new(parts, session, telefone.as_ref()).await
        }
    }
}

/// Counts another phone of a patient, as it was typed; the one they have costs nothing, and somebody who is not there is refused where the change is made.
/// Each user by themselves: who may not change a phone uses up nothing of who may.
///
/// # Errors
/// [`Problem::TooManyAttempts`] with the seconds to wait.
pub(crate) async fn count_other(
    parts: &HttpParts,
    session: &Session,
    id: PacienteId,
    typed: Option<&str>,
) -> Result<(), Problem> {
    let told = typed.and_then(|text| Telefone::parse(text).ok()).map(String::from);
    let only = session.scope().only();
    let found = parts.db.in_tenant(session, async |tx| pacientes::get_visible(tx, id, only).await).await;
    match found {
        Ok(patient) if patient.telefone == told => return Ok(()),
        Err(Problem::NotFound) => return Ok(()),
        found => found.map(drop)?,
    }
    let (clinic, user) = (Some(session.tenant().cliente_id()), session.counted_as());
    let counts = [OTHER.of(clinic, &format!("{id} {user}")), OTHER_OF_ALL.of(clinic, &user)];
    Ok(parts.rate.count_all(&counts).await?)
}
