//! `/api/auth/*`: mints and ends sessions. The only function that reads the signing key.
//!
//! | route | does |
//! |---|---|
//! | `POST /api/auth/login` | form of the guide or JSON → a pair of tokens |
//! | `POST /api/auth/refresh` | the refresh token → the next pair; one used twice ends the session |
//! | `POST /api/auth/convite` | the link of an invitation, a password and the terms → who may log in |
//! | `POST /api/auth/logout` | ends the session |
//! | `GET /api/auth/me` | the user of the session |

mod convite;
mod credentials;
mod entrar;
mod refresh;
mod session;

use std::sync::Arc;
use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::ExposeSecret;
use shared::auth::Access;
use shared::auth::limit::LoginLimit;
use shared::auth::token::Signer;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::parts::HttpParts;

/// What the handlers need.
#[derive(Clone, FromRef, Debug)]
pub struct AppState {
    parts: HttpParts,
    signer: Arc<Signer>,
    limit: LoginLimit,
}

impl AppState {
    /// Reads `SIGNING_KEY` and what [`HttpParts::load`] reads.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let key = env.secret("SIGNING_KEY", Signer::FORMAT).await;
        let signer = Signer::new(&key, clock.clone());
        if let (Err(error), false) = (&signer, key.expose_secret().is_empty()) {
            env.complain(format!("SIGNING_KEY: {error}"));
        }
        let parts = HttpParts::load(env, clock).await?;
        Ok(Self::new(parts, signer.map_err(|_| ConfigError::unreadable())?))
    }

    /// Puts parts together.
    pub fn new(parts: HttpParts, signer: Signer) -> Self {
        let limit = LoginLimit::new(parts.cache.clone(), parts.clock.clone());
        Self { parts, signer: Arc::new(signer), limit }
    }
}

/// The table.
pub fn routes() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/api/auth/login", Access::Host, post(entrar::login)).doc(
            Doc::new("Entra: devolve o par de tokens.")
                .body::<credentials::Posted>()
                .ok::<session::Tokens>()
                .refuses(&[401, 429]),
        ),
        Route::new(Method::POST, "/api/auth/refresh", Access::Host, post(refresh::refresh)).doc(
            Doc::new("Troca o refresh token pelo próximo par; usado duas vezes, termina a sessão.")
                .body::<refresh::Refresh>()
                .ok::<session::Tokens>()
                .refuses(&[401]),
        ),
        Route::new(Method::POST, "/api/auth/convite", Access::Host, post(convite::accept)).doc(
            Doc::new("Aceita um convite: escolhe a senha e, na clínica, aceita os termos.")
                .body::<convite::ConviteAceite>()
                .ok::<convite::ConviteAceito>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/auth/logout", Access::AnySession, post(session::logout))
            .doc(Doc::new("Sai: os tokens da sessão deixam de valer.").no_content()),
        Route::new(Method::GET, "/api/auth/me", Access::AnySession, get(session::me))
            .doc(Doc::new("Quem está na sessão.").ok::<session::Me>()),
        Route::new(Method::GET, "/api/saude/login", Access::Open, get(saude))
            .doc(Doc::new("Se a função e o que ela usa respondem.").ok::<Saude>().answers::<Saude>(503)),
    ]
}

/// The function as a service.
pub fn router(state: AppState) -> Router {
    build_router(routes(), Some(state.parts.gate.clone()), state)
}

/// `GET /api/saude/login`.
async fn saude(State(parts): State<HttpParts>) -> Response {
    let started = Instant::now();
    health::answer("login", started, &parts.checks().await)
}
