//! What leaves the clinic as a file: the copy of a patient's data and the tables of reports. Counted per user and clinic, for a session left open
//! somewhere must not carry everything away, and kept in the audit.

use shared::auth::Session;
use shared::auth::rate::Limited;
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
    /// Counts one more of who is in the session; first of the user, so that whoever is refused uses up nothing of the clinic's.
    ///
    /// # Errors
    /// [`Problem::TooManyExports`] with the seconds to wait.
    pub(crate) async fn count(self, parts: &HttpParts, session: &Session) -> Result<(), Problem> {
        let clinic = Some(session.tenant().cliente_id());
        let user = session.counted_as();
        for (limited, who) in [(self.of_user, user.as_str()), (self.of_clinic, "")] {
            parts
                .rate
                .count(clinic, limited, who)
                .await
                .map_err(|problem| refused(session, limited, problem))?;
        }
        Ok(())
    }
}

fn refused(session: &Session, limited: Limited, problem: Problem) -> Problem {
    let Problem::TooManyAttempts { retry_after_seconds } = problem else { return problem };
    tracing::warn!(
        cliente.id = %session.tenant().cliente_id(),
        user.id = %session.user_id(),
        limite = limited.name,
        "an export was refused: too many in an hour"
    );
    Problem::TooManyExports { retry_after_seconds }
}
