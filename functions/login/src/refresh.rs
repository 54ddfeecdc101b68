//! `POST /api/auth/refresh`: a refresh token works once. One that is used again was copied by somebody, so the whole session ends.

use axum::extract::State;
use serde::Deserialize;
use shared::auth::person::user_of;
use shared::auth::token::Audience;
use shared::db::usuarios;
use shared::http::Json;
use shared::ledger::Rotation;
use shared::problem::Problem;
use shared::tenant::Host;

use crate::AppState;
use crate::session::{Opened, Tokens, subject};

/// The body.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(crate) struct Refresh {
    refresh_token: String,
}

/// `POST /api/auth/refresh`: whoever holds a refresh token, at its clinic's own address.
pub(crate) async fn refresh(
    State(state): State<AppState>,
    host: Host,
    Json(body): Json<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    renew(&state, &host, &body.refresh_token).await.map(Opened::tokens).map(Json)
}

/// The next pair of a session, for the refresh token that is its current one. However often it is renewed, it ends when its login is old enough.
pub(crate) async fn renew(state: &AppState, host: &Host, token: &str) -> Result<Opened, Problem> {
    let parts = &state.parts;
    let claims = parts.gate.verifier.verify(token, Audience::Refresh).ok_or(Problem::NotAuthenticated)?;
    let (used, signed) = (claims.jti.clone(), claims.iat);
    let since = claims.auth_time.unwrap_or(signed);
    let left = state.lives.of_user(claims.user_type).left(since, parts.clock.now().as_second());
    let session = parts.gate.session_of(host, claims).await?;
    // In the time a restoration took back, its user may have been dismissed, or have changed the password.
    let restored = usuarios::sessions_since(&parts.db).await?.is_some_and(|since| signed < since.as_second());
    let Some(life) = left.filter(|_| !restored) else {
        parts.ledger.end_session(session.sid()).await?;
        return Err(Problem::NotAuthenticated);
    };
    let usuario = match user_of(parts, &session).await {
        Err(Problem::NotAuthenticated) => {
            parts.ledger.end_session(session.sid()).await?;
            return Err(Problem::NotAuthenticated);
        }
        found => found?,
    };
    let pair = state.signer.pair(&subject(&usuario), session.sid(), since, life);
    let pair = pair.map_err(|_| Problem::Internal)?;
    match parts.ledger.rotate_session(session.sid(), &used, &pair.refresh_jti, life.refresh).await? {
        Rotation::Done => Ok(Opened { access: pair.access, refresh: pair.refresh, life, usuario }),
        Rotation::Refused => {
            tracing::warn!("a refresh token was used twice; its session was ended");
            parts.ledger.end_session(session.sid()).await?;
            Err(Problem::NotAuthenticated)
        }
    }
}
