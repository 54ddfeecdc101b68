//! The route table. axum's `Router` cannot be listed, so routes are values first: tests walk them, and each carries its
//! [`Access`], which [`build_router`] puts in front of the handler.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::Method;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

use crate::auth::{Access, Dados, Gate, Leitura, Session};
use crate::http::{Address, Doc, edge};
use crate::problem::Problem;
use crate::tenant::Tenant;

/// The largest body any route reads, bytes.
pub const LARGEST_BODY: usize = 1_000_000;

/// Below this packing saves no packet, bytes.
const SMALLEST_PACKED: u16 = 1_200;

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
#[expect(
    clippy::needless_pass_by_value,
    reason = "the gate is cloned into every route and kept nowhere else"
)]
pub fn build_router<S>(routes: Vec<Route<S>>, gate: Option<Gate>, state: S) -> Router
where
    S: Clone + Send + Sync + 'static,
{
    let mut table = Router::new();
    for Route { method, path, access, handler, shows, .. } in routes {
        let gate = gate.clone();
        let named = shows.map(|dados| (dados, format!("{method} {path}")));
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
        .layer(from_fn(edge::finish))
        .layer(compressed())
        .with_state(state)
}

/// A large answer, packed for who reads gzip: a full day of the agenda is a second of a phone's slow line unpacked. What is packed already, as the files
/// of `site`, stays as it is. No answer holds a secret beside what a stranger chose, so its length tells nothing (BREACH).
fn compressed() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(SMALLEST_PACKED)))
}

async fn guard(
    gate: Option<Gate>,
    access: Access,
    shows: Option<(Dados, String)>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut meter = None;
    if access != Access::Open {
        let Some(gate) = gate else {
            return Problem::Internal.into_response();
        };
        if let Err(problem) = gate.pass(access, &mut request).await {
            return problem.into_response();
        }
        if let Some((dados, rota)) = shows {
            let origem = Address::of(request.extensions());
            let leitura = Leitura { dados, rota, origem, em: gate.now() };
            if let Some(session) = request.extensions_mut().get_mut::<Session>() {
                session.reads(leitura);
            }
        }
        meter = Some(gate.meter);
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
    use std::io::Read;

    use axum::body::Body;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn asked(letters: usize, accepts: &str) -> (Option<String>, Vec<u8>) {
        let route = Route::new(Method::GET, "/x", Access::Open, get(async move || "a".repeat(letters)));
        let request = Request::get("/x").header(ACCEPT_ENCODING, accepts).body(Body::empty()).unwrap();
        let answer = build_router(vec![route], None, ()).oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let encoding = head.headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        if encoding.is_some() {
            assert_eq!(head.headers.get(VARY).unwrap(), "accept-encoding");
        }
        (encoding, body.collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_large_answer_is_packed_for_who_can_read_it() {
        let (encoding, body) = asked(20_000, "gzip, br").await;
        assert_eq!(encoding.as_deref(), Some("gzip"));
        assert!(body.len() < 1_000, "{}", body.len());
        let mut text = String::new();
        GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a".repeat(20_000));
    }

    #[tokio::test]
    async fn a_small_one_and_who_reads_no_gzip_get_it_as_it_is() {
        assert_eq!(asked(200, "gzip").await, (None, vec![b'a'; 200]));
        assert_eq!(asked(20_000, "identity").await, (None, vec![b'a'; 20_000]));
    }
}
