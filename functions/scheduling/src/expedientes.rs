//! `GET /api/expedientes`: when each professional attends, whatever is booked. The agenda paints what lies outside.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::agenda::offered::opening;
use shared::auth::{Access, Session};
use shared::db::medicos;
use shared::http::{Doc, Json, Query, Route};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::{Fields, clock};

/// A month's view and its margins; a longer question is many answers nobody reads.
const MOST_DAYS: i32 = 62;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/expedientes", Access::Clinic, get(list)).doc(
            Doc::new("Quando atende cada profissional que está ativo, dia a dia; consultas e bloqueios não contam.")
                .query::<Question>()
                .ok::<ExpedientesOut>(),
        ),
    ]
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Question {
    /// `AAAA-MM-DD`.
    de: String,
    /// The last date; the same one when missing.
    ate: Option<String>,
    /// Missing: every professional.
    medico_id: Option<MedicoId>,
}

/// By professional, then by date.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpedientesOut {
    expedientes: Vec<ExpedienteOut>,
}

/// A date of a professional.
#[derive(Debug, Serialize, ToSchema)]
struct ExpedienteOut {
    medico_id: MedicoId,
    data: Date,
    /// From and until, `HH:MM` in the clinic's zone, in order; none when the professional does not attend.
    #[schema(value_type = Vec<[String; 2]>)]
    periodos: Vec<(String, String)>,
}

/// Users of the clinic; a médico asks about the own agenda.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let period = fields.period(("de", &question.de), ("ate", question.ate.as_ref()), MOST_DAYS);
    fields.finish()?;
    let period = period.ok_or(Problem::Internal)?;
    let scope = session.scope();
    if question.medico_id.is_some_and(|medico| !scope.covers(medico)) {
        return Err(Problem::NotFound);
    }
    let days = parts
        .db
        .in_tenant(&session, async |tx| {
            let whose = match question.medico_id {
                Some(id) => vec![medicos::get(tx, id).await?.id],
                None => medicos::list(tx, scope.only()).await?.iter().map(|medico| medico.id).collect(),
            };
            opening(tx, &whose, period).await
        })
        .await?;
    let expedientes = days.into_iter().map(|day| ExpedienteOut {
        medico_id: day.medico_id,
        data: day.dia,
        periodos: day.periods.iter().map(|period| (clock(period.from), clock(period.to))).collect(),
    });
    Ok(Json(ExpedientesOut { expedientes: expedientes.collect() }).into_response())
}
