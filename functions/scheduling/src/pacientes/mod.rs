//! `/api/pacientes`: the people a clinic treats.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::pacientes::{self, NewPaciente, Paciente};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Path, Query, Route, cursor};
use shared::id::PacienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::Fields;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/pacientes", clinic, get(search)).doc(
            Doc::new("Pacientes por nome, telefone ou CPF; um médico encontra os seus.")
                .query::<Search>()
                .ok::<PacientesOut>(),
        ),
        Route::new(Method::POST, "/api/pacientes", clinic, post(create)).doc(
            Doc::new("Cadastra um paciente.")
                .body::<PacienteIn>()
                .idempotent()
                .created::<PacienteOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/pacientes/{id}", clinic, get(one))
            .doc(Doc::new("Um paciente.").ok::<PacienteOut>()),
    ]
}

const PAGE: i64 = 50;

/// A patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacienteOut {
    id: PacienteId,
    nome: String,
    telefone: Option<String>,
    cpf: Option<String>,
    email: Option<String>,
    nascimento_dia: Option<Date>,
}

impl From<Paciente> for PacienteOut {
    fn from(paciente: Paciente) -> Self {
        Self {
            id: paciente.id,
            nome: paciente.nome,
            telefone: paciente.telefone,
            cpf: paciente.cpf,
            email: paciente.email,
            nascimento_dia: paciente.nascimento_dia,
        }
    }
}

/// A page of patients, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PacientesOut {
    pacientes: Vec<PacienteOut>,
    proximo: Option<String>,
}

/// What a search asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Search {
    /// Words of the name (accents ignored), or digits of phone or CPF; empty lists everybody.
    #[serde(default)]
    busca: String,
    cursor: Option<String>,
}

/// A patient to be created.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct PacienteIn {
    nome: String,
    telefone: Option<String>,
    cpf: Option<String>,
    email: Option<String>,
    /// `AAAA-MM-DD`.
    nascimento_dia: Option<String>,
}

impl PacienteIn {
    fn check(self) -> Result<NewPaciente, Problem> {
        let mut fields = Fields::default();
        let nome = fields.nome("nome", &self.nome);
        let telefone = filled(self.telefone).and_then(|text| fields.telefone("telefone", &text));
        let cpf = filled(self.cpf).and_then(|text| fields.cpf("cpf", &text));
        let email = fields.text("email", self.email, 200);
        if email.as_deref().is_some_and(|email| !email.contains('@')) {
            fields.wrong("email", "Escreva um e-mail como nome@exemplo.com.br.");
        }
        let nascimento_dia =
            filled(self.nascimento_dia).and_then(|text| fields.date("nascimento_dia", &text));
        fields.finish()?;
        let nome = nome.ok_or(Problem::Internal)?;
        Ok(NewPaciente { nome, telefone, cpf, email, nascimento_dia })
    }
}

/// An empty text is no text: forms send them.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
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
    let after: Option<(String, PacienteId)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let only = session.scope().only();
    let mut rows = parts
        .db
        .in_tenant(&session, async |tx| pacientes::search(tx, &text, only, after.as_ref(), PAGE + 1).await)
        .await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let proximo = rows.last().filter(|_| more).and_then(|last| cursor::encode(&(&last.nome, last.id)));
    Ok(Json(PacientesOut { pacientes: rows.into_iter().map(Into::into).collect(), proximo }))
}

/// `GET /api/pacientes/{id}`: as the search.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
) -> Result<Json<PacienteOut>, Problem> {
    let only = session.scope().only();
    let row = parts.db.in_tenant(&session, async |tx| pacientes::get_visible(tx, id, only).await).await?;
    Ok(Json(row.into()))
}

/// `POST /api/pacientes`: users of the clinic; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<PacienteIn>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let new = body.check()?;
    create_once(&parts.db, &session, key, "POST /api/pacientes", &payload, async |tx| {
        pacientes::insert(tx, &new).await.map(PacienteOut::from)
    })
    .await
}
