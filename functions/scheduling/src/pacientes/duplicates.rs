//! `GET /api/pacientes/duplicados` and `POST /api/pacientes/{id}/fusao`.

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::auth::rate::Limited;
use shared::db::pacientes::duplicates::{Suspect, duplicates};
use shared::db::pacientes::merge;
use shared::http::{Json, Path, Query, cursor};
use shared::id::PacienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::read::count_opening;
use super::{PacienteOut, author};

const PAGE: i64 = 20;
/// Pages a user asks for in a minute; each compares all there are.
const PAGES: Limited = Limited { name: "duplicados", most: 20, window: 60 };

/// A page of groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DuplicadosOut {
    grupos: Vec<Grupo>,
    proximo: Option<String>,
}

/// Rows that are probably one person, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Grupo {
    pacientes: Vec<Suspeito>,
}

/// One of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suspeito {
    id: PacienteId,
    nome: String,
    telefone: Option<String>,
    cpf: Option<String>,
    nascimento_dia: Option<Date>,
    /// How many appointments point to it.
    agendamentos: i64,
    /// What it shares with the first of the group beside a similar name: `telefone`, `nascimento`; empty for the first.
    motivos: Vec<String>,
}

impl From<Suspect> for Suspeito {
    fn from(suspect: Suspect) -> Self {
        Self {
            id: suspect.id,
            nome: suspect.nome,
            telefone: suspect.telefone,
            cpf: suspect.cpf,
            nascimento_dia: suspect.nascimento_dia,
            agendamentos: suspect.agendamentos,
            motivos: suspect.motivos,
        }
    }
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    cursor: Option<String>,
}

/// The row that repeats this one.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MergeIn {
    duplicado_id: PacienteId,
}

/// `GET /api/pacientes/duplicados`: who touches the whole clinic. Suggestions: people decide.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(query): Query<List>,
) -> Result<Json<DuplicadosOut>, Problem> {
    let after: Option<PacienteId> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    parts.rate.count(Some(session.tenant().cliente_id()), PAGES, &session.counted_as()).await?;
    let rows = parts.db.in_turn(&session, async |tx| duplicates(tx, after, PAGE + 1).await).await?;
    let mut groups: Vec<(PacienteId, Grupo)> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some((root, group)) if *root == row.raiz => group.pacientes.push(row.into()),
            _ => groups.push((row.raiz, Grupo { pacientes: vec![row.into()] })),
        }
    }
    let more = groups.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        groups.pop();
    }
    let proximo = groups.last().filter(|_| more).and_then(|(root, _)| cursor::encode(root));
    Ok(Json(DuplicadosOut { grupos: groups.into_iter().map(|(_, group)| group).collect(), proximo }))
}

/// `POST /api/pacientes/{id}/fusao`: who touches the whole clinic; everything of the duplicate becomes this one's. 409 when the two have
/// different CPFs or CNSs, or one was erased. May be repeated.
pub(crate) async fn merge(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Json(body): Json<MergeIn>,
) -> Result<Json<PacienteOut>, Problem> {
    count_opening(&parts, &session).await?;
    let (now, author) = (parts.clock.now(), author(&session));
    let row = parts
        .db
        .in_tenant(&session, async |tx| merge::merge(tx, id, body.duplicado_id, author, now).await)
        .await?;
    Ok(Json(row.into()))
}
