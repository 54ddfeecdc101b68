//! The session of a browser, `/api/auth/sessao`: the same tokens as a program's, in cookies no script can read.
//!
//! Each of these routes sets cookies or takes them away, so each asks that a page of the same address calls it: a stranger's page may neither log
//! somebody in nor out.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use shared::auth::cookie;
use shared::auth::token::{ACCESS_TTL, Audience, Pair, REFRESH_TTL};
use shared::db::usuarios::Usuario;
use shared::http::{Json, Source};
use shared::problem::Problem;
use shared::tenant::Host;
use utoipa::ToSchema;

use crate::AppState;
use crate::credentials::Credentials;
use crate::session::User;
use crate::{entrar, refresh};

/// A session whose tokens are in cookies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessao {
    user: User,
    /// Seconds until it should be renewed.
    expires_in: u64,
}

/// `POST /api/auth/sessao`: anybody; opens a session. Not idempotent: each call opens another.
pub(crate) async fn open(
    State(state): State<AppState>,
    host: Host,
    source: Source,
    headers: HeaderMap,
    credentials: Credentials,
) -> Result<Response, Problem> {
    from_our_page(&Method::POST, &headers)?;
    let (pair, user) = entrar::open(&state, &host, &source, credentials).await?;
    answer(&pair, user)
}

/// `POST /api/auth/sessao/renovacao`: the browser that holds the refresh token. What the server does not accept any more is taken away.
pub(crate) async fn renew(State(state): State<AppState>, host: Host, headers: HeaderMap) -> Response {
    if let Err(problem) = from_our_page(&Method::POST, &headers) {
        return problem.into_response();
    }
    let Some(token) = cookie::read(&headers, cookie::REFRESH) else {
        return without_cookies(Problem::NotAuthenticated);
    };
    match refresh::rotate(&state, &host, token).await {
        Ok((pair, user)) => answer(&pair, user).into_response(),
        Err(Problem::NotAuthenticated) => without_cookies(Problem::NotAuthenticated),
        Err(problem) => problem.into_response(),
    }
}

/// `DELETE /api/auth/sessao`: anybody; the session of either cookie ends, and both go. Repeated, the same answer.
pub(crate) async fn end(
    State(state): State<AppState>,
    host: Host,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    from_our_page(&Method::DELETE, &headers)?;
    let gate = &state.parts.gate;
    for (name, audience) in [(cookie::ACCESS, Audience::Access), (cookie::REFRESH, Audience::Refresh)] {
        let Some(claims) =
            cookie::read(&headers, name).and_then(|token| gate.verifier.verify(token, audience))
        else {
            continue;
        };
        match gate.session_of(&host, claims).await {
            Ok(session) => state.parts.ledger.end_session(session.sid()).await?,
            Err(Problem::NotAuthenticated) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(without_cookies(StatusCode::NO_CONTENT))
}

fn from_our_page(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if cookie::is_own(method, headers) { Ok(()) } else { Err(Problem::ForeignOrigin) }
}

fn answer(pair: &Pair, user: Usuario) -> Result<Response, Problem> {
    let body = Sessao { user: user.into(), expires_in: ACCESS_TTL.as_secs() };
    let cookies = [
        cookie::set(cookie::ACCESS, &pair.access, ACCESS_TTL),
        cookie::set(cookie::REFRESH, &pair.refresh, REFRESH_TTL),
    ];
    let [Some(access), Some(refresh)] = cookies else { return Err(Problem::Internal) };
    Ok(with_cookies(Json(body).into_response(), [access, refresh]))
}

fn without_cookies(answer: impl IntoResponse) -> Response {
    let cleared = [cookie::clear(cookie::ACCESS), cookie::clear(cookie::REFRESH)];
    with_cookies(answer.into_response(), cleared.into_iter().flatten())
}

fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let headers = response.headers_mut();
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
