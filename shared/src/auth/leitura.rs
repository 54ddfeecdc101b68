//! What a route shows of patients: named in the route table, carried by the session, kept in `acessos` by whoever opens the transaction.

use std::net::IpAddr;

use jiff::Timestamp;

/// What of patients is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dados {
    /// Appointments, with who comes.
    Agenda,
    /// What is known of a person.
    Cadastro,
    /// People who were looked for.
    Busca,
    /// Who waits for a time, or asked for one.
    Espera,
    /// What people wrote.
    Conversa,
    /// Everything of a person, taken out.
    Exportacao,
    /// Appointments, in a calendar program that has the address.
    Calendario,
}

impl Dados {
    /// The word in `acessos.tipo`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agenda => "agenda",
            Self::Cadastro => "cadastro",
            Self::Busca => "busca",
            Self::Espera => "espera",
            Self::Conversa => "conversa",
            Self::Exportacao => "exportacao",
            Self::Calendario => "calendario",
        }
    }
}

/// One request that shows patients.
#[derive(Debug, Clone)]
pub struct Leitura {
    /// What of them.
    pub dados: Dados,
    /// The method and the path of the table, `GET /api/pacientes/{id}`; never what was in it.
    pub rota: String,
    /// From where.
    pub origem: Option<IpAddr>,
    /// When.
    pub em: Timestamp,
}
