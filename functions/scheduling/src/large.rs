//! Changes that hold agendas or conversations for long, because they go through many of them: whoever books or writes there waits meanwhile, with an execution
//! of the function each. One of a clinic is made at a time (`shared::db::heavy`), and so many in ten minutes.

use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::parts::HttpParts;
use shared::problem::Problem;

/// Changes of the rules of reminders, which arm all visits ahead anew.
pub(crate) const RULES: Large = Large {
    of_user: Limited { name: "regras_lembrete", most: 20, window: 600 },
    of_clinic: Limited { name: "regras_lembrete_clinica", most: 40, window: 600 },
};
/// Blocks that tell or move whom they meet.
pub(crate) const BLOCKS: Large = Large {
    of_user: Limited { name: "bloqueio_mexe", most: 20, window: 600 },
    of_clinic: Limited { name: "bloqueio_mexe_clinica", most: 40, window: 600 },
};

/// Series, booked or called off: sixty visits one after the other.
pub(crate) const SERIES: Large = Large {
    of_user: Limited { name: "series", most: 40, window: 600 },
    of_clinic: Limited { name: "series_clinica", most: 120, window: 600 },
};
/// Removals of people (LGPD), which go through all that was said.
pub(crate) const REMOVALS: Large = Large {
    of_user: Limited { name: "remocao", most: 20, window: 600 },
    of_clinic: Limited { name: "remocao_clinica", most: 40, window: 600 },
};

/// How often something may be changed.
#[derive(Clone, Copy)]
pub(crate) struct Large {
    of_user: Limited,
    of_clinic: Limited,
}

impl Large {
    /// Counts one more of who is in the session, and of the clinic.
    ///
    /// # Errors
    /// [`Problem::TooManyAttempts`] with the seconds to wait.
    pub(crate) async fn count(self, parts: &HttpParts, session: &Session) -> Result<(), Problem> {
        parts.db.ensure_goes_on(session).await?;
        let clinic = Some(session.tenant().cliente_id());
        let counts = [self.of_user.of(clinic, &session.counted_as()), self.of_clinic.of(clinic, "")];
        Ok(parts.rate.count_all(&counts).await?)
    }
}
