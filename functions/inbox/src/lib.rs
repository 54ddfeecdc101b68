//! `/api/conversas*` and `/api/respostas-prontas*`: people of the clinic read, answer and take over what patients write by WhatsApp; and
//! `/api/whatsapp*`, the connection it comes by.
//!
//! A conversation holds what everybody on a phone has said, of any professional, so only who works for the whole clinic gets in: a
//! secretária, and whoever manages it ([`Access::Desk`]). A médico who does not is refused, also for the own patients.
//!
//! No message is sent from here; what patients sent is fetched ([`arquivo`]). An answer is written into the outbox, in one transaction with the take-over that silences the assistant, and
//! whoever delivers is nudged.

mod acoes;
mod arquivo;
mod conversas;
mod mensagens;
mod respostas;
mod since;
mod whatsapp;

use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use shared::auth::Access;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::parts::HttpParts;
use shared::queue::Queue;
use shared::whatsapp::{Cloud, Gateway, Line};

/// What the handlers need.
#[derive(Clone, FromRef)]
pub struct AppState {
    parts: HttpParts,
    line: Line,
    gateway: Gateway,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppState")
    }
}

impl AppState {
    /// Reads what [`HttpParts::load`] does, `QUEUE_URL`, `EVOLUTION_URL`, `EVOLUTION_API_KEY`, `WEBHOOK_KEY` and `GATEWAY_URL`;
    /// `EVOLUTION_CA` and `WHATSAPP_CLOUD_TOKEN` when they are there.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let queue_url = env.text("QUEUE_URL", "the URL of the assistant's queue");
        let line = Line::load(&mut env).await;
        let cloud = Cloud::load(&mut env).await;
        let parts = HttpParts::load(env, clock).await?;
        let parts = parts.with_queue(Queue::connect(queue_url).await);
        Ok(Self::new(parts, line.ok_or_else(ConfigError::unreadable)?).with_cloud(cloud))
    }

    /// Puts parts together.
    pub fn new(parts: HttpParts, line: Line) -> Self {
        let gateway = Gateway::new(line.evolution.clone(), None);
        Self { parts, line, gateway }
    }

    /// With the platform's access to Meta, which has what clinics there were sent.
    #[must_use]
    pub fn with_cloud(mut self, cloud: Option<Cloud>) -> Self {
        self.gateway = Gateway::new(self.line.evolution.clone(), cloud);
        self
    }
}

/// The table.
pub fn routes() -> Vec<Route<AppState>> {
    let saude = Route::new(Method::GET, "/api/saude/inbox", Access::Open, get(saude))
        .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503));
    [
        conversas::routes(),
        mensagens::routes(),
        arquivo::routes(),
        acoes::routes(),
        respostas::routes(),
        whatsapp::routes(),
        vec![saude],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The function as a service.
pub fn router(state: AppState) -> Router {
    build_router(routes(), Some(state.parts.gate.clone()), state)
}

/// `GET /api/saude/inbox`.
async fn saude(State(parts): State<HttpParts>) -> Response {
    let started = Instant::now();
    health::answer("inbox", started, &parts.checks().await)
}
