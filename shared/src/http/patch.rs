//! Bodies in which a missing key and an explicit `null` are different things: missing leaves a column as it is, `null` clears it.
//!
//! serde reads both as `None`. [`Patch`] reads the body into a struct of `Option`s and remembers which keys were `null`, so that the struct
//! stays plain (and describes itself to OpenAPI).

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{FromRequest, Request};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::extract::{from_slice, json_bytes};
use crate::problem::Problem;

/// A body of `Option`s, and which of its keys were `null`. Serializes to something that tells the three cases apart.
#[derive(Debug, Clone, Serialize)]
pub struct Patch<T> {
    /// What was written.
    pub body: T,
    nulls: BTreeSet<String>,
}

impl<T> Patch<T> {
    /// Whether the key was there as `null`.
    pub fn is_null(&self, key: &str) -> bool {
        self.nulls.contains(key)
    }

    /// The body, and the keys that were `null`.
    pub fn into_parts(self) -> (T, BTreeSet<String>) {
        (self.body, self.nulls)
    }
}

impl<T: Serialize> Patch<T> {
    /// The keys of `T` that were there, also as `null`: a field that is added to it later is among them by itself.
    ///
    /// # Errors
    /// When `T` cannot be written as a JSON object.
    pub fn named(&self) -> Result<Vec<String>, Problem> {
        let Ok(Value::Object(known)) = serde_json::to_value(&self.body) else {
            return Err(Problem::Internal);
        };
        let there = known.into_iter().filter(|(key, value)| !value.is_null() || self.is_null(key));
        Ok(there.map(|(key, _)| key).collect())
    }
}

impl<T: DeserializeOwned> Patch<T> {
    /// Reads a body.
    ///
    /// # Errors
    /// As [`from_slice`].
    pub fn from_slice(body: &[u8]) -> Result<Self, Problem> {
        let keys: Keys = from_slice(body)?;
        let nulls = keys.0.into_iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
        Ok(Self { body: from_slice(body)?, nulls })
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Keys(BTreeMap<String, Option<IgnoredAny>>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Patch<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Self::from_slice(&json_bytes(request, state).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Body {
        nome: Option<String>,
        cor: Option<String>,
    }

    #[test]
    fn a_missing_key_is_not_a_null() {
        let patch: Patch<Body> = Patch::from_slice(br#"{"cor": null, "outra": 1}"#).unwrap();
        assert!(patch.is_null("cor") && !patch.is_null("nome") && !patch.is_null("outra"));
        assert!(patch.body.nome.is_none() && patch.body.cor.is_none());
        assert_eq!(patch.named().unwrap(), ["cor"], "and what is no key of it is none");
        let patch: Patch<Body> = Patch::from_slice(br#"{"nome": "Ana"}"#).unwrap();
        assert_eq!(patch.named().unwrap(), ["nome"]);
    }

    #[test]
    fn a_value_of_another_type_names_its_field() {
        let refused = Patch::<Body>::from_slice(br#"{"nome": 1}"#).map(|_| ()).unwrap_err();
        assert!(matches!(refused, Problem::InvalidFields { fields } if fields[0].campo == "nome"));
        assert!(matches!(Patch::<Body>::from_slice(b"{").map(|_| ()), Err(Problem::MalformedBody { .. })));
    }
}
