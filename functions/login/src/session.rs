//! Sessions: the pair of tokens and the user that go with them, `GET /api/auth/me`, `POST /api/auth/logout`.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::auth::person::{Me, User, user_of};
use shared::auth::token::{Life, Subject};
use shared::auth::{AnySession, UserType};
use shared::db::usuarios::Usuario;
use shared::http::Json;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::AppState;

/// The answer to a login and to a refresh.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tokens {
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    user: User,
}

pub(crate) fn subject(user: &Usuario) -> Subject {
    Subject {
        user_id: user.id,
        user_type: user.user_type,
        email: user.email.clone(),
        cliente_id: user.cliente_id,
        gestor: user.gestor,
        papel: user.papel,
        epoca: user.sessoes.epoca,
    }
}

/// Opens the session `sid` and signs its first pair.
pub(crate) async fn open(state: &AppState, usuario: Usuario, sid: &str) -> Result<Opened, Problem> {
    let since = state.parts.clock.now().as_second();
    let life = state.lives.of_user(usuario.user_type);
    let pair = state.signer.pair(&subject(&usuario), sid, since, life).map_err(|_| Problem::Internal)?;
    state.parts.ledger.open_session(sid, &pair.refresh_jti, life.refresh).await?;
    Ok(Opened { access: pair.access, refresh: pair.refresh, life, usuario })
}

/// A session that was opened or renewed.
pub(crate) struct Opened {
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// What is left of it.
    pub(crate) life: Life,
    pub(crate) usuario: Usuario,
}

impl Opened {
    /// As a program is given it.
    pub(crate) fn tokens(self) -> Tokens {
        Tokens {
            access_token: self.access,
            refresh_token: self.refresh,
            token_type: "bearer",
            expires_in: self.life.access.as_secs(),
            user: self.usuario.into(),
        }
    }
}

/// Only operators' sessions end while a page is open that nobody touches.
pub(crate) fn idle_end(state: &AppState, user_type: UserType) -> Option<u64> {
    (user_type == UserType::Operador).then_some(state.lives.operator.refresh.as_secs())
}

/// `GET /api/auth/me`: any user; also of a suspended clinic.
pub(crate) async fn me(State(state): State<AppState>, session: AnySession) -> Result<Json<Me>, Problem> {
    let user = user_of(&state.parts, &session).await?;
    let idle = idle_end(&state, user.user_type);
    Ok(Json(Me::of(user, idle)))
}

/// `POST /api/auth/logout`: any user; ends the session, its access and refresh tokens. Idempotent for the client: a second call is
/// a 401, and the session stays ended.
pub(crate) async fn logout(
    State(parts): State<HttpParts>,
    session: AnySession,
) -> Result<StatusCode, Problem> {
    parts.ledger.end_session(session.sid()).await?;
    Ok(StatusCode::NO_CONTENT)
}
