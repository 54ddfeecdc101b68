//! Who may touch conversations.

use axum::extract::FromRequestParts;
use http::request::Parts;
use shared::auth::Session;
use shared::problem::Problem;

/// A session of somebody who works for the whole clinic. No handler here takes a [`Session`] as it comes, so none can forget to ask.
#[derive(Debug, Clone)]
pub(crate) struct Desk(pub(crate) Session);

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let session = Session::from_request_parts(parts, state).await?;
        session.require_clinic()?;
        Ok(Self(session))
    }
}
