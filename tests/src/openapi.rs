//! The description of all functions' APIs, from their route tables.

use serde_json::Value;
use shared::http::openapi::{Described, describe, document};

/// What brings `functions/scheduling/openapi.json` up to date; by way of a file of its own, for the build reads the old one meanwhile.
pub const REFRESH: &str = "run: cargo run -p tests --bin openapi > target/openapi.json && mv target/openapi.json functions/scheduling/openapi.json";

/// Every route below `/api`: what clients have.
pub fn routes() -> Vec<Described> {
    let mut routes = all();
    routes.retain(|route| route.path().starts_with("/api/"));
    routes
}

/// Every route, with the pages and what Evolution and Meta post to.
pub fn all() -> Vec<Described> {
    let mut routes = describe("login", login::routes());
    routes.extend(describe("admin", admin::routes()));
    routes.extend(describe("inbox", inbox::routes()));
    routes.extend(describe("scheduling", scheduling::routes()));
    routes.extend(describe("site", site::routes()));
    routes.extend(describe("webhook", webhook::routes()));
    routes
}

/// The document, as `functions/scheduling/openapi.json` keeps it.
///
/// # Errors
/// Never: a value is always written.
pub fn written() -> Result<String, serde_json::Error> {
    let document: Value = document(&routes());
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
