//! `POST /api/auth/login`.
//!
//! Wrong password, unknown user, inactive user and another clinic's user are one answer at one cost: attempts are counted
//! before anything is compared, an unknown user is compared with a hash of nobody, and every refusal waits for the same moment.

use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use shared::auth::UserType;
use shared::auth::limit::{Attempt, Trying};
use shared::auth::password::{self, Verdict};
use shared::db::usuarios::{self, Usuario};
use shared::http::{Json, Source};
use shared::id::UserId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::telemetry::Ignored;
use shared::tenant::Host;
use tokio::time::{Duration, Instant, sleep_until};
use uuid::Uuid;

use crate::AppState;
use crate::credentials::Credentials;
use crate::session::{Opened, Tokens, open};

/// Refusals are answered this long after the request came: above what any hash costs, so that nobody learns from the time
/// which hash was compared, or whether there was one.
pub(crate) const REFUSAL_AT: Duration = Duration::from_millis(350);

/// `POST /api/auth/login`: anybody; opens a session. Not idempotent: each call opens another.
pub(crate) async fn login(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    credentials: Credentials,
) -> Result<Json<Tokens>, Problem> {
    enter(&state, &host, &source, credentials).await.map(Opened::tokens).map(Json)
}

/// Who may log in, with the first pair of tokens of a new session.
pub(crate) async fn enter(
    state: &AppState,
    host: &Host,
    source: &Source,
    credentials: Credentials,
) -> Result<Opened, Problem> {
    let refusal_at = Instant::now() + REFUSAL_AT;
    let cliente = match host {
        Host::Clinic(tenant) => Some(tenant.cliente_id()),
        Host::Admin => None,
    };
    let login = credentials.login.trim().to_lowercase();
    let attempt = Attempt { cliente, trying: Trying::Login, login: &login, source: source.as_str() };
    state.limit.count(attempt).await?;
    let found = find(&state.parts, host, &login).await?;
    let verdict =
        compare(credentials.senha.clone(), found.as_ref().and_then(|user| user.senha.clone())).await;
    let Some(user) = found.filter(|_| verdict != Verdict::Wrong) else {
        sleep_until(refusal_at).await;
        return Err(Problem::WrongCredentials);
    };
    state.limit.succeeded(attempt).await;
    if verdict == Verdict::RightButOld {
        upgrade(&state.parts, host, &user, &credentials.senha).await.ignored("upgrade of a password's hash");
    }
    let (kind, id) = (user.user_type, user.id);
    let sid = Uuid::now_v7().to_string();
    let (opened, noted) = tokio::join!(open(state, user, &sid), note(&state.parts, host, (kind, id)));
    noted.ignored("the moment of a login");
    opened
}

async fn note(parts: &HttpParts, host: &Host, (kind, id): (UserType, UserId)) -> Result<(), Problem> {
    let Host::Clinic(tenant) = host else { return Ok(()) };
    let now = parts.clock.now();
    parts.db.in_tenant(tenant, async |tx| usuarios::note_login(tx, kind, id, now).await).await
}

pub(crate) async fn find(parts: &HttpParts, host: &Host, login: &str) -> Result<Option<Usuario>, Problem> {
    match host {
        Host::Clinic(tenant) => {
            parts.db.in_tenant(tenant, async |tx| usuarios::find_by_email(tx, login).await).await
        }
        Host::Admin => usuarios::find_operador(&parts.db, login).await,
    }
}

/// Hashing is work for a thread of its own: the connection's keep-alive goes on meanwhile.
pub(crate) async fn compare(given: SecretString, stored: Option<SecretString>) -> Verdict {
    let compare = move || password::verify(&given, stored.as_ref().map(ExposeSecret::expose_secret));
    tokio::task::spawn_blocking(compare).await.unwrap_or(Verdict::Wrong)
}

async fn upgrade(
    parts: &HttpParts,
    host: &Host,
    user: &Usuario,
    senha: &SecretString,
) -> Result<(), Problem> {
    let hash = password::hash(senha).map_err(|_| Problem::Internal)?;
    match host {
        Host::Clinic(tenant) => {
            parts
                .db
                .in_tenant(tenant, async |tx| {
                    let before = user.senha.clone().unwrap_or_default();
                    // A password chosen meanwhile stays.
                    usuarios::replace_senha(tx, user.user_type, user.id, (&before, &hash)).await.map(|_| ())
                })
                .await
        }
        Host::Admin => usuarios::set_senha_operador(&parts.db, user.id, &hash).await,
    }
}
