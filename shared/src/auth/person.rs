//! Who is in a session, as Postgres has them now: what `GET /api/auth/me` says, and `GET /api/abertura` with the rest of what a visit asks.

use serde::Serialize;
use utoipa::ToSchema;

use super::{AnySession, Papel, Session, UserType};
use crate::db::usuarios::{self, Usuario};
use crate::id::{ClienteId, UserId};
use crate::parts::HttpParts;
use crate::problem::Problem;

/// The user, as the web app shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    id: UserId,
    nome: String,
    email: String,
    #[serde(rename = "user_type")]
    kind: UserType,
    cliente_id: Option<ClienteId>,
    gestor: bool,
    /// Only of an operador.
    #[serde(skip_serializing_if = "Option::is_none")]
    papel: Option<Papel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    especialidade: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crm: Option<String>,
}

impl From<Usuario> for User {
    fn from(user: Usuario) -> Self {
        Self {
            id: user.id,
            nome: user.nome,
            email: user.email,
            kind: user.user_type,
            cliente_id: user.cliente_id,
            gestor: user.gestor,
            papel: user.papel,
            especialidade: user.especialidade,
            crm: user.crm,
        }
    }
}

/// The answer of `GET /api/auth/me`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    user: User,
    /// Seconds without a touch after which a page does not renew the session any more; null where it always may.
    ociosa_segundos: Option<u64>,
}

impl Me {
    /// A user whose pages may renew the session for `idle` seconds without a touch.
    pub fn of(user: Usuario, idle: Option<u64>) -> Self {
        Self { user: user.into(), ociosa_segundos: idle }
    }
}

/// The active user of a session.
///
/// # Errors
/// [`Problem::NotAuthenticated`] when they are not at work any more, or ended their sessions.
pub async fn user_of(parts: &HttpParts, session: &AnySession) -> Result<Usuario, Problem> {
    match session {
        AnySession::Clinic(session) => clinic_user_of(parts, session).await,
        AnySession::Operator(session) => {
            let found = usuarios::get_operador(&parts.db, session.user.id()).await?;
            session.user.ensure_goes_on(&found.sessoes)?;
            Ok(found)
        }
    }
}

/// The same of a clinic's user.
///
/// # Errors
/// As [`user_of`].
pub async fn clinic_user_of(parts: &HttpParts, session: &Session) -> Result<Usuario, Problem> {
    let (user_type, id) = (session.user.user_type(), session.user.id());
    // For the clinic, not for the user: a changed role must not end the session that asks for its new one.
    let found =
        parts.db.in_tenant(session.tenant(), async |tx| usuarios::get(tx, user_type, id).await).await?;
    session.user.ensure_goes_on(&found.sessoes)?;
    Ok(found)
}
