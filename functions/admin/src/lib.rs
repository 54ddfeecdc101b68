//! `/api/admin/*`: the operators' console, at the operators' own address.
//!
//! Who may call stands in the table: [`Access::Operator`] names the operators by what they are (admin, financeiro, suporte). Behind the gate
//! the database asks again, as the role `hi_admin`, which reads no patient, no agenda and no conversation, and money only where the operator's
//! papel has it; and what is answered has no more than that papel may see. Every write leaves its row in `auditoria_operacao`.

mod auditoria;
mod caller;
mod clientes;
mod faturas;
mod filas;
mod implantacao;
mod incidentes;
mod input;
mod instancias;
mod operadores;
mod page;
mod planos;
mod rotinas;
mod site;
mod uso;

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
use shared::secrecy::SecretString;
use shared::whatsapp::Line;

/// What the handlers need.
#[derive(Clone, FromRef, Debug)]
pub struct AppState {
    parts: HttpParts,
    line: Line,
    queue: Queue,
    hook: faturas::HookToken,
}

impl AppState {
    /// Reads what [`HttpParts::load_admin`] and [`Line::load`] do, `QUEUE_URL`, and `ASAAS_WEBHOOK_TOKEN` when there is one.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let line = Line::load(&mut env).await;
        let token = env.optional_secret("ASAAS_WEBHOOK_TOKEN").await;
        let queue_url = env.text("QUEUE_URL", "the URL of the assistant's queue");
        let parts = HttpParts::load_admin(env, clock).await?;
        let queue = Queue::connect(queue_url).await;
        let state = Self::new(parts, line.ok_or_else(ConfigError::unreadable)?, queue);
        Ok(state.with_payment_events(token.as_ref()))
    }

    /// Puts parts together; their database is reached as `hi_admin`.
    pub fn new(parts: HttpParts, line: Line, queue: Queue) -> Self {
        Self { parts, line, queue, hook: faturas::HookToken::default() }
    }

    /// With what the payment gateway proves itself with; without it, its events are not taken.
    #[must_use]
    pub fn with_payment_events(mut self, token: Option<&SecretString>) -> Self {
        self.hook = faturas::HookToken::new(token);
        self
    }
}

/// The table.
pub fn routes() -> Vec<Route<AppState>> {
    let saude = Route::new(Method::GET, "/api/saude/admin", Access::Open, get(saude))
        .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503));
    [
        auditoria::routes(),
        clientes::routes(),
        faturas::routes(),
        filas::routes(),
        implantacao::routes(),
        incidentes::routes(),
        instancias::routes(),
        operadores::routes(),
        planos::routes(),
        rotinas::routes(),
        uso::routes(),
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

/// `GET /api/saude/admin`.
async fn saude(State(parts): State<HttpParts>) -> Response {
    let started = Instant::now();
    health::answer("admin", started, &parts.checks().await)
}
