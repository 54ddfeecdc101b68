//! `/api/auth/*`: mints and ends sessions. The only function that reads the signing key.
//!
//! | route | does |
//! |---|---|
//! | `POST /api/auth/login` | form of the guide or JSON → a pair of tokens |
//! | `POST /api/auth/refresh` | the refresh token → the next pair; one used twice ends the session |
//! | `POST`, `DELETE /api/auth/sessao`, `POST /api/auth/sessao/renovacao` | the same for a browser: the tokens are in cookies |
//! | `POST /api/auth/convite` | the link of an invitation, a password and the terms → who may log in |
//! | `POST /api/auth/senha/esquecida`, `POST /api/auth/senha` | a letter with a link → another password |
//! | `POST /api/auth/senha/troca` | another password for who knows the one of now |
//! | `DELETE /api/auth/sessoes` | ends all sessions of the user |
//! | `POST /api/auth/logout` | ends the session |
//! | `GET /api/auth/me` | the user of the session |

mod convite;
mod credentials;
mod entrar;
mod escolha;
mod navegador;
mod refresh;
mod senha;
mod session;

use std::sync::Arc;
use std::time::Instant;

use ::http::Method;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use secrecy::ExposeSecret;
use shared::auth::Access;
use shared::auth::limit::LoginLimit;
use shared::auth::token::Signer;
use shared::clock::SharedClock;
use shared::config::{ConfigError, Env};
use shared::http::health::Saude;
use shared::http::{Doc, Route, build_router, health};
use shared::parts::{CLINIC_URL, HttpParts};
use shared::tenant::Tenant;

/// What the handlers need.
#[derive(Clone, FromRef, Debug)]
pub struct AppState {
    parts: HttpParts,
    signer: Arc<Signer>,
    limit: LoginLimit,
    /// Where a clinic's pages are, with `{clinica}` for its subdomain.
    clinic_url: Arc<str>,
}

impl AppState {
    /// Reads `SIGNING_KEY`, `CLINIC_URL` and what [`HttpParts::load`] reads.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let key = env.secret("SIGNING_KEY", Signer::FORMAT).await;
        let signer = Signer::new(&key, clock.clone());
        if let (Err(error), false) = (&signer, key.expose_secret().is_empty()) {
            env.complain(format!("SIGNING_KEY: {error}"));
        }
        let url =
            env.parsed("CLINIC_URL", CLINIC_URL, |url| url.contains("{clinica}").then(|| url.to_owned()));
        let parts = HttpParts::load(env, clock).await?;
        let state = Self::new(parts, signer.map_err(|_| ConfigError::unreadable())?);
        Ok(Self { clinic_url: url.as_deref().unwrap_or(CLINIC_URL).into(), ..state })
    }

    /// Puts parts together.
    pub fn new(parts: HttpParts, signer: Signer) -> Self {
        let limit = LoginLimit::new(parts.cache.clone(), parts.clock.clone());
        Self { parts, signer: Arc::new(signer), limit, clinic_url: CLINIC_URL.into() }
    }
}

impl AppState {
    /// The address of one of a clinic's pages.
    fn clinic_url(&self, tenant: &Tenant, path: &str) -> String {
        format!("{}{path}", self.clinic_url.trim_end_matches('/').replace("{clinica}", tenant.subdomain()))
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
        Route::new(Method::POST, "/api/auth/sessao", Access::Host, post(navegador::open)).doc(
            Doc::new("Entra pelo navegador: os tokens ficam em cookies que nenhum script lê.")
                .body::<credentials::Posted>()
                .ok::<navegador::Sessao>()
                .refuses(&[401, 403, 429]),
        ),
        Route::new(Method::POST, "/api/auth/sessao/renovacao", Access::Host, post(navegador::renew)).doc(
            Doc::new("Renova a sessão do navegador; um cookie usado duas vezes termina a sessão.")
                .ok::<navegador::Sessao>()
                .refuses(&[401, 403]),
        ),
        Route::new(Method::DELETE, "/api/auth/sessao", Access::Host, delete(navegador::end)).doc(
            Doc::new("Sai pelo navegador: a sessão termina e os cookies somem.").no_content().refuses(&[403]),
        ),
        Route::new(Method::POST, "/api/auth/convite", Access::Host, post(convite::accept)).doc(
            Doc::new("Aceita um convite: escolhe a senha e, na clínica, aceita os termos.")
                .body::<convite::ConviteAceite>()
                .ok::<convite::ConviteAceito>()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/auth/senha/esquecida", Access::Host, post(senha::ask)).doc(
            Doc::new("Esqueceu a senha: se o e-mail é de alguém da clínica, recebe o endereço para escolher outra.")
                .body::<senha::Esquecida>()
                .accepted()
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/auth/senha", Access::Host, post(senha::set)).doc(
            Doc::new("Escolhe outra senha com o endereço recebido; as sessões da pessoa terminam.")
                .body::<senha::NovaSenha>()
                .no_content()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/auth/senha/troca", Access::AnySession, post(senha::change)).doc(
            Doc::new("Troca a própria senha; as outras sessões da pessoa terminam.")
                .body::<senha::Troca>()
                .no_content()
                .refuses(&[429]),
        ),
        Route::new(Method::DELETE, "/api/auth/sessoes", Access::AnySession, delete(senha::leave_everywhere))
            .doc(Doc::new("Sai de todos os aparelhos.").no_content()),
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
