//! What happens to each request once, outermost: it gets a name, under which everything it causes is found, a refusal gets that name in its body,
//! and one line is logged with ids and durations, never a body.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, SET_COOKIE, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method};
use lambda_http::Context;
use lambda_http::request::RequestContext;
use uuid::Uuid;

use crate::id::ClienteId;
use crate::problem::Problem;
use crate::telemetry::{self, Invocation, emf};
use crate::tenant::Tenant;

/// The header that carries the request's name back.
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Data that is opened as a page loads nothing and stands in no frame.
const DATA_ONLY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The clinic of a request, for the log line; put into the response by the gate's routes.
#[derive(Debug, Clone, Copy)]
struct Seen(ClienteId);

/// The name of the request: the gateway's, or a new one.
fn request_id(request: &Request) -> String {
    let given = request.extensions().get::<RequestContext>().and_then(|context| match context {
        RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    });
    given.filter(|id| telemetry::is_correlation(id)).unwrap_or_else(|| Uuid::now_v7().to_string())
}

/// Names the request, and has it answered under that name; what an API answers is no page.
pub async fn finish(is_api: bool, request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let call = match request.extensions().get::<Context>() {
        Some(context) => Invocation::begin(context),
        None => Invocation::begin(&Context::default()),
    };
    let mut response = call.answers(&id, request.headers()).around(answer(&id, request, next)).await;
    if is_api {
        response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(DATA_ONLY));
    }
    response
}

/// Answers, finishes and logs the request.
async fn answer(id: &str, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        let mut finished = problem.respond(id);
        // A refusal may end a browser's session.
        for cookie in response.headers().get_all(SET_COOKIE) {
            finished.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        let extensions = std::mem::take(response.extensions_mut());
        response = finished;
        *response.extensions_mut() = extensions;
    }
    // What is not said to be kept is kept by nobody: most of it is about patients.
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Browsers come by TLS, and take nothing for something else; what a page may load is `site`'s to say.
    let always = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    response.headers_mut().entry(STRICT_TRANSPORT_SECURITY).or_insert(always);
    response.headers_mut().entry(X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    emf::invocation(emf::outcome(response.status()), started);
    log(&method, route.as_deref(), &response, problem.as_ref(), started);
    response
}

fn log(
    method: &Method,
    route: Option<&str>,
    response: &Response,
    problem: Option<&Problem>,
    started: Instant,
) {
    let cliente = response.extensions().get::<Seen>().map(|seen| seen.0.to_string());
    tracing::info!(
        cliente.id = cliente,
        %method,
        route = route.unwrap_or("-"),
        status = response.status().as_u16(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        codigo = problem.map(Problem::codigo),
        "request"
    );
}

/// Remembers the clinic for the log line.
pub(crate) fn remember(tenant: &Tenant, response: &mut Response) {
    response.extensions_mut().insert(Seen(tenant.cliente_id()));
}
