//! Input, refused in the words of the catalogue.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::auth::{AnySession, OperatorSession, Session};
use crate::problem::Problem;
use crate::tenant::{Host, Tenant};

/// A JSON body, read or written; a malformed one is told where it stops making sense.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        from_slice(&json_bytes(request, state).await?).map(Self)
    }
}

/// The body of a request that says it is JSON.
pub(super) async fn json_bytes<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<axum::body::Bytes, Problem> {
    let is_json = request
        .headers()
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
    if !is_json {
        return Err(Problem::UnsupportedMediaType);
    }
    Ok(Bytes::from_request(request, state).await?.0)
}

/// Parses JSON; a syntax error tells its line and column, a wrong value its field.
///
/// # Errors
/// [`Problem::MalformedBody`] or [`Problem::InvalidFields`].
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            // serde names no path for a missing field; the sentence it makes does.
            let text = inner.to_string();
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            return match missing {
                Some(field) => Problem::field(field, "Este campo é obrigatório."),
                None => Problem::field(&error.path().to_string(), "O valor não é do tipo esperado."),
            };
        }
        malformed(inner)
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::MalformedBody {
        detail: format!("O corpo não é um JSON válido: erro na linha {line}, coluna {column}."),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The body as it came, within the limit.
#[derive(Debug, Clone)]
pub struct Bytes(pub axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = axum::body::Bytes::from_request(request, state).await;
        body.map(Self).map_err(|refusal| match refusal.status() {
            http::StatusCode::PAYLOAD_TOO_LARGE => Problem::PayloadTooLarge,
            _ => Problem::MalformedBody { detail: "O corpo não pôde ser lido.".to_owned() },
        })
    }
}

/// The parameters of the path; a malformed id is a thing that is not there.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    #[expect(clippy::disallowed_types, reason = "this is the wrapper with a Problem as its rejection")]
    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await?;
        Ok(Self(path.0))
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::NotFound
    }
}

/// The parameters of the query.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    #[expect(clippy::disallowed_types, reason = "this is the wrapper with a Problem as its rejection")]
    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri)?;
        Ok(Self(query.0))
    }
}

impl From<QueryRejection> for Problem {
    fn from(refusal: QueryRejection) -> Self {
        let text = refusal.body_text();
        let (_, told) = text.split_once(": ").unwrap_or_default();
        let named = |beginning| told.strip_prefix(beginning)?.split('`').next();
        if let Some(missing) = named("missing field `") {
            Self::field(missing, "Este parâmetro é obrigatório.")
        } else if let Some(twice) = named("duplicate field `") {
            Self::field(twice, "Este parâmetro veio mais de uma vez.")
        } else {
            let (field, _) = told.split_once(": ").unwrap_or_default();
            Self::field(field, "O valor não é do tipo esperado.")
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(_: JsonRejection) -> Self {
        Self::UnsupportedMediaType
    }
}

macro_rules! from_the_gate {
    ($($kind:ty),+) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $kind {
            type Rejection = Problem;

            /// What the gate learned. Missing means the route's `Access` does not promise it: a bug, and refused.
            async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
                parts.extensions.get::<Self>().cloned().ok_or(Problem::Internal)
            }
        }
    )+};
}

from_the_gate!(Tenant, Host, Session, AnySession, OperatorSession);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Asked {
        dia: jiff::civil::Date,
        vezes: Option<u8>,
    }

    /// The field that is complained of, and how, when these parameters are asked for.
    async fn refusal(query: &str) -> (String, String) {
        let uri = format!("https://clinica.exemplo/api/x?{query}");
        let (mut parts, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
        match Query::<Asked>::from_request_parts(&mut parts, &()).await {
            Err(Problem::InvalidFields { fields }) => {
                let one = fields.into_iter().next().unwrap();
                (one.campo, one.mensagem)
            }
            Err(other) => panic!("{other:?}"),
            Ok(Query(Asked { dia, vezes })) => panic!("{dia} {vezes:?}"),
        }
    }

    #[tokio::test]
    async fn a_parameter_is_complained_of_by_its_name() {
        for (query, field, words) in [
            ("vezes=2", "dia", "Este parâmetro é obrigatório."),
            ("dia=2026-11-30&dia=2026-12-01", "dia", "Este parâmetro veio mais de uma vez."),
            ("dia=amanha", "dia", "O valor não é do tipo esperado."),
            ("dia=2026-11-30&vezes=256", "vezes", "O valor não é do tipo esperado."),
        ] {
            assert_eq!(refusal(query).await, (field.to_owned(), words.to_owned()), "{query}");
        }
    }
}
