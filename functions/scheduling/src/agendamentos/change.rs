//! `PATCH /api/agendamentos/{id}`: another time, professional, duration, service, health plan, or note.

use axum::extract::State;
use serde::Deserialize;
use shared::agenda::Audience;
use shared::agenda::change::{self, Edit, Move, Notes};
use shared::auth::Session;
use shared::http::{Json, Patch, Path};
use shared::id::{AgendamentoId, ConvenioId, MedicoId, ServicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{AgendamentoOut, author};
use crate::input::Fields;

/// What changes; what is missing stays, an explicit null takes away what may be missing.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveIn {
    medico_id: Option<MedicoId>,
    /// `AAAA-MM-DD`.
    data: Option<String>,
    /// `HH:MM`.
    hora: Option<String>,
    /// Minutes.
    duracao: Option<i32>,
    servico_id: Option<ServicoId>,
    convenio_id: Option<ConvenioId>,
    motivo: Option<String>,
    observacoes: Option<String>,
    encaixe: Option<bool>,
    /// The version the caller has seen.
    versao: Option<i32>,
}

fn check(patch: Patch<MoveIn>) -> Result<(Move, Notes), Problem> {
    let (body, nulls) = patch.into_parts();
    let null = |key: &str| nulls.contains(key);
    let mut fields = Fields::default();
    let date = body.data.and_then(|text| fields.date("data", &text));
    let time = body.hora.and_then(|text| fields.time("hora", &text));
    let emptied = |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim().is_empty());
    let (no_motivo, no_observacoes) = (emptied(&body.motivo), emptied(&body.observacoes));
    let motivo = fields.text("motivo", body.motivo, 500);
    let observacoes = fields.text("observacoes", body.observacoes, 2000);
    fields.finish()?;
    let change = Move {
        medico_id: body.medico_id,
        date,
        time,
        duration: body.duracao,
        servico_id: Edit::of(body.servico_id, null("servico_id")),
        convenio_id: Edit::of(body.convenio_id, null("convenio_id")),
        encaixe: body.encaixe,
        versao: body.versao,
        audience: Audience::Staff,
        owner: None,
    };
    let notes = Notes {
        motivo: Edit::of(motivo, no_motivo || null("motivo")),
        observacoes: Edit::of(observacoes, no_observacoes || null("observacoes")),
    };
    Ok((change, notes))
}

/// `PATCH /api/agendamentos/{id}`: users of the clinic, a médico inside the own agenda. 409 when the time is taken, with `alternativas`.
pub(crate) async fn reschedule(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<AgendamentoId>,
    patch: Patch<MoveIn>,
) -> Result<Json<AgendamentoOut>, Problem> {
    let (change, notes) = check(patch)?;
    let scope = session.scope();
    if change.medico_id.is_some_and(|medico| !scope.covers(medico)) {
        return Err(Problem::NotFound);
    }
    let (now, author) = (parts.clock.now(), author(&session));
    let done = parts
        .in_tenant_telling(&session, async |tx| {
            let (only, seen) = (scope.only(), change.versao);
            // The move first: it locks the professionals before the appointment.
            let row = if change.moves() {
                change::reschedule(tx, id, only, change, author, now).await?;
                change::note(tx, id, only, notes, None).await?
            } else {
                change::note(tx, id, only, notes, seen).await?
            };
            AgendamentoOut::new(row, tx.time_zone()).map(Json)
        })
        .await?;
    Ok(done)
}
