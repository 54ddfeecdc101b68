//! Where a list goes on: opaque to clients, a place in the list's order to us.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The `proximo` of a page.
pub fn encode<T: Serialize>(place: &T) -> Option<String> {
    serde_json::to_vec(place).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// The place a client hands back.
///
/// # Errors
/// [`Problem::InvalidFields`] when it is none of ours.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let json = URL_SAFE_NO_PAD.decode(text).ok();
    let place = json.and_then(|json| serde_json::from_slice(&json).ok());
    place.ok_or_else(refused)
}

/// What is said of a place that is none of ours.
pub fn refused() -> Problem {
    Problem::field("cursor", "Use o valor de “proximo” da página anterior.")
}
