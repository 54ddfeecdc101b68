//! `GET` and `PATCH /api/medicos/{id}/avisos`: how a professional is told of new, moved and cancelled appointments, and of emergencies.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::auth::Session;
use shared::db::auditoria::record_change;
use shared::db::settings::avisos::{self, Avisos};
use shared::db::settings::medicos;
use shared::http::{Json, Patch, Path};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use super::{ensure_covered, phone};
use crate::changes::{Changes, flag};

/// What changes of how a professional is told.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct AvisosChanges {
    /// Needs a `telefone`.
    whatsapp: Option<bool>,
    /// Where WhatsApp goes.
    telefone: Option<String>,
    /// Goes to the address they log in with.
    email: Option<bool>,
    novos: Option<bool>,
    remarcados: Option<bool>,
    cancelados: Option<bool>,
    /// What patients of theirs write that sounds like an emergency; goes by e-mail too.
    urgencias: Option<bool>,
}

/// Puts a body onto what a professional chose.
fn apply(patch: Patch<AvisosChanges>, row: &mut Avisos) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.optional_text("telefone", body.telefone, phone, &mut row.telefone);
    for (campo, asked, column) in [
        ("whatsapp", body.whatsapp, &mut row.whatsapp),
        ("email", body.email, &mut row.email),
        ("novos", body.novos, &mut row.novos),
        ("remarcados", body.remarcados, &mut row.remarcados),
        ("cancelados", body.cancelados, &mut row.cancelados),
        ("urgencias", body.urgencias, &mut row.urgencias),
    ] {
        changes.required(campo, asked, flag, column);
    }
    if row.whatsapp && row.telefone.is_none() {
        changes.wrong("telefone", "Para receber pelo WhatsApp, diga em que telefone.");
    }
    if row.email && row.email_endereco.is_none() {
        changes.wrong("email", "Este profissional não tem e-mail cadastrado.");
    }
    changes.finish()
}

/// `GET /api/medicos/{id}/avisos`: users of the clinic; a médico sees the own.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<Json<Avisos>, Problem> {
    ensure_covered(&session, id)?;
    parts.db.in_tenant(&session, async |tx| avisos::get(tx, id).await).await.map(Json)
}

/// How an emergency reaches a professional: whoever changes it can keep one from them, or have it sent to somebody else.
fn reach_of(avisos: &Avisos) -> (bool, bool, Option<&str>) {
    (avisos.urgencias, avisos.whatsapp, avisos.telefone.as_deref())
}

/// `PATCH /api/medicos/{id}/avisos`: users of the clinic; a médico changes the own. By which phone, and whether of emergencies, only they and
/// who manages the clinic.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    patch: Patch<AvisosChanges>,
) -> Result<Json<Avisos>, Problem> {
    ensure_covered(&session, id)?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::lock(tx, id).await?;
            let before = avisos::get(tx, id).await?;
            let mut after = before.clone();
            apply(patch, &mut after)?;
            if reach_of(&before) != reach_of(&after) && !session.is_medico(id) {
                session.require_gestor()?;
            }
            avisos::put(tx, id, &after).await?;
            let target = format!("medicos/{id}/avisos");
            record_change(tx, &session, "avisos_alterados", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}
