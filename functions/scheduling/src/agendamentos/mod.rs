//! `/api/agendamentos`: appointments as JSON. One file per use: [`create`], [`read`], [`change`].

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod read;

use axum::routing::{get, patch, post};
use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use shared::auth::{Access, Session};
use shared::db::agendamentos::{Agendamento, Author, Canal};
use shared::http::{Doc, Route};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let clinic = Access::Clinic;
    vec![
        Route::new(Method::GET, "/api/agendamentos", clinic, get(read::list)).doc(
            Doc::new("Agendamentos de um período, por início; um médico vê os seus.")
                .query::<read::List>()
                .ok::<read::AgendamentosOut>(),
        ),
        Route::new(Method::POST, "/api/agendamentos", clinic, post(create::create)).doc(
            Doc::new("Marca um horário.")
                .body::<create::AgendamentoIn>()
                .idempotent()
                .created::<AgendamentoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/agendamentos/{id}", clinic, get(read::one))
            .doc(Doc::new("Um agendamento.").ok::<AgendamentoOut>()),
        Route::new(Method::PATCH, "/api/agendamentos/{id}", clinic, patch(change::reschedule)).doc(
            Doc::new("Muda horário, duração ou profissional.")
                .body::<change::MoveIn>()
                .ok::<AgendamentoOut>()
                .refuses(&[409]),
        ),
        Route::new(Method::POST, "/api/agendamentos/{id}/confirmacao", clinic, post(change::confirm))
            .doc(Doc::new("Registra que o paciente vem.").ok::<AgendamentoOut>().refuses(&[409])),
        Route::new(Method::POST, "/api/agendamentos/{id}/cancelamento", clinic, post(change::cancel)).doc(
            Doc::new("Cancela e libera o horário.")
                .body::<change::CancelIn>()
                .ok::<AgendamentoOut>()
                .refuses(&[409]),
        ),
    ]
}

/// An appointment, with instants in UTC and the clinic's own date and time.
#[derive(Debug, Serialize, ToSchema)]
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
