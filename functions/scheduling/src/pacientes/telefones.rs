//! How many phones a médico brings into the clinic. Whoever is written down is written to: from the clinic's number, which WhatsApp closes when strangers
//! complain. Who keeps the whole agenda registers whole lists; a médico registers who sits before them.

use shared::agenda::book::Who;
use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::db::pacientes;
use shared::domain::telefone::Telefone;
use shared::parts::HttpParts;
use shared::problem::Problem;

/// Phones the clinic never had, of one médico who does not manage it, within a day.
const NEW: Limited = Limited { name: "telefones_medico", most: 60, window: 24 * 3600 };

/// Counts a phone the clinic never had, of a médico. One that is there costs nothing: whoever repeats a request is counted once.
///
/// # Errors
/// [`Problem::TooManyAttempts`] with the seconds to wait.
pub(crate) async fn count_new(
    parts: &HttpParts,
    session: &Session,
    telefone: Option<&Telefone>,
) -> Result<(), Problem> {
    let Some(telefone) = telefone.filter(|_| session.scope().only().is_some()) else { return Ok(()) };
    let known = parts.db.in_tenant(session, async |tx| pacientes::has_telefone(tx, telefone).await).await?;
    if known {
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
