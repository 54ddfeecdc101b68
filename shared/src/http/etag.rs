//! "Has it changed?": a list answers with a mark, and whoever sends it back is told "nothing" without the list.
//!
//! The mark is made of how often the clinic's agenda changed, read before the list: a list newer than its mark is asked for once more, one older
//! never keeps it.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// What a caller has, and which representation they ask for: the path and the query.
#[derive(Debug, Clone)]
pub struct Asked {
    has: Vec<String>,
    what: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let lines = parts.headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
        let marks = lines.flat_map(|line| line.split(',')).map(str::trim);
        let has = marks.map(|mark| mark.strip_prefix("W/").unwrap_or(mark).to_owned()).collect();
        let what = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        Ok(Self { has, what })
    }
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etag(String);

impl Etag {
    /// The mark of what was asked, as whom, in this state.
    pub fn of(asked: &Asked, state: &[&dyn std::fmt::Debug]) -> Self {
        let text = format!("{}\n{state:?}", asked.what);
        let mut hex = hex::encode(Sha256::digest(text.as_bytes()));
        hex.truncate(32);
        Self(format!("\"{hex}\""))
    }

    /// The mark of this and of something more, that changes by itself.
    #[must_use]
    pub fn and(self, more: impl std::fmt::Display) -> Self {
        Self(format!("{}-{more}\"", self.0.trim_end_matches('"')))
    }

    /// Whether the caller has this already.
    pub fn is_had(&self, asked: &Asked) -> bool {
        asked.has.contains(&self.0)
    }

    /// Nothing changed.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn unchanged(&self) -> Result<Response, Problem> {
        self.on(StatusCode::NOT_MODIFIED)
    }

    /// An answer with the mark.
    ///
    /// # Errors
    /// [`Problem::Internal`] for a mark no header can hold, which none is.
    pub fn on(&self, answer: impl IntoResponse) -> Result<Response, Problem> {
        let mut response = answer.into_response();
        let mark = HeaderValue::from_str(&format!("W/{}", self.0)).map_err(|_| Problem::Internal)?;
        response.headers_mut().insert(ETAG, mark);
        Ok(response)
    }
}
