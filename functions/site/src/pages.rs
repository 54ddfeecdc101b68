//! Answers with a page, one of its files, or the way there.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use shared::problem::Problem;

use crate::AppState;
use crate::assets::{Asset, INVITATION, PREFIX, PROBLEMS, TERMS};

/// The page a person starts at; it goes on to the agenda by itself when somebody is logged in.
const FIRST_PAGE: &str = "/static/login.html";

const NOT_FOUND_PAGE: &str = "404.html";

/// `GET /`, open: to the login page.
pub async fn root() -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Redirect::temporary(FIRST_PAGE)).into_response()
}

/// `GET /problemas`, open: every refusal, each under its name.
pub async fn problems(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(PROBLEMS), &headers)
}

/// `GET /termos`, open: the terms of use.
pub async fn terms(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(TERMS), &headers)
}

/// `GET /convite`, open: where an invitation is accepted, at a clinic's address or the operators'.
pub async fn invitation(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(INVITATION), &headers)
}

/// `GET /static/{*rest}`, open: the file, or 304 when the browser has it already.
///
/// # Errors
/// [`Problem::NotFound`], as a page for a browser and as a problem for a program.
pub async fn file(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Response {
    let asset = uri.path().strip_prefix(PREFIX).and_then(|path| state.assets.get(path));
    answer(&state, asset, &headers)
}

fn answer(state: &AppState, asset: Option<&Asset>, headers: &HeaderMap) -> Response {
    match (asset, state.assets.get(NOT_FOUND_PAGE)) {
        (Some(asset), _) if has_it(headers, asset) => {
            (StatusCode::NOT_MODIFIED, naming(asset)).into_response()
        }
        (Some(asset), _) => {
            let content_type = [(header::CONTENT_TYPE, asset.content_type)];
            (naming(asset), content_type, asset.body.clone()).into_response()
        }
        (None, Some(page)) if wants_page(headers) => {
            let head = [(header::CONTENT_TYPE, page.content_type), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::NOT_FOUND, head, page.body.clone()).into_response()
        }
        (None, _) => Problem::NotFound.into_response(),
    }
}

/// How long the browser may keep the file, and the name of this content.
fn naming(asset: &Asset) -> HeaderMap {
    let lifetime = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    if let Ok(etag) = HeaderValue::from_str(&etag(asset)) {
        headers.insert(header::ETAG, etag);
    }
    headers
}

fn etag(asset: &Asset) -> String {
    format!("\"{}\"", asset.hash)
}

/// Whether `If-None-Match` names this content (RFC 9110, 13.1.2: compared weakly).
fn has_it(headers: &HeaderMap, asset: &Asset) -> bool {
    let etag = etag(asset);
    text(headers, &header::IF_NONE_MATCH)
        .split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.trim_start_matches("W/") == etag)
}

fn wants_page(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).contains("text/html")
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
