//! `GET /api/saude/{function}`: what was built, and whether what it depends on answers.

use std::time::Instant;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::Json;

/// One dependency's name and whether it answers.
pub type Check = (&'static str, bool);

/// The answer: 200 when everything answers, 503 when something does not.
pub fn answer(function: &'static str, started: Instant, checks: &[Check]) -> Response {
    let whole = checks.iter().all(|(_, answers)| *answers);
    let dependencies: Map<String, Value> = checks
        .iter()
        .map(|(name, answers)| ((*name).to_owned(), Value::from(if *answers { "ok" } else { "fora" })))
        .collect();
    let body = json!({
        "funcao": function,
        "versao": env!("CARGO_PKG_VERSION"),
        "situacao": if whole { "ok" } else { "degradado" },
        "dependencias": dependencies,
        "duracao_ms": u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
    let status = if whole { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}
