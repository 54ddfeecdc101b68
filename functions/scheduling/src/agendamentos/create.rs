//! `POST /api/agendamentos`.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use shared::agenda::Audience;
use shared::agenda::book::{Booking, Who, book};
use shared::auth::Session;
use shared::db::{TenantTx, agendamentos, pacientes};
use shared::http::Json;
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, PacienteId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{AgendamentoOut, author};
use crate::input::Fields;
use crate::pacientes::telefones;

/// What is to be booked, in the clinic's own time.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct AgendamentoIn {
    medico_id: MedicoId,
    /// `AAAA-MM-DD`.
    data: String,
    /// `HH:MM`.
    hora: String,
    /// Minutes; the service's or the professional's when missing.
    duracao: Option<i32>,
    servico_id: Option<ServicoId>,
    convenio_id: Option<ConvenioId>,
    /// A patient the clinic knows …
    paciente_id: Option<PacienteId>,
    /// … or a person by name …
    paciente_nome: Option<String>,
    /// … and phone.
    paciente_telefone: Option<String>,
    motivo: Option<String>,
    /// A visit this one follows: the return costs nothing while the clinic's days for it last.
    pub(super) retorno_de_id: Option<AgendamentoId>,
    /// Overbook on purpose.
    #[serde(default)]
    encaixe: bool,
}

impl AgendamentoIn {
    pub(crate) fn check(self) -> Result<Booking, Problem> {
        let mut fields = Fields::default();
        let date = fields.date("data", &self.data);
        let time = fields.time("hora", &self.hora);
        let motivo = fields.text("motivo", self.motivo, 500);
        let who = match (self.paciente_id, self.paciente_nome) {
            (Some(id), _) => Some(Who::Known(id)),
            (None, Some(nome)) => {
                let nome = fields.nome("paciente_nome", &nome);
                let telefone = self.paciente_telefone.filter(|text| !text.trim().is_empty());
                let telefone = telefone.and_then(|text| fields.telefone("paciente_telefone", &text));
                nome.map(|nome| Who::Named { nome, telefone })
            }
            (None, None) => {
                fields.wrong(
                    "paciente_id",
                    "Diga quem é o paciente: paciente_id, ou paciente_nome e paciente_telefone.",
                );
                None
            }
        };
        fields.finish()?;
        let (Some(date), Some(time), Some(who)) = (date, time, who) else {
            return Err(Problem::Internal);
        };
        Ok(Booking {
            medico_id: self.medico_id,
            date,
            time,
            duration: self.duracao,
            servico_id: self.servico_id,
            convenio_id: self.convenio_id,
            who,
            motivo,
            encaixe: self.encaixe,
            retorno_de: self.retorno_de_id,
            audience: Audience::Staff,
            owner: None,
        })
    }
}

/// `POST /api/agendamentos`: users of the clinic, a médico in the own agenda; books. Honours `Idempotency-Key`. 409 when somebody was
/// faster, 422 when the agenda's rules refuse, both with `alternativas`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    Json(body): Json<AgendamentoIn>,
) -> Result<Response, Problem> {
    let payload = serde_json::to_value(&body).map_err(|_| Problem::Internal)?;
    let booking = body.check()?;
    if !session.scope().covers(booking.medico_id) {
        return Err(Problem::NotFound);
    }
    telefones::count_of(&parts, &session, &booking.who).await?;
    let now = parts.clock.now();
    let author = author(&session);
    create_once(&parts, &session, key, "POST /api/agendamentos", &payload, async |tx| {
        let booking = in_sight(tx, booking, session.scope().only()).await?;
        let made = book(tx, booking, author, now).await?;
        AgendamentoOut::new(made, tx.time_zone())
    })
    .await
}

/// A médico books for patients with an appointment with them, or by name for somebody new to them, and returns of visits of theirs.
pub(crate) async fn in_sight(
    tx: &mut TenantTx,
    booking: Booking,
    only: Option<MedicoId>,
) -> Result<Booking, Problem> {
    if only.is_none() {
        return Ok(booking);
    }
    if let Who::Known(paciente) = &booking.who {
        pacientes::get_visible(tx, *paciente, only).await?;
    }
    if let Some(visit) = booking.retorno_de {
        agendamentos::get(tx, visit, only).await?;
    }
    Ok(Booking { who: booking.who.seen_by(only), ..booking })
}
