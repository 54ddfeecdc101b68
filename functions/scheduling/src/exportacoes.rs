//! What leaves the clinic as a file: the copy of a patient's data and the tables of reports. Counted per user and clinic, for a session left open
//! somewhere must not carry everything away, and kept in the audit.

use shared::auth::Session;
use shared::auth::rate::{Full, Limited};
use shared::parts::HttpParts;
use shared::problem::Problem;

/// Copies of patients' data, within an hour; each holds all there is of a person.
pub(crate) const COPIES: Exports = Exports {
    of_user: Limited { name: "copia_paciente", most: 20, window: 3600 },
    of_clinic: Limited { name: "copia_paciente_clinica", most: 60, window: 3600 },
};
/// Tables of reports, within an hour.
pub(crate) const TABLES: Exports = Exports {
    of_user: Limited { name: "tabela", most: 60, window: 3600 },
    of_clinic: Limited { name: "tabela_clinica", most: 240, window: 3600 },
};

/// How often something may be exported.
#[derive(Clone, Copy)]
pub(crate) struct Exports {
    of_user: Limited,
    of_clinic: Limited,
}

impl Exports {
    /// Counts one more of who is in the session, and of the clinic.
    ///
    /// # Errors
    /// [`Problem::TooManyExports`] with the seconds to wait.
    pub(crate) async fn count(self, parts: &HttpParts, session: &Session) -> Result<(), Problem> {
        parts.db.ensure_goes_on(session).await?;
        let clinic = Some(session.tenant().cliente_id());
        let counts = [self.of_user.of(clinic, &session.counted_as()), self.of_clinic.of(clinic, "")];
        parts.rate.count_all(&counts).await.map_err(|full| refused(session, full))
    }
}

fn refused(session: &Session, full: Full) -> Problem {
    let Full { limited, retry_after_seconds } = full;
    tracing::warn!(
        cliente.id = %session.tenant().cliente_id(),
        user.id = %session.user_id(),
        limite = limited.name,
        "an export was refused: too many in an hour"
    );
    Problem::TooManyExports { retry_after_seconds }
}
