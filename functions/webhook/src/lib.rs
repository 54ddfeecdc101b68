//! `POST /webhook/whatsapp/{instancia}`: authenticates, filters and enqueues what Evolution posts.
//!
//! Behind a function URL, so no Host names a clinic here; the assistant finds it by the instance. There is no database:
//! a message is accepted in milliseconds whatever else is down, and nothing but [`shared::whatsapp`], the ledger and the
//! queue is needed for that.

mod debounce;
mod receive;

use std::sync::Arc;
use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::ExposeSecret;
use shared::auth::Access;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::ledger::Ledger;
use shared::queue::Queue;
use shared::whatsapp::WebhookKeys;

/// What the handlers need.
#[derive(Clone, FromRef)]
pub struct AppState {
    keys: Arc<WebhookKeys>,
    ledger: Ledger,
    queue: Queue,
    clock: SharedClock,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppState")
    }
}

impl AppState {
    /// Reads `WEBHOOK_KEY`, `LEDGER_TABLE` and `QUEUE_URL`.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let key = env.secret("WEBHOOK_KEY", WebhookKeys::FORMAT).await;
        let table = env.text("LEDGER_TABLE", "the name of the DynamoDB table");
        let url = env.text("QUEUE_URL", "the URL of the FIFO queue");
        let keys = WebhookKeys::new(key.expose_secret());
        if let (Err(error), false) = (&keys, key.expose_secret().is_empty()) {
            env.complain(format!("WEBHOOK_KEY: {error}; expected {}", WebhookKeys::FORMAT));
        }
        env.finish()?;
        let keys = keys.map_err(|_| ConfigError::unreadable())?;
        let ledger = Ledger::connect(table, clock.clone()).await;
        let queue = Queue::connect(url).await;
        Ok(Self::new(keys, ledger, queue, clock))
    }

    /// Puts parts together.
    pub fn new(keys: WebhookKeys, ledger: Ledger, queue: Queue, clock: SharedClock) -> Self {
        Self { keys: Arc::new(keys), ledger, queue, clock }
    }
}

/// The table. Everybody may call; the webhook's own proof is in `receive`, because it is no session.
pub fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/webhook/whatsapp/{instancia}", Access::Open, post(receive::receive)),
        Route::new(Method::GET, "/api/saude/webhook", Access::Open, get(saude))
            .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503)),
    ]
}

/// The function as a service.
pub fn router(state: AppState) -> Router {
    build_router(routes(), None, state)
}

/// `GET /api/saude/webhook`.
async fn saude(State(ledger): State<Ledger>) -> Response {
    let started = Instant::now();
    health::answer("webhook", started, &[("dynamodb", ledger.ping().await)])
}
