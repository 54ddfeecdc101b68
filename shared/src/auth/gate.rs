//! What every HTTP route stands behind.
//!
//! A route's [`Access`] is part of the route table, not of the handler: `http::build_router` puts the gate in front, so a
//! handler that forgets to check cannot exist. In this order: whoever asks too much is refused ([`Crowd`]), Host → clinic, token → claims, the token's clinic
//! equals the Host's, the session lives, the clinic is not suspended, the caller is one of those the route is for: which of the clinic's users ([`Membro`]),
//! which operators ([`Operators`]). What depends on whose agenda or on what is sent is the handlers' to ask, by the session.

use axum::extract::Request;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, Method};
use jiff::Timestamp;

use crate::auth::cookie;
use crate::auth::crowd::Crowd;
use crate::auth::token::{Audience, Claims, Verifier};
use crate::auth::{AnySession, Membro, OperatorSession, Papel, Session, SessionUser, UserType};
use crate::ledger::Ledger;
use crate::meter::Meter;
use crate::problem::Problem;
use crate::tenant::{Host, Tenants};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, at any address: health and the webhook.
    Open,
    /// Anybody at a clinic's or the operators' address: the login.
    Host,
    /// Anybody at the address of a clinic that is not suspended: the public pages.
    Tenant,
    /// Any user with a session, also of a suspended clinic: logout, me.
    AnySession,
    /// Who manages the clinic, also while it is suspended: what it pays.
    Account,
    /// Users of the clinic; each handler narrows to the session's [`Scope`](crate::auth::Scope).
    Clinic,
    /// Who works for the whole clinic: a secretária, and whoever manages it.
    Desk,
    /// Who manages the clinic.
    Gestor,
    /// These operators, at their own address; anywhere else there is no such route.
    Operator(Operators),
}

/// Which operators may call a route, by what they are. An admin always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operators {
    /// Whatever they are.
    Any,
    /// Who looks after clinics: suporte.
    Clinics,
    /// Who looks after money: financeiro.
    Money,
    /// Nobody else.
    Admin,
}

impl Operators {
    /// Whether they include one who is this.
    pub fn include(self, papel: Papel) -> bool {
        // Every pair is named: a new papel, or a new group of them, does not compile before it is said who is in it.
        match (self, papel) {
            (Self::Any | Self::Clinics | Self::Money | Self::Admin, Papel::Admin)
            | (Self::Any | Self::Money, Papel::Financeiro)
            | (Self::Any | Self::Clinics, Papel::Suporte) => true,
            (Self::Clinics | Self::Admin, Papel::Financeiro)
            | (Self::Money | Self::Admin, Papel::Suporte) => false,
        }
    }
}

impl Access {
    /// Whether a caller without a token may pass.
    pub fn is_anonymous(self) -> bool {
        matches!(self, Self::Open | Self::Host | Self::Tenant)
    }

    /// Whether a suspended clinic is refused.
    pub fn ends_with_suspension(self) -> bool {
        match self {
            Self::Tenant | Self::Clinic | Self::Desk | Self::Gestor => true,
            Self::Open | Self::Host | Self::AnySession | Self::Account | Self::Operator(_) => false,
        }
    }

    /// Whether a user of the clinic who is this may call, at its address.
    pub fn includes(self, membro: Membro) -> bool {
        // Without a wildcard for what is narrowed: a new kind of route, or of user, does not compile before it is said who may.
        match (self, membro) {
            (Self::Open | Self::Host | Self::Tenant | Self::AnySession | Self::Clinic, _)
            | (Self::Desk | Self::Gestor | Self::Account, Membro::Gestor)
            | (Self::Desk, Membro::Secretaria) => true,
            (Self::Desk, Membro::Medico)
            | (Self::Gestor | Self::Account, Membro::Secretaria | Membro::Medico)
            | (Self::Operator(_), _) => false,
        }
    }

    /// Whether an operator who is this may call, at the operators' address.
    fn includes_operator(self, papel: Papel) -> bool {
        match self {
            Self::Open | Self::Host | Self::AnySession => true,
            Self::Tenant | Self::Account | Self::Clinic | Self::Desk | Self::Gestor => false,
            Self::Operator(operators) => operators.include(papel),
        }
    }

    /// The words of all who may call a route that asks who one is; of one that asks nobody, none.
    pub fn papeis(self) -> Vec<&'static str> {
        if self.is_anonymous() {
            return Vec::new();
        }
        let membros = Membro::ALL.into_iter().filter(|membro| self.includes(*membro)).map(Membro::as_str);
        let operators = Papel::ALL.into_iter().filter(|papel| self.includes_operator(*papel));
        membros.chain(operators.map(Papel::as_str)).collect()
    }
}

/// What is needed to decide.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Host → clinic.
    pub tenants: Tenants,
    /// Token → claims.
    pub verifier: Verifier,
    /// Whether a session lives.
    pub ledger: Ledger,
    /// How much anybody asks.
    pub crowd: Crowd,
    /// Where requests are counted.
    pub meter: Meter,
}

impl Gate {
    /// The time by which tokens are judged.
    pub(crate) fn now(&self) -> Timestamp {
        self.verifier.now()
    }

