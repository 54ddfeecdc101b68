//! The clinic's agenda and people, for its users: `/api/agendamentos`, `/api/horarios-disponiveis`, `/api/medicos`,
//! `/api/pacientes`; and `/api/publico/clinica`, which the login page asks before anyone has logged in.
//!
//! A médico sees and touches the own agenda, a secretária and a gestor the whole clinic's; what is hidden answers 404, like what is
//! another clinic's. Handlers extract, run one transaction, answer; the agenda's rules are `shared::agenda`.

mod agendamentos;
mod clinica;
mod horarios;
mod input;
mod medicos;
mod pacientes;

use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use shared::auth::Access;
use shared::http::{Route, build_router, health};
use shared::parts::HttpParts;

/// The table.
pub fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/medicos", clinic, get(medicos::list)),
        Route::new(Method::GET, "/api/horarios-disponiveis", clinic, get(horarios::list)),
        Route::new(Method::GET, "/api/agendamentos", clinic, get(agendamentos::read::list)),
        Route::new(Method::POST, "/api/agendamentos", clinic, post(agendamentos::create::create)),
        Route::new(Method::GET, "/api/agendamentos/{id}", clinic, get(agendamentos::read::one)),
        Route::new(Method::PATCH, "/api/agendamentos/{id}", clinic, patch(agendamentos::change::reschedule)),
        Route::new(
            Method::POST,
            "/api/agendamentos/{id}/confirmacao",
            clinic,
            post(agendamentos::change::confirm),
        ),
        Route::new(
            Method::POST,
            "/api/agendamentos/{id}/cancelamento",
            clinic,
            post(agendamentos::change::cancel),
        ),
        Route::new(Method::GET, "/api/pacientes", clinic, get(pacientes::search)),
        Route::new(Method::POST, "/api/pacientes", clinic, post(pacientes::create)),
        Route::new(Method::GET, "/api/pacientes/{id}", clinic, get(pacientes::one)),
        Route::new(Method::GET, "/api/publico/clinica", Access::Tenant, get(clinica::show)),
        Route::new(Method::GET, "/api/saude/scheduling", Access::Open, get(saude)),
    ]
}

/// The function as a service.
pub fn router(parts: HttpParts) -> Router {
    build_router(routes(), Some(parts.gate.clone()), parts)
}

/// `GET /api/saude/scheduling`.
async fn saude(State(parts): State<HttpParts>) -> Response {
    let started = Instant::now();
    health::answer("scheduling", started, &parts.checks().await)
}
