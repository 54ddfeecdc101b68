//! `/api/auth/*`: mints and ends sessions. The only function that reads the signing key.
//!
//! | route | does |
//! |---|---|
//! | `POST /api/auth/login` | form of the guide or JSON → a pair of tokens |
//! | `POST /api/auth/refresh` | the refresh token → the next pair; one used twice ends the session |
//! | `POST /api/auth/convite` | the link of an invitation, a password and the terms → who may log in |
//! | `POST /api/auth/logout` | ends the session |
//! | `POST /api/auth/sessao`, `…/renovacao`, `DELETE /api/auth/sessao` | the same for a browser, in cookies |
//! | `DELETE /api/auth/sessoes` | ends every session of the user |
//! | `POST /api/auth/senha/esquecida`, `/api/auth/senha` | a link by e-mail, and the password chosen with it |
//! | `POST /api/auth/senha/troca` | another password, by who knows the one before |
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
use shared::auth::person::Me;
use shared::auth::token::{Lives, Signer};
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
    lives: Lives,
}

impl AppState {
    /// Reads `SIGNING_KEY`, how long sessions go on (`SESSION_DAYS`, `OPERATOR_SESSION_HOURS`, `OPERATOR_IDLE_MINUTES`; 30, 12 and 30) and what [`HttpParts::load_login`] reads.
    ///
    /// # Errors
    /// Everything that is missing or malformed, at once.
    pub async fn load(mut env: Env, clock: SharedClock) -> Result<Self, ConfigError> {
        let key = env.secret("SIGNING_KEY", Signer::FORMAT).await;
        let signer = Signer::new(&key, clock.clone());
        if let (Err(error), false) = (&signer, key.expose_secret().is_empty()) {
            env.complain(format!("SIGNING_KEY: {error}"));
        }
        let lives = lives(&mut env);
        let parts = HttpParts::load_login(env, clock).await?;
        Ok(Self { lives, ..Self::new(parts, signer.map_err(|_| ConfigError::unreadable())?) })
    }

    /// Puts parts together.
    pub fn new(parts: HttpParts, signer: Signer) -> Self {
        let limit = LoginLimit::new(parts.cache.clone(), parts.clock.clone(), parts.request_limits());
        Self { parts, signer: Arc::new(signer), limit, lives: Lives::default() }
    }
}

fn lives(env: &mut Env) -> Lives {
    let mut number = |name: &str, usual: u64| match env.optional(name).map(|text| text.trim().parse()) {
        None => usual,
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            env.complain(format!("{name} is malformed; expected a number"));
            usual
        }
    };
    Lives::of(
        number("SESSION_DAYS", 30),
        number("OPERATOR_SESSION_HOURS", 12),
        number("OPERATOR_IDLE_MINUTES", 30),
    )
}

/// The table.
pub fn routes() -> Vec<Route<AppState>> {
    [tokens(), browser(), passwords()].into_iter().flatten().collect()
}

/// A session in cookies.
fn browser() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/api/auth/sessao", Access::Host, post(navegador::begin)).doc(
            Doc::new("Entra pelo navegador: a sessão fica em cookies.")
                .body::<credentials::Posted>()
                .ok::<navegador::Sessao>()
                .refuses(&[401, 403, 429]),
        ),
        Route::new(Method::POST, "/api/auth/sessao/renovacao", Access::Host, post(navegador::renewal)).doc(
            Doc::new(
                "Renova a sessão do navegador; a que não pode ser renovada acaba, e os cookies com ela.",
            )
            .ok::<navegador::Sessao>()
            .refuses(&[401, 403]),
        ),
        Route::new(Method::DELETE, "/api/auth/sessao", Access::Host, delete(navegador::end))
            .doc(Doc::new("Sai do navegador; pode ser repetido.").no_content().refuses(&[403])),
        Route::new(Method::DELETE, "/api/auth/sessoes", Access::AnySession, delete(navegador::end_all))
            .doc(Doc::new("Sai de todos os aparelhos; os calendários assinados terminam.").no_content()),
    ]
}

/// Another password.
fn passwords() -> Vec<Route<AppState>> {
    vec![
        Route::new(Method::POST, "/api/auth/senha/esquecida", Access::Host, post(senha::forgotten)).doc(
            Doc::new("Manda por e-mail um endereço para escolher outra senha; a resposta é a mesma para qualquer e-mail.")
                .body::<senha::SenhaEsquecida>()
                .accepted()
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/auth/senha", Access::Host, post(senha::choose)).doc(
            Doc::new("Escolhe outra senha com o segredo do endereço recebido; todas as sessões e os calendários assinados terminam.")
                .body::<senha::NewSenha>()
                .no_content()
                .refuses(&[409, 429]),
        ),
        Route::new(Method::POST, "/api/auth/senha/troca", Access::AnySession, post(senha::change)).doc(
            Doc::new("Troca a senha de quem está na sessão; as outras sessões e os calendários assinados terminam.")
                .body::<senha::SenhaTroca>()
                .no_content()
                .refuses(&[429]),
        ),
    ]
}

/// A session of a program, and who is in it.
fn tokens() -> Vec<Route<AppState>> {
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
            .doc(Doc::new("Quem está na sessão.").ok::<Me>()),
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