    /// Lets a request from this network pass, with what was learned in its extensions.
    ///
    /// # Errors
    /// The refusal, the same for all causes that must not be told apart.
    pub async fn pass(&self, access: Access, network: &str, request: &mut Request) -> Result<(), Problem> {
        let (method, headers) = (request.method(), request.headers());
        // Before anything is looked up, for whatever address: what is refused must cost less than what is answered.
        let claims = carried(headers).and_then(|token| self.verifier.verify(token, Audience::Access));
        // A browser whose access has run out still says whose it was: were it counted as a stranger, one beside it could keep it from going on.
        let left = if claims.is_none() { cookie::read(headers, cookie::REFRESH) } else { None };
        let left = left.and_then(|token| self.verifier.verify(token, Audience::Refresh));
        self.crowd.count(claims.as_ref().or(left.as_ref()), network).await?;
        if access == Access::Open {
            return Ok(());
        }
        let host = self.tenants.by_host(single(headers, &HOST)).await?;
        let asked = Asked { method, headers, claims };
        match access {
            Access::Open | Access::Host => {}
            Access::Tenant => clinic(&host)?.ensure_open_to_all()?,
            Access::AnySession => {
                let session = self.any_session(&host, asked).await?;
                request.extensions_mut().insert(session);
            }
            Access::Account | Access::Clinic | Access::Desk | Access::Gestor => {
                let AnySession::Clinic(session) = self.any_session(&host, asked).await? else {
                    return Err(Problem::UnknownTenant);
                };
                // Before who it is decides: a refusal of somebody of the clinic is told with its clinic.
                request.extensions_mut().insert(session.tenant().clone());
                if access.ends_with_suspension() {
                    session.tenant().ensure_not_suspended()?;
                }
                if !access.includes(session.membro()) {
                    return Err(Problem::Forbidden);
                }
                request.extensions_mut().insert(session);
            }
            Access::Operator(operators) => {
                let session = self.operator(&host, operators, asked).await?;
                request.extensions_mut().insert(session);
            }
        }
        if let Host::Clinic(tenant) = &host {
            request.extensions_mut().insert(tenant.clone());
        }
        request.extensions_mut().insert(host);
        Ok(())
    }

    /// A clinic's address has no operators' routes, whoever asks there.
    async fn operator(
        &self,
        host: &Host,
        operators: Operators,
        asked: Asked<'_>,
    ) -> Result<OperatorSession, Problem> {
        if matches!(host, Host::Clinic(_)) {
            return Err(Problem::NotFound);
        }
        let AnySession::Operator(session) = self.any_session(host, asked).await? else {
            return Err(Problem::NotAuthenticated);
        };
        if operators.include(session.papel()?) { Ok(session) } else { Err(Problem::Forbidden) }
    }

    async fn any_session(&self, host: &Host, asked: Asked<'_>) -> Result<AnySession, Problem> {
        asked.ensure_own_page()?;
        self.session_of(host, asked.claims.ok_or(Problem::NotAuthenticated)?).await
    }

    /// The session of verified claims, if the Host is theirs and it lives.
    ///
    /// # Errors
    /// [`Problem::NotAuthenticated`] for another clinic's or an ended session; [`Problem::Unavailable`] when that can't be told.
    pub async fn session_of(&self, host: &Host, claims: Claims) -> Result<AnySession, Problem> {
        let user = SessionUser {
            id: claims.user_id,
            user_type: claims.user_type,
            gestor: claims.gestor,
            papel: claims.papel,
            epoca: Some(claims.epoca),
            sid: claims.sid,
        };
        let session = match (host, claims.cliente_id, claims.user_type) {
            (Host::Clinic(tenant), Some(id), UserType::Medico | UserType::Secretaria)
                if tenant.cliente_id() == id =>
            {
                AnySession::Clinic(Session::new(tenant.clone(), user))
            }
            (Host::Admin, None, UserType::Operador) => AnySession::Operator(OperatorSession { user }),
            _ => return Err(Problem::NotAuthenticated),
        };
        if self.ledger.session_lives(session.sid()).await? {
            Ok(session)
        } else {
            Err(Problem::NotAuthenticated)
        }
    }
}

fn clinic(host: &Host) -> Result<&crate::tenant::Tenant, Problem> {
    match host {
        Host::Clinic(tenant) => Ok(tenant),
        Host::Admin => Err(Problem::UnknownTenant),
    }
}

/// What is asked, with which headers, and the claims of the access token they carry, if it is one.
struct Asked<'r> {
    method: &'r Method,
    headers: &'r HeaderMap,
    claims: Option<Claims>,
}

impl Asked<'_> {
    /// A browser's cookie is taken from a page of the same address only; a program's bearer from anywhere.
    fn ensure_own_page(&self) -> Result<(), Problem> {
        let browser = !self.headers.contains_key(AUTHORIZATION);
        if browser && cookie::read(self.headers, cookie::ACCESS).is_some() {
            cookie::ensure_own_page(self.method, self.headers)?;
        }
        Ok(())
    }
}

/// The access token: a program's bearer, else a browser's cookie.
fn carried(headers: &HeaderMap) -> Option<&str> {
    if headers.contains_key(AUTHORIZATION) { bearer(headers) } else { cookie::read(headers, cookie::ACCESS) }
}

/// The header's text, if it is there exactly once.
fn single<'h>(headers: &'h HeaderMap, name: &http::HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = single(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
