//! A browser's session: the same tokens, in cookies no script reads. Each of these routes asks that the page is of the same address, with or
//! without a cookie: nobody else's page logs somebody in or out.

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use shared::auth::cookie::{self, ensure_own_page};
use shared::auth::person::{User, user_of};
use shared::auth::token::Audience;
use shared::auth::{AnySession, UserType};
use shared::db::acesso_operador::{self, Seen};
use shared::db::usuarios;
use shared::http::{Address, Json, Source};
use shared::problem::Problem;
use shared::tenant::Host;
use utoipa::ToSchema;

use crate::AppState;
use crate::credentials::Credentials;
use crate::entrar::enter;
use crate::refresh::renew;
use crate::session::{Opened, idle_end};

/// A browser's session; its tokens are in cookies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessao {
    user: User,
    /// Seconds, until it has to be renewed.
    expires_in: u64,
    /// As in `/api/auth/me`.
    ociosa_segundos: Option<u64>,
}

/// The request comes from a page of this address.
pub(crate) struct OwnPage;

impl<S: Send + Sync> FromRequestParts<S> for OwnPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        ensure_own_page(&parts.method, &parts.headers).map(|()| Self)
    }
}

/// `POST /api/auth/sessao`: anybody, as `/api/auth/login`.
pub(crate) async fn begin(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    _: OwnPage,
    credentials: Credentials,
) -> Result<Response, Problem> {
    enter(&state, &host, &source, credentials).await.and_then(|opened| with_cookies(&state, opened))
}

/// `POST /api/auth/sessao/renovacao`: whoever has the refresh cookie. A session that can't be renewed is over, and so are its cookies.
pub(crate) async fn renewal(
    State(state): State<AppState>,
    host: Host,
    _: OwnPage,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let renewed = match cookie::read(&headers, cookie::REFRESH) {
        Some(token) => renew(&state, &host, token).await,
        None => Err(Problem::NotAuthenticated),
    };
    match renewed {
        Err(Problem::NotAuthenticated) => cleared(Problem::NotAuthenticated),
        renewed => renewed.and_then(|opened| with_cookies(&state, opened)),
    }
}

/// `DELETE /api/auth/sessao`: anybody; ends the session either cookie names. May be repeated.
pub(crate) async fn end(
    State(state): State<AppState>,
    host: Host,
    _: OwnPage,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gate = &state.parts.gate;
    for (name, audience) in [(cookie::ACCESS, Audience::Access), (cookie::REFRESH, Audience::Refresh)] {
        let claims = cookie::read(&headers, name).and_then(|token| gate.verifier.verify(token, audience));
        let Some(claims) = claims else { continue };
        match gate.session_of(&host, claims).await {
            Ok(session) => state.parts.ledger.end_session(session.sid()).await?,
            // Another address's, or over already.
            Err(Problem::NotAuthenticated) => {}
            Err(other) => return Err(other),
        }
    }
    cleared(StatusCode::NO_CONTENT)
}

/// `DELETE /api/auth/sessoes`: any user; ends every session of theirs, this one too, and the calendars they had other programs read: a lost phone may be one.
pub(crate) async fn end_all(
    State(state): State<AppState>,
    session: AnySession,
    Address(from): Address,
) -> Result<Response, Problem> {
    let parts = &state.parts;
    let user = user_of(parts, &session).await?;
    match &session {
        AnySession::Clinic(clinic) => {
            let now = parts.clock.now();
            let end = async |tx: &mut shared::db::TenantTx| {
                usuarios::end_sessions(tx, (user.user_type, user.id), None, clinic, now).await
            };
            parts.db.in_tenant(clinic.tenant(), end).await?;
        }
        AnySession::Operator(_) => {
            let seen = Seen { from, at: parts.clock.now() };
            acesso_operador::end_sessions(&parts.db, user.id, seen).await?;
        }
    }
    parts.ledger.end_session(session.sid()).await?;
    let by = if user.user_type == UserType::Operador { "operador" } else { "clinica" };
    tracing::info!(by, "a user ended every session");
    cleared(StatusCode::NO_CONTENT)
}

fn with_cookies(state: &AppState, opened: Opened) -> Result<Response, Problem> {
    let cookies = [
        cookie::set(cookie::ACCESS, &opened.access, opened.life.access)?,
        cookie::set(cookie::REFRESH, &opened.refresh, opened.life.refresh)?,
    ];
    let ociosa_segundos = idle_end(state, opened.usuario.user_type);
    let expires_in = opened.life.access.as_secs();
    let sessao = Sessao { user: opened.usuario.into(), expires_in, ociosa_segundos };
    Ok(setting(Json(sessao), cookies))
}

fn cleared(answer: impl IntoResponse) -> Result<Response, Problem> {
    Ok(setting(answer, cookie::clear()?))
}

fn setting(answer: impl IntoResponse, cookies: [HeaderValue; 2]) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
