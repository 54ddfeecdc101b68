//! Answers with a page, one of its files, or the way there.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use shared::problem::Problem;

use crate::AppState;
use crate::assets::{self, Asset, PREFIX};
use crate::headers::{self, policy};

/// The page a person starts at; it goes on to the agenda by itself when somebody is logged in.
const FIRST_PAGE: &str = "/static/login.html";

/// Where pages were before the app had addresses of its own, and where they are.
const MOVED: [(&str, &str); 4] = [
    ("agenda.html", "/app/agenda"),
    ("whatsapp.html", "/app/whatsapp"),
    ("faturas.html", "/app/plano"),
    ("implantacao.html", "/console/clinicas/nova"),
];

/// `GET /`, open: to the login page.
pub async fn root() -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Redirect::temporary(FIRST_PAGE)).into_response()
}

/// `GET /app` and below, open: the app of a clinic, which finds out itself who is there and what was asked for.
pub async fn app(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::APP), &headers)
}

/// `GET /console` and below, open: the operators' app.
pub async fn console(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::CONSOLE), &headers)
}

/// `GET /agendar`, open: where patients book; may be shown in a frame.
pub async fn booking(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let asset = state.assets.get(assets::BOOKING);
    let mut response = answer(&state, asset, &headers);
    if let Some(asset) = asset {
        allow(response.headers_mut(), &headers::embeddable(asset.inline()));
    }
    response
}

/// `GET /sw.js`, open: at the root, because a worker sees only what is below its own address.
pub async fn worker(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::WORKER), &headers)
}

/// `GET /problemas`, open: every refusal, each under its name.
pub async fn problems(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::PROBLEMS), &headers)
}

/// `GET /termos`, open: the terms of use.
pub async fn terms(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::TERMS), &headers)
}

/// `GET /seus-dados`, open: what patients read of their data.
pub async fn your_data(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::YOUR_DATA), &headers)
}

/// `GET /convite`, open: where an invitation is accepted, at a clinic's address or the operators'.
pub async fn invitation(State(state): State<AppState>, headers: HeaderMap) -> Response {
    answer(&state, state.assets.get(assets::INVITATION), &headers)
}

/// `GET /static/{*rest}`, open: the file, or 304 when the browser has it already.
///
/// # Errors
/// [`Problem::NotFound`], as a page for a browser and as a problem for a program.
pub async fn file(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    if let Some((_, now)) = MOVED.iter().find(|(before, _)| *before == path) {
        return ([(header::CACHE_CONTROL, "no-cache")], Redirect::temporary(now)).into_response();
    }
    answer(&state, state.assets.get(path), &headers)
}

fn answer(state: &AppState, asset: Option<&Asset>, headers: &HeaderMap) -> Response {
    match (asset, state.assets.get(assets::NOT_FOUND)) {
        (Some(asset), _) if has_it(headers, asset) => {
            (StatusCode::NOT_MODIFIED, naming(asset)).into_response()
        }
        (Some(asset), _) => (naming(asset), content(asset, headers)).into_response(),
        (None, Some(page)) if wants_page(headers) => {
            let mut head = HeaderMap::new();
            head.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            allow(&mut head, &policy(page.inline()));
            (StatusCode::NOT_FOUND, head, content(page, headers)).into_response()
        }
        (None, _) => Problem::NotFound.into_response(),
    }
}

/// The content, in brotli for who accepts it.
fn content(asset: &Asset, headers: &HeaderMap) -> Response {
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    match &asset.brotli {
        Some(brotli) if accepts_brotli(headers) => {
            (kind, [(header::CONTENT_ENCODING, "br")], brotli.clone()).into_response()
        }
        _ => (kind, asset.body.clone()).into_response(),
    }
}

/// How long the browser may keep the file, the name of this content, and that it depends on what the browser can read.
fn naming(asset: &Asset) -> HeaderMap {
    let lifetime = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag(asset)) {
        headers.insert(header::ETAG, etag);
    }
    // Also of what did not change: a browser takes over what it is told then.
    allow(&mut headers, &policy(asset.inline()));
    headers
}

/// Says what the page may do.
fn allow(headers: &mut HeaderMap, policy: &str) {
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The name of the content in whatever coding, so a weak one.
fn etag(asset: &Asset) -> String {
    format!("W/\"{}\"", asset.hash)
}

/// Whether `If-None-Match` names this content (RFC 9110, 13.1.2: compared weakly).
fn has_it(headers: &HeaderMap, asset: &Asset) -> bool {
    let etag = etag(asset);
    text(headers, &header::IF_NONE_MATCH)
        .split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.trim_start_matches("W/") == etag.trim_start_matches("W/"))
}

/// Whether `Accept-Encoding` names brotli and does not weigh it with nothing.
fn accepts_brotli(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT_ENCODING).split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        name.trim().eq_ignore_ascii_case("br") && weight != Ok(0.0)
    })
}

fn wants_page(headers: &HeaderMap) -> bool {
    text(headers, &header::ACCEPT).contains("text/html")
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
