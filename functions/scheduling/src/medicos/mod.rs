//! `/api/medicos`: the clinic's professionals.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use serde::Serialize;
use shared::auth::{Access, Session};
use shared::db::medicos::{self, Medico};
use shared::http::{Doc, Json, Route};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/medicos", Access::Clinic, get(list))
            .doc(Doc::new("Os profissionais da clínica; um médico vê só a si mesmo.").ok::<MedicosOut>()),
    ]
}

/// A page of professionals; a clinic's fit in one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MedicosOut {
    medicos: Vec<MedicoOut>,
    proximo: Option<String>,
}

/// A professional.
#[derive(Debug, Serialize, ToSchema)]
struct MedicoOut {
    id: MedicoId,
    nome: String,
    especialidade: Option<String>,
    crm: Option<String>,
    duracao_minutos: i32,
}

impl From<Medico> for MedicoOut {
    fn from(medico: Medico) -> Self {
        Self {
            id: medico.id,
            nome: medico.nome,
            especialidade: medico.especialidade,
            crm: medico.crm,
            duracao_minutos: medico.duracao_minutos,
        }
    }
}

/// `GET /api/medicos`: users of the clinic; a médico sees only the own row.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
) -> Result<Json<MedicosOut>, Problem> {
    let only = session.scope().only();
    let rows = parts.db.in_tenant(&session, async |tx| medicos::list(tx, only).await).await?;
    Ok(Json(MedicosOut { medicos: rows.into_iter().map(Into::into).collect(), proximo: None }))
}
