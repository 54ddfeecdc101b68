//! Several answers of one function in one: what a page asks at every visit is one request, one execution, one wait of a phone.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{Method, Request, request};
use serde::Serialize;
use serde_json::value::RawValue;
use tower::ServiceExt;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The largest answer that is put together with others, bytes; API Gateway carries six million.
const LARGEST: usize = 2_000_000;

/// What a route answers when it is asked by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parte {
    /// Its mark, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// The body.
    #[schema(value_type = Object)]
    corpo: Box<RawValue>,
}

/// Asks `routes` for `path`, as whoever made the request these `parts` are of: with its headers, and with what the gate learned of it. The routes
/// have no gate of their own, so theirs must be the same as the asker's.
///
/// # Errors
/// The refusal of the route; [`Problem::Internal`] for an answer that is no JSON.
pub async fn ask(routes: Router, parts: &request::Parts, path: &str) -> Result<Parte, Problem> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = path.parse().map_err(|_| Problem::Internal)?;
    *request.headers_mut() = parts.headers.clone();
    // They are about the request as a whole.
    for name in [IF_NONE_MATCH, CONTENT_TYPE, CONTENT_LENGTH] {
        request.headers_mut().remove(name);
    }
    *request.extensions_mut() = parts.extensions.clone();
    let Ok(response) = routes.oneshot(request).await;
    let (mut head, body) = response.into_parts();
    if let Some(problem) = head.extensions.remove::<Problem>() {
        return Err(problem);
    }
    if !head.status.is_success() {
        return Err(Problem::Internal);
    }
    let body = to_bytes(body, LARGEST).await.map_err(|_| Problem::Internal)?;
    let corpo = serde_json::from_slice(&body).map_err(|_| Problem::Internal)?;
    let etag = head.headers.get(ETAG).and_then(|mark| mark.to_str().ok()).map(ToOwned::to_owned);
    Ok(Parte { etag, corpo })
}
