//! `/api/agendamentos`: appointments as JSON. One file per use: [`create`], [`read`], [`change`].

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod read;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::auth::Session;
use shared::db::agendamentos::{Agendamento, Author, Canal};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId};
use shared::problem::Problem;

/// An appointment, with instants in UTC and the clinic's own date and time.
#[derive(Debug, Serialize)]
pub(crate) struct AgendamentoOut {
    id: AgendamentoId,
    medico_id: MedicoId,
    medico_nome: String,
    paciente_id: PacienteId,
    paciente_nome: String,
    paciente_telefone: Option<String>,
    servico_id: Option<ServicoId>,
    convenio_id: Option<ConvenioId>,
    data: Date,
    /// `HH:MM`.
    hora: String,
    /// Minutes.
    duracao: i64,
    inicio_em: Timestamp,
    fim_em: Timestamp,
    status: &'static str,
    encaixe: bool,
    motivo: Option<String>,
    canal: String,
    versao: i32,
}

impl AgendamentoOut {
    fn new(row: Agendamento, zone: &TimeZone) -> Result<Self, Problem> {
        let local = row.inicio_em.to_zoned(zone.clone());
        Ok(Self {
            id: row.id,
            medico_id: row.medico_id,
            paciente_id: row.paciente_id,
            servico_id: row.servico_id,
            convenio_id: row.convenio_id,
            data: local.date(),
            hora: local.strftime("%H:%M").to_string(),
            duracao: row.fim_em.duration_since(row.inicio_em).as_mins(),
            inicio_em: row.inicio_em,
            fim_em: row.fim_em,
            status: row.status()?.as_str(),
            encaixe: row.encaixe,
            versao: row.versao,
            medico_nome: row.medico_nome,
            paciente_nome: row.paciente_nome,
            paciente_telefone: row.paciente_telefone,
            motivo: row.motivo,
            canal: row.canal,
        })
    }
}

/// The session's user, as the history names them.
fn author(session: &Session) -> Author {
    Author { canal: Canal::Painel, user: Some((session.user_type(), session.user_id())) }
}
