//! The clinic's agenda and people, for its users; and `/api/publico/*`, which anybody may ask at a clinic's address.
//!
//! One file or folder by subject, each with a table of its routes. A médico sees and touches the own agenda, a secretária and a gestor
//! the whole clinic's; what is hidden answers 404, like what is another clinic's. Handlers extract, run one transaction, answer; the
//! agenda's rules are `shared::agenda`.

mod abertura;
mod acessos;
mod agendamentos;
mod api;
mod assistente;
mod bloqueios;
mod calendario;
mod changes;
mod clinica;
mod convenios;
mod espera;
mod expedientes;
mod exportacoes;
mod faturas;
mod feriados;
mod horarios;
mod input;
mod large;
mod lembretes;
mod medicos;
mod pacientes;
mod pedidos;
mod publico;
mod recursos;
mod relatorios;
mod servicos;
mod unidades;
mod uso;
mod usuarios;

use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use shared::auth::Access;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::parts::HttpParts;
use shared::queue::Queue;

/// Reads what [`HttpParts::load`] does and `QUEUE_URL`.
///
/// # Errors
/// Everything that is missing or malformed, at once.
pub async fn load(mut env: Env, clock: SharedClock) -> Result<HttpParts, ConfigError> {
    let queue_url = env.text("QUEUE_URL", "the URL of the assistant's queue");
    let parts = HttpParts::load(env, clock).await?;
    Ok(parts.with_queue(Queue::connect(queue_url).await))
}

/// The table.
pub fn routes() -> Vec<Route<HttpParts>> {
    let saude = Route::new(Method::GET, "/api/saude/scheduling", Access::Open, get(saude))
        .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503));
    [
        abertura::routes(),
        acessos::routes(),
        agendamentos::routes(),
        api::routes(),
        assistente::routes(),
        bloqueios::routes(),
        calendario::routes(),
        clinica::routes(),
        convenios::routes(),
        espera::routes(),
        expedientes::routes(),
        faturas::routes(),
        feriados::routes(),
        horarios::routes(),
        lembretes::routes(),
        medicos::routes(),
        pacientes::routes(),
        pedidos::routes(),
        publico::routes(),
        recursos::routes(),
        relatorios::routes(),
        servicos::routes(),
        unidades::routes(),
        uso::routes(),
        usuarios::routes(),
        vec![saude],
    ]
    .into_iter()
    .flatten()
    .collect()
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
