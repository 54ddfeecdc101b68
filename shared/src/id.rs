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
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
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
    )+

        /// The schemas of all ids, for the description of the API.
        pub(crate) fn schemas() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
            use utoipa::{PartialSchema, ToSchema};
            vec![$(($name::name().into_owned(), $name::schema())),+]
        }
    };
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
    /// `recursos.id`: a room or a piece of equipment.
    RecursoId;
    /// `unidades.id`: one of a clinic's places.
    UnidadeId;
    /// `bloqueios.id`: time taken out of an agenda.
    BloqueioId;
    /// `feriados.id`: a day the clinic closes, or opens although a holiday.
    FeriadoId;
    /// `series.id`: appointments made together, every so many days, weeks or months.
    SerieId;
    /// `reservas.id`: time kept while somebody chooses, or until a request is decided.
    ReservaId;
    /// `lista_espera.id`: somebody who waits for a time.
    EsperaId;
    /// `ofertas.id`: a freed time, offered to those who wait.
    OfertaId;
    /// `conversas.id`: one WhatsApp thread.
    ConversaId;
    /// `mensagens.id`: one message of a thread.
    MensagemId;
    /// `acessos.id`: somebody was shown patients.
    AcessoId;
    /// `respostas_prontas.id`: a text a clinic answers often.
    RespostaId;
    /// `saida.id`: one message waiting to leave.
    SaidaId;
    /// `emails.id`: one e-mail waiting to leave.
    EmailId;
    /// `lembretes.id`: one reminder.
    LembreteId;
    /// `convites.id` or `convites_operador.id`: an invitation.
    ConviteId;
    /// `links_senha.id`: a link by which somebody chooses a password.
    LinkSenhaId;
    /// `mudancas_plano.id`: a change of a clinic's plan.
    MudancaId;
    /// `faturas.id`: what a clinic pays for a month.
    FaturaId;
    /// `descontos.id`: something taken off a clinic's invoices.
    DescontoId;
    /// `auditoria_operacao.id`: one act of an operator.
    RegistroId;
    /// `incidentes.id`: a security incident with personal data.
    IncidenteId;
    /// `medicos.id`, `secretarias.id` or `operadores.id`, told apart by the user's type.
    UserId;
}

impl MedicoId {
    /// The same person as a user.
    pub(crate) fn as_user(self) -> UserId {
        UserId(self.0)
    }
}

impl UserId {
    /// The same person as a professional; only meaningful for a user of type `medico`.
    pub(crate) fn as_medico(self) -> MedicoId {
        MedicoId(self.0)
    }
}
