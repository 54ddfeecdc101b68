//! `PATCH /api/agendamentos/{id}` and the sub-resources that are actions. All may be repeated without a second effect.

use axum::extract::State;
use serde::Deserialize;
use shared::agenda::change::{self, Move};
use shared::auth::Session;
use shared::domain::status::Status;
use shared::http::{Json, Path};
use shared::id::{AgendamentoId, MedicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{AgendamentoOut, author};
use crate::input::Fields;

/// What changes; what is missing stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveIn {
    medico_id: Option<MedicoId>,
    /// `AAAA-MM-DD`.
    data: Option<String>,
    /// `HH:MM`.
    hora: Option<String>,
    /// Minutes.
    duracao: Option<i32>,
    encaixe: Option<bool>,
}

impl MoveIn {
    fn check(self) -> Result<Move, Problem> {
        let mut fields = Fields::default();
        let date = self.data.and_then(|text| fields.date("data", &text));
        let time = self.hora.and_then(|text| fields.time("hora", &text));
        fields.finish()?;
        Ok(Move { medico_id: self.medico_id, date, time, duration: self.duracao, encaixe: self.encaixe })
    }
}

/// Why an appointment is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CancelIn {
    motivo: Option<String>,
}

/// `PATCH /api/agendamentos/{id}`: users of the clinic, a médico inside the own agenda; moves, lengthens, changes the professional.
pub(crate) async fn reschedule(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    Json(body): Json<MoveIn>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let change = body.check()?;
    let scope = session.scope();
    if change.medico_id.is_some_and(|medico| !scope.covers(medico)) {
        return Err(Problem::NotFound);
    }
    let (now, author) = (parts.clock.now(), author(&session));
    parts
        .db
        .in_tenant(&session, async |tx| {
            let row = change::reschedule(tx, id, scope.only(), change, author, now).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await
}

/// `POST /api/agendamentos/{id}/confirmacao`: users of the clinic, a médico in the own agenda.
pub(crate) async fn confirm(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
) -> Result<Json<AgendamentoOut>, Problem> {
    set_status(&parts, &session, id, Status::Confirmado, None).await
}

/// `POST /api/agendamentos/{id}/cancelamento`: users of the clinic, a médico in the own agenda; frees the time.
pub(crate) async fn cancel(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    Json(body): Json<CancelIn>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("motivo", body.motivo, 500);
    fields.finish()?;
    set_status(&parts, &session, id, Status::Cancelado, reason.as_deref()).await
}

async fn set_status(
    parts: &HttpParts,
    session: &Session,
    id: AgendamentoId,
    to: Status,
    reason: Option<&str>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let (only, author) = (session.scope().only(), author(session));
    parts
        .db
        .in_tenant(session, async |tx| {
            let row = change::set_status(tx, id, only, to, reason, author).await?;
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await
}
