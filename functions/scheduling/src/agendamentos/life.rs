//! What happens to an appointment: confirmed, arrived, begun, ended, missed, called off, taken up again. All may be repeated without a second
//! effect.

use axum::extract::State;
use serde::Deserialize;
use shared::agenda::Audience;
use shared::agenda::status::{Step, step};
use shared::auth::Session;
use shared::http::{Json, Path};
use shared::id::AgendamentoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{AgendamentoOut, author};
use crate::input::Fields;

/// Why an appointment is cancelled, and by whom.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CancelIn {
    motivo: Option<String>,
    /// `clinica` (when missing) or `paciente`, who called.
    por: Option<String>,
}

impl CancelIn {
    /// Whether the patient calls it off, and why.
    pub(super) fn check(self, fields: &mut Fields) -> (bool, Option<String>) {
        let reason = fields.text("motivo", self.motivo, 500);
        let who = [("clinica", false), ("paciente", true)];
        let by_patient = self.por.and_then(|word| fields.one_of("por", &word, &who));
        (by_patient.unwrap_or(false), reason)
    }
}

/// `POST /api/agendamentos/{id}/confirmacao`: users of the clinic, a médico in the own agenda.
pub(crate) async fn confirm(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Confirm).await
}

/// `POST /api/agendamentos/{id}/chegada`: the same.
pub(crate) async fn arrive(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Arrive(true)).await
}

/// `DELETE /api/agendamentos/{id}/chegada`: the same.
pub(crate) async fn unarrive(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Arrive(false)).await
}

/// `POST /api/agendamentos/{id}/inicio`: the same, from the day of the visit on.
pub(crate) async fn start(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Start).await
}

/// `POST /api/agendamentos/{id}/realizacao`: the same, from the day of the visit on.
pub(crate) async fn finish(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Finish).await
}

/// `POST /api/agendamentos/{id}/falta`: the same, once the visit should have begun.
pub(crate) async fn miss(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Miss).await
}

/// `POST /api/agendamentos/{id}/reativacao`: the same; 409 when the time was taken meanwhile, with `alternativas`.
pub(crate) async fn reactivate(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    take(&parts, &session, id, Step::Reactivate).await
}

/// `POST /api/agendamentos/{id}/cancelamento`: the same; frees the time, and offers it to who waits.
pub(crate) async fn cancel(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    Json(body): Json<CancelIn>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let mut fields = Fields::default();
    let (by_patient, reason) = body.check(&mut fields);
    fields.finish()?;
    take(&parts, &session, id, Step::Cancel { by_patient, reason: reason.as_deref() }).await
}

async fn take(
    parts: &HttpParts,
    session: &Session,
    id: AgendamentoId,
    what: Step<'_>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let (only, author, now) = (session.scope().only(), author(session), parts.clock.now());
    let done = parts
        .in_tenant_telling(session, async |tx| {
            let row = step(tx, id, only, what, (author, Audience::Staff), now).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await?;
    Ok(done)
}
