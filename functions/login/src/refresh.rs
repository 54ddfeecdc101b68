//! `POST /api/auth/refresh`: a refresh token works once. One that is used again was copied by somebody, so the whole session ends.

use axum::extract::State;
use serde::Deserialize;
use shared::auth::token::{Audience, Pair, REFRESH_TTL};
use shared::db::usuarios::Usuario;
use shared::http::Json;
use shared::ledger::Rotation;
use shared::problem::Problem;
use shared::tenant::Host;

use crate::AppState;
use crate::session::{Tokens, subject, user_of};

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
    let (pair, usuario) = rotate(&state, &host, &body.refresh_token).await?;
    Ok(Json(Tokens::new(pair, usuario)))
}

/// The next pair for the holder of a refresh token.
pub(crate) async fn rotate(
    state: &AppState,
    host: &Host,
    refresh_token: &str,
) -> Result<(Pair, Usuario), Problem> {
    let parts = &state.parts;
    let claims =
        parts.gate.verifier.verify(refresh_token, Audience::Refresh).ok_or(Problem::NotAuthenticated)?;
    let used = claims.jti.clone();
    let session = parts.gate.session_of(host, claims).await?;
    let usuario = match user_of(parts, &session).await {
        Err(Problem::NotAuthenticated) => {
            parts.ledger.end_session(session.sid()).await?;
            return Err(Problem::NotAuthenticated);
        }
        found => found?,
    };
    let pair = state.signer.pair(&subject(&usuario), session.sid()).map_err(|_| Problem::Internal)?;
    match parts.ledger.rotate_session(session.sid(), &used, &pair.refresh_jti, REFRESH_TTL).await? {
        Rotation::Done => Ok((pair, usuario)),
        Rotation::Refused => {
            tracing::warn!("a refresh token was used twice; its session was ended");
            parts.ledger.end_session(session.sid()).await?;
            Err(Problem::NotAuthenticated)
        }
    }
}
