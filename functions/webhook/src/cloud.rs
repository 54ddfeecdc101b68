//! `/webhook/cloud`: Meta's handshake and Meta's posts.
//!
//! One post tells of several things at several clinics' numbers. Meta repeats a post that was not answered with 200 for days, whole; so
//! everything in it is in the queue before it is answered, and what was there from an earlier attempt is a repetition. Which clinic a
//! number is of, the assistant finds out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use shared::clock::SharedClock;
use shared::http::extract::Bytes;
use shared::http::{Json, Query};
use shared::ledger::Ledger;
use shared::problem::Problem;
use shared::queue::Queue;
use shared::whatsapp::cloud::{CloudProof, SIGNATURE_HEADER, parse};

use crate::receive::{Answer, Status, accept, malformed};

/// The largest post of Meta, bytes; it says three megabytes.
pub(crate) const LARGEST_POST: usize = 4_000_000;
/// The longest challenge that is given back; Meta's have ten digits.
const LONGEST_CHALLENGE: usize = 200;

/// The app at Meta, if the platform has one.
pub(crate) type App = Option<Arc<CloudProof>>;

/// What Meta asks when somebody gives it this address.
#[derive(Debug, Deserialize)]
pub(crate) struct Handshake {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    verify_token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// `GET /webhook/cloud`: the challenge, to whoever knows the token we know.
pub(crate) async fn handshake(
    State(app): State<App>,
    Query(asked): Query<Handshake>,
) -> Result<Response, Problem> {
    let app = app.ok_or(Problem::NotFound)?;
    // What is given back is a word, whatever a stranger wrote.
    let word = (1..=LONGEST_CHALLENGE).contains(&asked.challenge.len())
        && asked.challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if asked.mode != "subscribe" || !word || !app.knows(&asked.verify_token) {
        return Err(Problem::WebhookNotAuthenticated);
    }
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text)], asked.challenge).into_response())
}

/// `POST /webhook/cloud`: for Meta, which signs the body in [`SIGNATURE_HEADER`]. Idempotent. Without an app it is a 503, so that nothing
/// is lost while the secret is being put in place.
pub(crate) async fn receive(
    State(app): State<App>,
    State(ledger): State<Ledger>,
    State(queue): State<Queue>,
    State(clock): State<SharedClock>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Result<Json<Answer>, Problem> {
    // Whoever signs nothing is not Meta, whether there is an app or not, and is not told.
    if !headers.get(SIGNATURE_HEADER).is_some_and(|value| value.as_bytes().starts_with(b"sha256=")) {
        return Err(Problem::WebhookNotAuthenticated);
    }
    let app = app.ok_or_else(|| {
        tracing::error!("a post for Meta's app, and WHATSAPP_CLOUD_APP_SECRET is not set");
        Problem::Unavailable
    })?;
    if !proven(&app, &headers, &body) {
        return Err(Problem::WebhookNotAuthenticated);
    }
    let post = parse(&body, clock.now()).map_err(malformed)?;
    for reason in &post.ignored {
        tracing::debug!(%reason, "ignored");
    }
    let mut status = Status::Ignorada;
    for inbound in &post.inbound {
        match (accept(inbound, &ledger, &queue).await?, status) {
            (Status::Aceita, _) => status = Status::Aceita,
            (Status::Repetida, Status::Ignorada) => status = Status::Repetida,
            _ => {}
        }
    }
    Ok(Json(Answer { status }))
}

/// Exactly one header, holding the signature of these bytes.
fn proven(app: &CloudProof, headers: &HeaderMap, body: &[u8]) -> bool {
    let mut given = headers.get_all(SIGNATURE_HEADER).iter();
    match (given.next().and_then(|value| value.to_str().ok()), given.next()) {
        (Some(signature), None) => app.signed(body, signature),
        _ => false,
    }
}
