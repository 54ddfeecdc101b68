//! Who the caller is: tokens into sessions, roles, passwords, and how often one may try.
//!
//! [`token`] issues and checks tokens, [`cookie`] carries a browser's, [`gate`] is what every HTTP route stands behind, [`password`] hashes, [`choice`] judges one somebody chooses, [`person`] is
//! who a session is of, [`limit`] throttles logins, [`rate`] what anybody may ask, [`crowd`] how much anybody asks. A [`Session`] can only be made by the gate, from a valid token whose clinic is the Host's.

pub mod choice;
pub mod cookie;
pub mod crowd;
pub mod gate;
mod leitura;
pub mod limit;
pub mod link;
pub mod password;
pub mod person;
pub mod rate;
pub mod token;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::{MedicoId, UserId};
use crate::problem::Problem;
use crate::tenant::Tenant;

pub use gate::{Access, Gate, Operators};
pub use leitura::{Dados, Leitura};

/// `user_type` in tokens: which table the user is a row of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    /// A row of `medicos`.
    Medico,
    /// A row of `secretarias`.
    Secretaria,
    /// A row of `operadores`; belongs to no clinic.
    Operador,
}

impl UserType {
    /// The word in tokens and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Medico => "medico",
            Self::Secretaria => "secretaria",
            Self::Operador => "operador",
        }
    }
}

impl fmt::Display for UserType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a user is to their clinic, as routes ask: managing it is more than being its secretária or one of its professionals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membro {
    /// Manages it, whichever else.
    Gestor,
    /// A secretária who does not.
    Secretaria,
    /// A professional who does not.
    Medico,
}

impl Membro {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gestor, Self::Secretaria, Self::Medico];

    /// The word in the description of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gestor => "gestor",
            Self::Secretaria => "secretaria",
            Self::Medico => "medico",
        }
    }
}

/// What an operator is: `operadores.papel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Papel {
    /// Everything, operators and their trail included.
    Admin,
    /// Money: plans, payers, invoices.
    Financeiro,
    /// Clinics and their people; no money.
    Suporte,
}

impl Papel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Financeiro, Self::Suporte];

    /// The word in tokens and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Financeiro => "financeiro",
            Self::Suporte => "suporte",
        }
    }

    /// The word read back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|papel| papel.as_str() == word)
    }
}

/// A user of a clinic, proven by a token that is valid now, at that clinic's own address.
#[derive(Debug, Clone)]
pub struct Session {
    tenant: Tenant,
    user: SessionUser,
    leitura: Option<Arc<Leitura>>,
}

/// What a token says of its user.
#[derive(Debug, Clone)]
pub struct SessionUser {
    pub(crate) id: UserId,
    pub(crate) user_type: UserType,
    pub(crate) gestor: bool,
    /// Only of an operador.
    pub(crate) papel: Option<Papel>,
    /// How often all sessions had been ended when the token was made; none of who holds no token.
    pub(crate) epoca: Option<i32>,
    pub(crate) sid: String,
}

/// Whose agendas a user may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every professional of the clinic.
    Clinic,
    /// Only this professional's own.
    Own(MedicoId),
}

impl Scope {
    /// Whether the scope covers this professional.
    pub fn covers(self, medico: MedicoId) -> bool {
        match self {
            Self::Clinic => true,
            Self::Own(own) => own == medico,
        }
    }

    /// The only professional to show, if there is one.
    pub fn only(self) -> Option<MedicoId> {
        match self {
            Self::Clinic => None,
            Self::Own(own) => Some(own),
        }
    }
}

impl Session {
    pub(crate) fn new(tenant: Tenant, user: SessionUser) -> Self {
        Self { tenant, user, leitura: None }
    }

    /// Through this session patients are shown.
    pub(crate) fn reads(&mut self, leitura: Leitura) {
        self.leitura = Some(Arc::new(leitura));
    }

    /// What the route shows of patients, if it does.
    pub(crate) fn leitura(&self) -> Option<&Leitura> {
        self.leitura.as_deref()
    }

    /// The clinic.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The user's id in the table its type names.
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// The user's type.
    pub fn user_type(&self) -> UserType {
        self.user.user_type
    }

    /// Who is counted where something is limited by user.
    pub fn counted_as(&self) -> String {
        format!("{}:{}", self.user.user_type.as_str(), self.user.id)
    }

    /// What the token says of the user.
    pub fn user(&self) -> &SessionUser {
        &self.user
    }

