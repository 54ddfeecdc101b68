//! `/api/conversas*` and `/api/respostas-prontas*`: people of the clinic read, answer and take over what patients write by WhatsApp.
//!
//! A conversation holds what everybody on a phone has said, of any professional, so only who works for the whole clinic gets in: a
//! secretária, and whoever manages it. A médico who does not is refused, also for the own patients ([`desk`]).
//!
//! Nothing is sent from here. An answer is written into the outbox, in one transaction with the take-over that silences the assistant, and
//! whoever delivers is nudged.

mod acoes;
mod conversas;
mod desk;
mod mensagens;
mod respostas;
mod since;

use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use shared::auth::Access;
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::parts::HttpParts;

/// The table.
pub fn routes() -> Vec<Route<HttpParts>> {
    let saude = Route::new(Method::GET, "/api/saude/inbox", Access::Open, get(saude))
        .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503));
    [conversas::routes(), mensagens::routes(), acoes::routes(), respostas::routes(), vec![saude]]
        .into_iter()
        .flatten()
        .collect()
}

/// The function as a service.
pub fn router(parts: HttpParts) -> Router {
    build_router(routes(), Some(parts.gate.clone()), parts)
}

/// `GET /api/saude/inbox`.
async fn saude(State(parts): State<HttpParts>) -> Response {
    let started = Instant::now();
    health::answer("inbox", started, &parts.checks().await)
}
