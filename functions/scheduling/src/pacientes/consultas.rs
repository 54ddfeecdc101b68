//! `GET /api/pacientes/{id}/agendamentos`: what a person's record shows of their appointments.

use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::agendamentos::{self, Consulta};
use shared::db::{TenantTx, pacientes};
use shared::http::{Json, Path, Query, cursor};
use shared::id::{AgendamentoId, MedicoId, PacienteId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

const PAGE: i64 = 50;

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct List {
    /// `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of a patient's appointments, the latest first: what is to come, then what was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsultasOut {
    agendamentos: Vec<ConsultaOut>,
    proximo: Option<String>,
}

/// An appointment of a patient, whatever became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsultaOut {
    id: AgendamentoId,
    medico_id: MedicoId,
    medico_nome: String,
    /// Where, if the clinic has several places.
    unidade_nome: Option<String>,
    servico_nome: Option<String>,
    /// The health plan's name when it was booked.
    convenio_nome: Option<String>,
    data: Date,
    /// `HH:MM`.
    hora: String,
    /// Minutes.
    duracao: i64,
    inicio_em: Timestamp,
    status: String,
    encaixe: bool,
}

impl ConsultaOut {
    fn new(row: Consulta, zone: &TimeZone) -> Self {
        let local = zone.to_datetime(row.inicio_em);
        Self {
            id: row.id,
            medico_id: row.medico_id,
            medico_nome: row.medico_nome,
            unidade_nome: row.unidade_nome,
            servico_nome: row.servico_nome,
            convenio_nome: row.convenio_nome,
            data: local.date(),
            hora: local.strftime("%H:%M").to_string(),
            duracao: row.fim_em.duration_since(row.inicio_em).as_mins(),
            inicio_em: row.inicio_em,
            status: row.status,
            encaixe: row.encaixe,
        }
    }
}

/// `GET /api/pacientes/{id}/agendamentos`: users of the clinic; a médico of those with an appointment with them, and only these.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Query(query): Query<List>,
) -> Result<Json<ConsultasOut>, Problem> {
    let after: Option<(Timestamp, AgendamentoId)> =
        query.cursor.as_deref().map(cursor::decode).transpose()?;
    // Postgres knows fewer years than a cursor that was made up.
    if after.is_some_and(|(at, _)| at < Timestamp::UNIX_EPOCH) {
        return Err(cursor::refused());
    }
    let only = session.scope().only();
    let work = async |tx: &mut TenantTx| {
        let id = pacientes::get_visible(tx, id, only).await?.id;
        let mut rows = agendamentos::list_of_patient(tx, id, only, after, PAGE + 1).await?;
        let more = i64::try_from(rows.len()).is_ok_and(|count| count > PAGE);
        if more {
            rows.pop();
        }
        let proximo =
            rows.last().filter(|_| more).and_then(|last| cursor::encode(&(last.inicio_em, last.id)));
        let zone = tx.time_zone();
        let agendamentos = rows.into_iter().map(|row| ConsultaOut::new(row, zone)).collect();
        Ok(Json(ConsultasOut { agendamentos, proximo }))
    };
    parts.db.in_tenant(&session, work).await
}
