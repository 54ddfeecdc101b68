//! `GET /api/openapi.json`: the description of every function's API. It is made from all route tables by
//! `cargo run -p tests --bin openapi` and kept beside this crate, because one function does not know the tables of the others; a
//! test fails when it is not up to date.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use serde::Serialize;
use shared::auth::Access;
use shared::http::{Doc, Route};
use shared::parts::HttpParts;
use utoipa::ToSchema;

const DOCUMENT: &str = include_str!("../openapi.json");

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/openapi.json", Access::Open, get(document))
            .doc(Doc::new("Esta descrição.").ok::<OpenApi>()),
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
async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT).into_response()
}
