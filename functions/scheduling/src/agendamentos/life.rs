//! What happens to an appointment: confirmed, arrived, begun, ended, missed, called off, taken up again. All may be repeated without a second
//! effect.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::agenda::status::{Step, step};
use shared::agenda::{Audience, cancelled};
use shared::auth::Session;
use shared::http::{Json, Path};
use shared::id::AgendamentoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{AgendamentoOut, author};
use crate::input::Fields;

/// The longest reason for calling off, in characters; `web/src/app/agenda/cancel.ts` takes as many.
const LONGEST_REASON: usize = 300;

/// Why an appointment is cancelled, and by whom.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CancelIn {
    /// At most 300 characters, as many as the page takes.
    motivo: Option<String>,
    /// `clinica` (when missing) or `paciente`, who called.
    por: Option<String>,
    /// Whether the patient is told by WhatsApp; when missing, they are if the clinic calls it off. `false` when somebody told them already.
    avisar: Option<bool>,
}

/// What is called off, why, by whom, and whether the patient is told.
pub(super) struct CallOff {
    pub(super) by_patient: bool,
    pub(super) reason: Option<String>,
    pub(super) tell: bool,
}

/// An appointment that was called off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CanceladoOut {
    #[serde(flatten)]
    agendamento: AgendamentoOut,
    /// Whether the patient is told by WhatsApp; if not, and the clinic called it off, somebody should call them.
    avisado: bool,
}

impl CancelIn {
    /// What it asks for.
    pub(super) fn check(self, fields: &mut Fields) -> CallOff {
        let reason = fields.text("motivo", self.motivo, LONGEST_REASON);
        let who = [("clinica", false), ("paciente", true)];
        let by_patient = self.por.and_then(|word| fields.one_of("por", &word, &who));
        let by_patient = by_patient.unwrap_or(false);
        CallOff { by_patient, reason, tell: self.avisar.unwrap_or(!by_patient) }
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

/// `POST /api/agendamentos/{id}/cancelamento`: the same; frees the time, offers it to who waits, and tells the patient.
pub(crate) async fn cancel(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    Json(body): Json<CancelIn>,
) -> Result<Json<CanceladoOut>, Problem> {
    let mut fields = Fields::default();
    let CallOff { by_patient, reason, tell } = body.check(&mut fields);
    fields.finish()?;
    let (only, author, now) = (session.scope().only(), author(&session), parts.clock.now());
    let call_off = Step::Cancel { by_patient, reason: reason.as_deref() };
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let row = step(tx, id, only, call_off, (author, Audience::Staff), now).await?;
            let avisado = tell && cancelled::tell(tx, &row, 1, now).await?;
            let agendamento = AgendamentoOut::new(row, tx.time_zone())?;
            Ok(Json(CanceladoOut { agendamento, avisado }))
        })
        .await?;
    Ok(done)
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
