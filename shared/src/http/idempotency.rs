//! `Idempotency-Key` on routes that create: the same key and the same body get the same answer, and one effect.

use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::auth::Session;
use crate::db::idempotencia::{self, Claim};
use crate::db::operacao::{self, Acting, OperatorTx};
use crate::db::{Db, TenantTx};
use crate::http::Json;
use crate::parts::HttpParts;
use crate::problem::Problem;

/// The key a client sent, if it sent one.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 200;

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.headers).map(Self)
    }
}

fn read(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text.is_empty() || text.len() > LONGEST {
        let rule = format!("A chave precisa ter de 1 a {LONGEST} caracteres.");
        return Err(Problem::field("Idempotency-Key", rule));
    }
    Ok(Some(text.to_owned()))
}

/// Runs `work`, which creates something, once per key; answers 201 with its result, or again what was answered before. What it tells patients leaves
/// as after [`HttpParts::in_tenant_telling`].
///
/// # Errors
/// What `work` refuses, which keeps nothing; [`Problem::IdempotencyKeyReused`].
pub async fn create_once<T: Serialize>(
    parts: &HttpParts,
    session: &Session,
    IdempotencyKey(key): IdempotencyKey,
    route: &'static str,
    payload: &impl Serialize,
    work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Problem>,
) -> Result<Response, Problem> {
    // One user's key is not another's.
    let key = key.map(|key| format!("{}:{}:{key}", session.user_type(), session.user_id()));
    let payload = serde_json::to_vec(payload).map_err(|_| Problem::Internal)?;
    let digest = hex::encode(Sha256::digest(&payload));
    let (status, body) = parts
        .in_tenant_telling(session, async |tx| {
            if let Some(key) = &key
                && let Claim::Done { status, body } = idempotencia::claim(tx, key, route, &digest).await?
            {
                return Ok((StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED), body));
            }
            let made = serde_json::to_value(work(tx).await?).map_err(|_| Problem::Internal)?;
            if let Some(key) = &key {
                idempotencia::answer(tx, key, StatusCode::CREATED.as_u16(), &made).await?;
            }
            Ok((StatusCode::CREATED, made))
        })
        .await?;
    Ok((status, Json(body)).into_response())
}

/// As [`create_once`], for what an operator creates.
///
/// # Errors
/// As [`create_once`].
pub async fn create_once_as_operator<T: Serialize>(
    db: &Db,
    acting: Acting<'_>,
    IdempotencyKey(key): IdempotencyKey,
    route: &'static str,
    payload: &impl Serialize,
    work: impl AsyncFnOnce(&mut OperatorTx) -> Result<T, Problem>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_vec(payload).map_err(|_| Problem::Internal)?;
    let digest = hex::encode(Sha256::digest(&payload));
    let (status, body) = db
        .as_operator(acting, async |tx| {
            if let Some(key) = &key
                && let Claim::Done { status, body } =
                    operacao::idempotencia::claim(tx, key, route, &digest).await?
            {
                return Ok((StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED), body));
            }
            let made = serde_json::to_value(work(tx).await?).map_err(|_| Problem::Internal)?;
            if let Some(key) = &key {
                operacao::idempotencia::answer(tx, key, StatusCode::CREATED.as_u16(), &made).await?;
            }
            Ok((StatusCode::CREATED, made))
        })
        .await?;
    Ok((status, Json(body)).into_response())
}
