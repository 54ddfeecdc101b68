//! Sessions: the pair of tokens and the user that go with them, `GET /api/auth/me`, `POST /api/auth/logout`.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::auth::token::{ACCESS_TTL, Pair, REFRESH_TTL, Subject};
use shared::auth::{AnySession, Papel, UserType};
use shared::db::usuarios::{self, Usuario};
use shared::http::Json;
use shared::id::{ClienteId, UserId};
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

/// The user, as the web app shows them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    id: UserId,
    nome: String,
    email: String,
    #[serde(rename = "user_type")]
    kind: UserType,
    cliente_id: Option<ClienteId>,
    gestor: bool,
    /// Only of an operador.
    #[serde(skip_serializing_if = "Option::is_none")]
    papel: Option<Papel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    especialidade: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crm: Option<String>,
}

impl From<Usuario> for User {
    fn from(user: Usuario) -> Self {
        Self {
            id: user.id,
            nome: user.nome,
            email: user.email,
            kind: user.user_type,
            cliente_id: user.cliente_id,
            gestor: user.gestor,
            papel: user.papel,
            especialidade: user.especialidade,
            crm: user.crm,
        }
    }
}

pub(crate) fn subject(user: &Usuario) -> Subject {
    Subject {
        user_id: user.id,
        user_type: user.user_type,
        email: user.email.clone(),
        cliente_id: user.cliente_id,
        gestor: user.gestor,
        papel: user.papel,
    }
}

/// Opens the session `sid` and signs its first pair.
pub(crate) async fn first_pair(
    state: &AppState,
    user: Usuario,
    sid: &str,
) -> Result<(Pair, Usuario), Problem> {
    let pair = state.signer.pair(&subject(&user), sid).map_err(|_| Problem::Internal)?;
    state.parts.ledger.open_session(sid, &pair.refresh_jti, REFRESH_TTL).await?;
    Ok((pair, user))
}

impl Tokens {
    pub(crate) fn new(pair: Pair, user: Usuario) -> Self {
        Self {
            access_token: pair.access,
            refresh_token: pair.refresh,
            token_type: "bearer",
            expires_in: ACCESS_TTL.as_secs(),
            user: user.into(),
        }
    }
}

/// The answer of `GET /api/auth/me`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    user: User,
}

/// The active user of a session, as Postgres has them now.
pub(crate) async fn user_of(parts: &HttpParts, session: &AnySession) -> Result<Usuario, Problem> {
    let (user_type, id) = (session.user().user_type(), session.user().id());
    match session {
        AnySession::Clinic(session) => {
            // For the clinic, not for the user: a changed role must not end the session that asks for its new one.
            let tenant = session.tenant();
            parts.db.in_tenant(tenant, async |tx| usuarios::get(tx, user_type, id).await).await
        }
        AnySession::Operator(_) => usuarios::get_operador(&parts.db, id).await,
    }
}

/// `GET /api/auth/me`: any user; also of a suspended clinic.
pub(crate) async fn me(State(parts): State<HttpParts>, session: AnySession) -> Result<Json<Me>, Problem> {
    let user = user_of(&parts, &session).await?.into();
    Ok(Json(Me { user }))
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
