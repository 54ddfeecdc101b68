//! One type per kind of row, so that a `MedicoId` can never be passed where a `PacienteId` belongs.
//!
//! Ids are made by the database; code only carries them. There is no `From<i64>` on purpose: an id enters
//! through a path, a body, a token or a row, and each of those parses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// `clientes.id`: a clinic, the unit of isolation.
    ClienteId;
    /// `medicos.id`: a health professional of a clinic.
    MedicoId;
    /// `pacientes.id`: a person treated, as one clinic knows them.
    PacienteId;
    /// `agendamentos.id`: one appointment.
    AgendamentoId;
    /// `servicos.id`: something a clinic offers.
    ServicoId;
    /// `convenios.id`: a health plan a clinic accepts.
    ConvenioId;
    /// `conversas.id`: one WhatsApp thread.
    ConversaId;
    /// `mensagens.id`: one message of a thread.
    MensagemId;
    /// `saida.id`: one message waiting to leave.
    SaidaId;
    /// `lembretes.id`: one reminder.
    LembreteId;
    /// `medicos.id`, `secretarias.id` or `operadores.id`, told apart by the user's type.
    UserId;
}

impl UserId {
    /// The same person as a professional; only meaningful for a user of type `medico`.
    pub(crate) fn as_medico(self) -> MedicoId {
        MedicoId(self.0)
    }
}
