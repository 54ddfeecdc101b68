//! `GET /api/pacientes` and `GET /api/pacientes/{id}`.

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::db::pacientes::{self, Paciente};
use shared::domain::busca::Busca;
use shared::http::{Json, Path, Query, cursor};
use shared::id::{ConvenioId, PacienteId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::PacienteOut;
use crate::input::Fields;

const PAGE: i64 = 50;
/// Pages a user turns: more than anybody by hand, and not all of a clinic's patients by a session left open somewhere.
const TURNING: Limited = Limited { name: "pagina_pacientes", most: 120, window: 3600 };
/// First pages a user looks at: a search is several, as its words are typed.
const SEARCHING: Limited = Limited { name: "busca_pacientes", most: 1200, window: 3600 };
/// Records a user opens: a busy desk's hour several times over.
const OPENING: Limited = Limited { name: "abre_paciente", most: 600, window: 3600 };

/// What a list shows of a patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacienteResumo {
    id: PacienteId,
    nome: String,
    /// E.164.
    telefone: Option<String>,
    /// Eleven digits.
    cpf: Option<String>,
    nascimento_dia: Option<Date>,
    convenio_id: Option<ConvenioId>,
    /// The number on the plan's card.
    carteirinha: Option<String>,
}

impl From<Paciente> for PacienteResumo {
    fn from(paciente: Paciente) -> Self {
        Self {
            id: paciente.id,
            nome: paciente.nome,
            telefone: paciente.telefone,
            cpf: paciente.cpf,
            nascimento_dia: paciente.nascimento_dia,
            convenio_id: paciente.convenio_id,
            carteirinha: paciente.carteirinha,
        }
    }
}

/// A page of patients, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacientesOut {
    pacientes: Vec<PacienteResumo>,
    proximo: Option<String>,
}

/// What a search asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Search {
    /// Words of the name (accents ignored), digits of the phone or the CPF, or both; empty lists everybody.
    #[serde(default)]
    busca: String,
    cursor: Option<String>,
}

/// `GET /api/pacientes?busca=`: users of the clinic; a médico finds those with an appointment with them.
pub(crate) async fn search(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<Search>,
) -> Result<Json<PacientesOut>, Problem> {
    let mut fields = Fields::default();
    let text = fields.text("busca", Some(query.busca), 120).unwrap_or_default();
    fields.finish()?;
    let busca = Busca::parse(&text);
    let after: Option<(String, PacienteId)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let limited = if after.is_some() { TURNING } else { SEARCHING };
    parts.rate.count(Some(session.tenant().cliente_id()), limited, &session.counted_as()).await?;
    let only = session.scope().only();
    let mut rows = parts
        .db
        .in_tenant(&session, async |tx| pacientes::search(tx, &busca, only, after.as_ref(), PAGE + 1).await)
        .await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let proximo = rows.last().filter(|_| more).and_then(|last| cursor::encode(&(&last.nome, last.id)));
    Ok(Json(PacientesOut { pacientes: rows.into_iter().map(Into::into).collect(), proximo }))
}

/// Counts a record somebody is shown whole, whatever else the request does.
pub(super) async fn count_opening(parts: &HttpParts, session: &Session) -> Result<(), Problem> {
    parts.rate.count(Some(session.tenant().cliente_id()), OPENING, &session.counted_as()).await
}

/// `GET /api/pacientes/{id}`: as the search. The id of a row that was merged answers with the one that was kept, under its own id.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
) -> Result<Json<PacienteOut>, Problem> {
    count_opening(&parts, &session).await?;
    let only = session.scope().only();
    let row = parts.db.in_tenant(&session, async |tx| pacientes::get_visible(tx, id, only).await).await?;
    Ok(Json(row.into()))
}
