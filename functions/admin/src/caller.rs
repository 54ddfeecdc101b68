//! Who calls: the operator the gate let through, from which address.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use http::request::Parts;
use shared::auth::OperatorSession;
use shared::db::operacao::{Acting, OperatorTx};
use shared::http::Address;
use shared::parts::HttpParts;
use shared::problem::Problem;

/// An operator and where they are.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    session: OperatorSession,
    from: Option<IpAddr>,
}

impl Caller {
    /// Runs `work` in one transaction of this operator.
    pub(crate) async fn act<T>(
        &self,
        parts: &HttpParts,
        work: impl AsyncFnOnce(&mut OperatorTx) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        parts.db.as_operator(self.acting(parts), work).await
    }

    /// Who acts, from where, now.
    pub(crate) fn acting(&self, parts: &HttpParts) -> Acting<'_> {
        Acting { session: &self.session, from: self.from, at: parts.clock.now() }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let session = OperatorSession::from_request_parts(parts, state).await?;
        let Address(from) = Address::from_request_parts(parts, state).await?;
        Ok(Self { session, from })
    }
}
