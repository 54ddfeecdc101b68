//! The route table. axum's `Router` cannot be listed, so routes are values first: tests walk them, and each carries its
//! [`Access`], which [`build_router`] puts in front of the handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::header::CONTENT_TYPE;
use http::{Extensions, HeaderMap, Method, StatusCode, Version};
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel::Fastest;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::auth::{Access, Dados, Gate, Leitura, Session};
use crate::http::{Address, Doc, Source, edge};
use crate::problem::Problem;
use crate::tenant::Tenant;

/// The largest body any route reads, bytes.
pub const LARGEST_BODY: usize = 1_000_000;

/// From here on an answer is sent in gzip to who reads it, bytes.
const WORTH_PACKING: u16 = 1_024;

/// One line of a function's table.
#[derive(Debug)]
pub struct Route<S> {
    /// The method.
    pub method: Method,
    /// The path in axum's syntax, `/api/medicos/{id}`.
    pub path: &'static str,
    /// Who may call.
    pub access: Access,
    /// What it does, reads and answers.
    pub doc: Doc,
    /// What of patients it shows to people of the clinic; whom it showed is kept in `acessos`.
    pub shows: Option<Dados>,
    handler: MethodRouter<S>,
}

impl<S> Route<S> {
    /// A route; `handler` must serve `method` only.
    pub fn new(method: Method, path: &'static str, access: Access, handler: MethodRouter<S>) -> Self {
        Self { method, path, access, doc: Doc::default(), shows: None, handler }
    }

    /// With its description.
    #[must_use]
    pub fn doc(mut self, doc: Doc) -> Self {
        self.doc = doc;
        self
    }

    /// One that shows this of patients.
    #[must_use]
    pub fn shows(mut self, dados: Dados) -> Self {
        self.shows = Some(dados);
        self
    }
}

/// Folds the table into a router: the gate in front of each route, problems for what matches none, one log line each.
///
/// `gate` is `None` only for a function all of whose routes are [`Access::Open`].
pub fn build_router<S>(routes: Vec<Route<S>>, gate: Option<Gate>, state: S) -> Router
where
    S: Clone + Send + Sync + 'static,
{
    let is_api = gate.is_some();
    // Every route holds it, and each request is given a copy of its route several times over.
    let gate = gate.map(Arc::new);
    let mut table = Router::new();
    for Route { method, path, access, handler, shows, .. } in routes {
        let gate = gate.clone();
        let named = shows.map(|dados| (dados, Arc::from(format!("{method} {path}"))));
        let guarded = handler.layer(from_fn(move |request: Request, next: Next| {
            let (gate, named) = (gate.clone(), named.clone());
            async move { guard(gate, access, named, request, next).await }
        }));
        table = table.route(path, guarded);
    }
    table
        .fallback(async || Problem::NotFound)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(move |request: Request, next: Next| edge::finish(is_api, request, next)))
        .layer(
            CompressionLayer::new()
                .quality(Fastest)
                .compress_when(SizeAbove::new(WORTH_PACKING).and(is_text)),
        )
        .with_state(state)
}

/// API Gateway packs nothing, and a phone waits for bytes. Pictures and sound are packed already.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/")
        || kind.starts_with("application/json")
        || kind.starts_with("application/problem+json")
}

async fn guard(
    gate: Option<Arc<Gate>>,
    access: Access,
    shows: Option<(Dados, Arc<str>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut meter = None;
    if gate.is_none() && access != Access::Open {
        return Problem::Internal.into_response();
    }
    if let Some(gate) = gate {
        let source = Source::of_request(request.extensions());
        if let Err(problem) = gate.pass(access, source.as_str(), &mut request).await {
            let mut refused = problem.into_response();
            if let Some(tenant) = request.extensions().get::<Tenant>() {
                edge::remember(tenant, &mut refused);
            }
            return refused;
        }
        if let Some((dados, rota)) = shows {
            let origem = Address::of(request.extensions());
            let leitura = Leitura { dados, rota: rota.as_ref().to_owned(), origem, em: gate.now() };
            if let Some(session) = request.extensions_mut().get_mut::<Session>() {
                session.reads(leitura);
            }
        }
        meter = Some(gate.meter.clone());
    }
    let tenant = request.extensions().get::<Tenant>().cloned();
    let mut response = next.run(request).await;
    if let Some(tenant) = tenant {
        edge::remember(&tenant, &mut response);
        if let Some(meter) = meter {
            meter.request(tenant.cliente_id());
            meter.flush_if_due();
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use serde_json::{Value, json};

    use crate::http::call;

    /// What API Gateway is told when `path` is asked for by who reads `accepted`.
    async fn asked(path: &'static str, accepted: &str) -> Value {
        let long = "ç".repeat(usize::from(WORTH_PACKING));
        let text = async move || axum::Json(json!({ "texto": long }));
        let sound = async || ([("content-type", "audio/ogg")], vec![b'a'; 10_000]);
        let routes = vec![
            Route::new(Method::GET, "/longo", Access::Open, get(text)),
            Route::new(
                Method::GET,
                "/curto",
                Access::Open,
                get(async || axum::Json(json!({ "texto": "a" }))),
            ),
            Route::new(Method::GET, "/som", Access::Open, get(sound)),
        ];
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
            "headers": { "host": "a.localhost", "accept-encoding": accepted },
            "requestContext": { "http": { "method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1" },
                "stage": "$default", "requestId": "r", "timeEpoch": 0 },
            "isBase64Encoded": false
        });
        call(build_router(routes, None, ()), event).await.unwrap()
    }

    #[tokio::test]
    async fn a_long_answer_is_packed_for_who_unpacks_it() {
        let packed = asked("/longo", "gzip, deflate, br").await;
        assert_eq!(packed["headers"]["content-encoding"], "gzip");
        assert_eq!(packed["isBase64Encoded"], true, "API Gateway carries text or base64");
        assert!(packed["body"].as_str().unwrap().len() < usize::from(WORTH_PACKING));
        for (path, accepted) in [("/longo", ""), ("/longo", "gzip;q=0"), ("/curto", "gzip"), ("/som", "gzip")]
        {
            let plain = asked(path, accepted).await;
            assert!(plain["headers"]["content-encoding"].is_null(), "{path} {accepted}: {plain}");
        }
    }
}
