//! `GET /api/abertura`: what the app of a clinic asks at every visit, in one answer. Each part is what its own route says, under the address the app
//! would ask; the app asks there when this is refused.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::get;
use http::Method;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shared::auth::person::{self, Me};
use shared::auth::rate::Limited;
use shared::auth::{Access, Dados, Session};
use shared::http::together::{self, Parte};
use shared::http::{Doc, Json, Query, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::input::Fields;
use crate::{agendamentos, bloqueios, clinica, convenios, expedientes, feriados, medicos, publico, servicos};

/// What every page needs to know: who is there, and of the clinic.
const ALWAYS: [&str; 6] = [
    "/api/auth/me",
    "/api/clinica",
    "/api/publico/clinica",
    "/api/medicos?inativos=true",
    "/api/servicos",
    "/api/convenios",
];

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/abertura", Access::Clinic, get(open))
            .doc(
                Doc::new("O que o aplicativo pergunta a cada visita, em uma resposta só.")
                    .query::<Question>()
                    .ok::<AberturaOut>()
                    .refuses(&[429]),
            )
            .shows(Dados::Agenda),
    ]
}

/// An opening is ten questions, and a page asks it once: what may be asked as often as anything else would be ten times as much.
const OPENING: Limited = Limited { name: "aberturas", most: 60, window: 10 };

/// The same handlers without their gate: this route's is the strictest of theirs. Each path that is asked has a line here. (Who is there is `login`'s to
/// say, and that would be a request more.)
fn parts_of_it() -> Router<HttpParts> {
    Router::new()
        .route("/api/auth/me", get(who))
        .route("/api/clinica", get(clinica::show))
        .route("/api/publico/clinica", get(publico::face))
        .route("/api/medicos", get(medicos::list))
        .route("/api/servicos", get(servicos::list))
        .route("/api/convenios", get(convenios::list))
        .route("/api/agendamentos", get(agendamentos::read::list))
        .route("/api/bloqueios", get(bloqueios::list))
        .route("/api/expedientes", get(expedientes::list))
        .route("/api/feriados", get(feriados::list))
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Question {
    /// `AAAA-MM-DD`: the day the agenda shows. Without it, nothing of the agenda.
    dia: Option<String>,
}

/// The answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AberturaOut {
    /// By the path and query of each.
    respostas: BTreeMap<String, Parte>,
}

/// Users of the clinic; each part shows what they may see.
async fn open(
    State(parts): State<HttpParts>,
    session: Session,
    Query(Question { dia }): Query<Question>,
    request: Request,
) -> Result<Json<AberturaOut>, Problem> {
    parts.rate.count(Some(session.tenant().cliente_id()), OPENING, &session.counted_as()).await?;
    let mut fields = Fields::default();
    let day = dia.and_then(|text| fields.date("dia", &text));
    fields.finish()?;
    let asked = ALWAYS.into_iter().map(ToOwned::to_owned).chain(day.into_iter().flat_map(of_a_day));
    let (head, _) = request.into_parts();
    let routes = parts_of_it().with_state(parts);
    let mut respostas = BTreeMap::new();
    // One after the other: an execution has one connection.
    for path in asked {
        match together::ask(routes.clone(), &head, &path).await {
            Ok(part) => {
                respostas.insert(path, part);
            }
            // Who asks is nobody here, or the clinic is suspended: true of every part.
            Err(problem @ (Problem::NotAuthenticated | Problem::TenantSuspended { .. })) => {
                return Err(problem);
            }
            // What one part lacks is no reason to keep the others back; the app asks for it alone, and hears why.
            Err(problem) => tracing::info!(%path, codigo = problem.codigo(), "a part is missing"),
        }
    }
    Ok(Json(AberturaOut { respostas }))
}

/// Who is there. A page of the clinic's people may always renew their session.
async fn who(State(parts): State<HttpParts>, session: Session) -> Result<Json<Me>, Problem> {
    person::clinic_user_of(&parts, &session).await.map(|user| Json(Me::of(user, None)))
}

/// What a day of the agenda asks, as `web/src/app/first.ts` does.
fn of_a_day(day: Date) -> [String; 4] {
    [
        format!("/api/agendamentos?de={day}&ate={day}&limite=200"),
        format!("/api/bloqueios?de={day}&ate={day}"),
        format!("/api/expedientes?de={day}&ate={day}"),
        format!("/api/feriados?ano={}", day.year()),
    ]
}
