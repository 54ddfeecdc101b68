//! `GET /api/saude/{function}`: what was built, and whether what it depends on answers.

use std::time::Instant;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::http::Json;

/// One dependency's name and whether it answers.
pub type Check = (&'static str, bool);

/// How a function is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Saude {
    funcao: &'static str,
    versao: &'static str,
    /// `ok` or `degradado`.
    situacao: &'static str,
    /// `ok` or `fora`, for each store.
    dependencias: BTreeMap<&'static str, &'static str>,
    duracao_ms: u64,
}

/// The answer: 200 when everything answers, 503 when something does not.
pub fn answer(function: &'static str, started: Instant, checks: &[Check]) -> Response {
    let whole = checks.iter().all(|(_, answers)| *answers);
    let word = |answers: bool| if answers { "ok" } else { "fora" };
    let dependencias = checks.iter().map(|(name, answers)| (*name, word(*answers))).collect();
    let body = Saude {
        funcao: function,
        versao: env!("CARGO_PKG_VERSION"),
        situacao: if whole { "ok" } else { "degradado" },
        dependencias,
        duracao_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    };
    let status = if whole { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}
