//! `POST /webhook/whatsapp/{instancia}` and `/webhook/cloud`: authenticates, filters and enqueues what Evolution and Meta post.
//!
//! Behind a function URL, so no Host names a clinic here; the assistant finds it by the instance. There is no database:
//! a message is accepted in milliseconds whatever else is down, and nothing but [`shared::whatsapp`], the ledger and the
//! queue is needed for that.

mod cloud;
mod debounce;
mod receive;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::http::Method;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
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
use shared::whatsapp::cloud::CloudProof;
use tokio::sync::Mutex;

/// How long what the ledger answered is told again: anybody may ask how it is, and nobody counts them here.
const TOLD_AGAIN: Duration = Duration::from_secs(5);

/// Whether the ledger answered, and when.
type Pinged = Arc<Mutex<Option<(Instant, bool)>>>;

/// What the handlers need.
#[derive(Clone, FromRef)]
pub struct AppState {
    keys: Arc<WebhookKeys>,
    ledger: Ledger,
    pinged: Pinged,
    queue: Queue,
    clock: SharedClock,
    cloud: cloud::App,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppState")
    }
}

impl AppState {
    /// Reads `WEBHOOK_KEY`, `LEDGER_TABLE` and `QUEUE_URL`; `WHATSAPP_CLOUD_APP_SECRET` and `WHATSAPP_CLOUD_VERIFY_TOKEN` when they are there.
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
        let cloud = cloud_app(&mut env).await;
        env.finish()?;
        let keys = keys.map_err(|_| ConfigError::unreadable())?;
        let ledger = Ledger::connect(table, clock.clone()).await;
        let queue = Queue::connect(url).await;
        Ok(Self::new(keys, ledger, queue, clock).with_cloud(cloud))
    }

    /// Puts parts together.
    pub fn new(keys: WebhookKeys, ledger: Ledger, queue: Queue, clock: SharedClock) -> Self {
        Self { keys: Arc::new(keys), ledger, pinged: Pinged::default(), queue, clock, cloud: None }
    }

    /// With the platform's app at Meta, if it has one.
    #[must_use]
    pub fn with_cloud(mut self, proof: Option<CloudProof>) -> Self {
        self.cloud = proof.map(Arc::new);
        self
    }
}

/// Both secrets or none: one alone is a mistake.
async fn cloud_app(env: &mut Env) -> Option<CloudProof> {
    let secret = env.optional_secret("WHATSAPP_CLOUD_APP_SECRET").await;
    let token = env.optional_secret("WHATSAPP_CLOUD_VERIFY_TOKEN").await;
    match (secret, token) {
        (Some(secret), Some(token)) => Some(CloudProof::new(secret, token)),
        (None, None) => None,
        _ => {
            env.complain("WHATSAPP_CLOUD_APP_SECRET and WHATSAPP_CLOUD_VERIFY_TOKEN go together");
            None
        }
    }
}

/// The table. Everybody may call; the webhook's own proof is in `receive`, because it is no session.
pub fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/webhook/whatsapp/{instancia}", Access::Open, post(receive::receive)),
        Route::new(Method::GET, "/webhook/cloud", Access::Open, get(cloud::handshake)),
        Route::new(
            Method::POST,
            "/webhook/cloud",
            Access::Open,
            post(cloud::receive).layer(DefaultBodyLimit::max(cloud::LARGEST_POST)),
        ),
        Route::new(Method::GET, "/api/saude/webhook", Access::Open, get(saude))
            .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503)),
    ]
}

/// The function as a service.
pub fn router(state: AppState) -> Router {
    build_router(routes(), None, state)
}

/// `GET /api/saude/webhook`.
async fn saude(State(ledger): State<Ledger>, State(pinged): State<Pinged>) -> Response {
    let started = Instant::now();
    let mut last = pinged.lock().await;
    let well = match *last {
        Some((at, well)) if at.elapsed() < TOLD_AGAIN => well,
        _ => {
            let well = ledger.ping().await;
            *last = Some((Instant::now(), well));
            well
        }
    };
    health::answer("webhook", started, &[("dynamodb", well)])
}