    /// Whether the user is this professional.
    pub fn is_medico(&self, id: MedicoId) -> bool {
        self.user.user_type == UserType::Medico && self.user.id.as_medico() == id
    }

    /// Whether the user manages the clinic.
    pub fn is_gestor(&self) -> bool {
        self.user.gestor
    }

    /// The session's id, which outlives its tokens.
    pub fn sid(&self) -> &str {
        &self.user.sid
    }

    /// What the user is to the clinic.
    pub fn membro(&self) -> Membro {
        match (self.user.gestor, self.user.user_type) {
            (true, _) => Membro::Gestor,
            (false, UserType::Secretaria) => Membro::Secretaria,
            // The gate makes no session of a clinic for an operador: were there one, it would be the least.
            (false, UserType::Medico | UserType::Operador) => Membro::Medico,
        }
    }

    /// A médico touches the own agenda; a secretária, and a médico who manages the clinic, touch all.
    pub fn scope(&self) -> Scope {
        match (self.user.user_type, self.user.gestor) {
            (UserType::Medico, false) => Scope::Own(self.user.id.as_medico()),
            _ => Scope::Clinic,
        }
    }

    /// Lets those pass who touch the whole clinic's agenda, where what is sent decides whether one must; a whole route is theirs by [`Access::Desk`].
    ///
    /// # Errors
    /// [`Problem::Forbidden`] for a médico who does not manage the clinic.
    pub fn require_clinic(&self) -> Result<(), Problem> {
        if self.scope() == Scope::Clinic { Ok(()) } else { Err(Problem::Forbidden) }
    }

    /// Lets those pass who manage the clinic, where what is sent decides; a whole route is theirs by [`Access::Gestor`].
    ///
    /// # Errors
    /// [`Problem::Forbidden`] for everybody else.
    pub fn require_gestor(&self) -> Result<(), Problem> {
        if self.user.gestor { Ok(()) } else { Err(Problem::Forbidden) }
    }
}

/// An operator of the platform; sees no clinic's agenda.
#[derive(Debug, Clone)]
pub struct OperatorSession {
    pub(crate) user: SessionUser,
}

impl OperatorSession {
    /// Of an operator at a terminal of the platform, who holds no token but the database's password.
    pub(crate) fn at_terminal(id: UserId, papel: Papel) -> Self {
        let sid = "terminal".to_owned();
        Self {
            user: SessionUser {
                id,
                user_type: UserType::Operador,
                gestor: false,
                papel: Some(papel),
                epoca: None,
                sid,
            },
        }
    }

    /// `operadores.id`.
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// What the token says the operator is.
    ///
    /// # Errors
    /// [`Problem::NotAuthenticated`] for a token that does not say: it must be renewed.
    pub fn papel(&self) -> Result<Papel, Problem> {
        self.user.papel.ok_or(Problem::NotAuthenticated)
    }
}

/// A session of either kind.
#[derive(Debug, Clone)]
pub enum AnySession {
    /// At a clinic's address.
    Clinic(Session),
    /// At the operators' address.
    Operator(OperatorSession),
}

impl AnySession {
    /// What the token says of the user.
    pub fn user(&self) -> &SessionUser {
        match self {
            Self::Clinic(session) => &session.user,
            Self::Operator(session) => &session.user,
        }
    }

    /// The session's id.
    pub fn sid(&self) -> &str {
        &self.user().sid
    }
}

impl SessionUser {
    /// The user's id.
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The user's type.
    pub fn user_type(&self) -> UserType {
        self.user_type
    }

    /// The session's id.
    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// Refuses a session that ended with all others of its user: its token was made before, and it is not the one that was kept.
    ///
    /// # Errors
    /// [`Problem::NotAuthenticated`].
    pub fn ensure_goes_on(&self, sessoes: &Sessoes) -> Result<(), Problem> {
        let of_now = self.epoca.is_none_or(|epoca| epoca == sessoes.epoca);
        if of_now || sessoes.mantida.as_deref() == Some(self.sid.as_str()) {
            return Ok(());
        }
        Err(Problem::NotAuthenticated)
    }
}

/// What Postgres keeps of a user's sessions: how often all were ended, and which one was kept the last time.
#[derive(Debug, Clone, Default)]
pub struct Sessoes {
    /// How often.
    pub epoca: i32,
    /// The session that went on.
    pub mantida: Option<String>,
}
