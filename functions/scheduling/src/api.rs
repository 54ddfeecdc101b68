//! `GET /api/openapi.json`: the description of every function's API. It is made from all route tables by
//! `cargo run -p tests --bin openapi` and kept beside this crate, because one function does not know the tables of the others; a
//! test fails when it is not up to date. It is a megabyte, so the build packs it, and only who can't unpack it is told the whole of it.

use std::io::Read;
use std::sync::OnceLock;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::Response;
use axum::routing::get;
use flate2::read::GzDecoder;
use http::Method;
use serde::Serialize;
use shared::auth::Access;
use shared::http::etag::{Asked, Etag};
use shared::http::{Doc, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

/// `openapi.json` in gzip.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/openapi.json", Access::Open, get(document))
            .doc(Doc::new("Esta descrição.").ok::<OpenApi>().not_modified()),
    ]
}

/// An OpenAPI document.
#[derive(Serialize, ToSchema)]
struct OpenApi {
    openapi: String,
    #[schema(value_type = Object)]
    paths: serde_json::Value,
}

/// `GET /api/openapi.json`: anybody.
async fn document(asked: Asked, headers: HeaderMap) -> Result<Response, Problem> {
    // What is in gzip ends with its checksum and its length.
    let mark = Etag::of(&asked, &[&PACKED.last_chunk::<8>()]);
    if mark.is_had(&asked) {
        return mark.unchanged();
    }
    let about = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
        (VARY, "accept-encoding"),
    ];
    if unpacks(&headers) {
        return mark.on((about, [(CONTENT_ENCODING, "gzip")], PACKED));
    }
    mark.on((about, whole()?))
}

/// Unpacked for the first who asks: whoever asks again and again must not make the process do it each time.
fn whole() -> Result<&'static [u8], Problem> {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(whole) = WHOLE.get() {
        return Ok(whole);
    }
    let mut whole = Vec::new();
    GzDecoder::new(PACKED).read_to_end(&mut whole).map_err(|_| Problem::Internal)?;
    Ok(WHOLE.get_or_init(|| whole))
}

/// Whether who asks reads gzip.
fn unpacks(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse().unwrap_or(0.0) <= 0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}
