//! What the law (LGPD, Lei 13.709/2018, art. 18) lets a person ask for: `GET /api/pacientes/{id}/exportacao` and
//! `POST /api/pacientes/{id}/anonimizacao`.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::auth::Session;
use shared::cache::Key;
use shared::db::auditoria;
use shared::db::pacientes::{self, erase, export};
use shared::http::{Json, Path};
use shared::id::PacienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::author;
use crate::input::Fields;

/// Everything a clinic holds of a person. The rows have the columns' names.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportacaoOut {
    gerado_em: Timestamp,
    #[schema(value_type = Object)]
    paciente: Value,
    /// Rows that were merged into this one.
    #[schema(value_type = Vec<Object>)]
    cadastros_unidos: Value,
    /// What they agreed to or refused, when and how.
    #[schema(value_type = Vec<Object>)]
    consentimentos: Value,
    /// Each with its `historico`.
    #[schema(value_type = Vec<Object>)]
    agendamentos: Value,
    #[schema(value_type = Vec<Object>)]
    lista_espera: Value,
    #[schema(value_type = Vec<Object>)]
    reservas: Value,
    /// Each with its `mensagens`; one on a phone of several people is `compartilhada` and comes without them.
    #[schema(value_type = Vec<Object>)]
    conversas: Value,
    /// What was done to their data.
    #[schema(value_type = Vec<Object>)]
    auditoria: Value,
}

/// Why the data are removed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EraseIn {
    /// For the audit; without personal data.
    motivo: String,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnonimizacaoOut {
    id: PacienteId,
    anonimizado_em: Timestamp,
}

/// `GET /api/pacientes/{id}/exportacao`: who touches the whole clinic; it holds what every professional wrote. Writes into the audit that
/// it was asked for.
pub(crate) async fn export(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
) -> Result<Json<ExportacaoOut>, Problem> {
    session.require_clinic()?;
    let author = author(&session);
    let held = parts
        .db
        .in_tenant(&session, async |tx| {
            let id = pacientes::get(tx, id).await?.id;
            auditoria::record(tx, author, "paciente_exportado", &format!("pacientes/{id}"), None, None)
                .await?;
            export::export(tx, id).await
        })
        .await?;
    Ok(Json(ExportacaoOut {
        gerado_em: parts.clock.now(),
        paciente: held.paciente,
        cadastros_unidos: held.cadastros_unidos,
        consentimentos: held.consentimentos,
        agendamentos: held.agendamentos,
        lista_espera: held.lista_espera,
        reservas: held.reservas,
        conversas: held.conversas,
        auditoria: held.auditoria,
    }))
}

/// `POST /api/pacientes/{id}/anonimizacao`: a gestor; removes what tells who the person is, for ever. 409 while they have appointments
/// ahead. May be repeated. Redis forgets after the commit: what it holds is a copy that lives a day.
pub(crate) async fn erase(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<PacienteId>,
    Json(body): Json<EraseIn>,
) -> Result<Json<AnonimizacaoOut>, Problem> {
    session.require_gestor()?;
    let mut fields = Fields::default();
    let reason = fields.text("motivo", Some(body.motivo), 500);
    if reason.is_none() {
        fields.wrong("motivo", "Escreva por que os dados são removidos.");
    }
    fields.finish()?;
    let reason = reason.unwrap_or_default();
    let (now, author) = (parts.clock.now(), author(&session));
    let erased =
        parts.db.in_tenant(&session, async |tx| erase::erase(tx, id, &reason, author, now).await).await?;
    let cliente = session.tenant().cliente_id();
    let phones = erased.telefones.iter().map(|telefone| Key::conversation(cliente, telefone));
    let lids = erased.lids.iter().map(|lid| Key::conversation_of_lid(cliente, lid));
    for key in phones.chain(lids) {
        parts.cache.forget(&key).await;
    }
    Ok(Json(AnonimizacaoOut { id, anonimizado_em: erased.anonimizado_em }))
}
