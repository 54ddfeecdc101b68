//! `/api/lembretes` and `/api/medicos/{id}/lembretes`: what patients are told of their visits, and when. A professional's own rule goes before
//! the clinic's, the clinic's before the usual one; `null` gives a rule back to what is above. A change reaches the visits that are booked
//! already: what was not sent yet goes by the new rule. Who manages the clinic may add a note to each message; [`previa`] shows how they read.

mod previa;

use axum::extract::State;
use axum::routing::{get, patch, post};
use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::agenda::rules_changed;
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::lembretes::{self, Regras, Silencio};
use shared::db::settings::{clinica, medicos};
use shared::db::{TenantTx, heavy};
use shared::domain::lembretes::Rules;
use shared::domain::nota;
use shared::http::{Doc, Json, Patch, Path, Route};
use shared::id::MedicoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, flag, minutes};
use crate::input::clock;
use crate::large;
use crate::medicos::ensure_covered;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (path, own) = ("/api/lembretes", "/api/medicos/{id}/lembretes");
    vec![
        Route::new(Method::GET, path, Access::Clinic, get(show))
            .doc(Doc::new("O que os pacientes são avisados das consultas, e quando.").ok::<LembretesOut>()),
        Route::new(Method::PATCH, path, Access::Desk, patch(change)).doc(
            Doc::new("Muda os lembretes da clínica; o que falta fica como está, `null` volta ao usual. Vale também para o que já está marcado.")
                .body::<LembretesChanges>()
                .ok::<LembretesOut>()
                .refuses(&[429]),
        ),
        Route::new(Method::POST, "/api/lembretes/previa", Access::Clinic, post(previa::show)).doc(
            Doc::new("Como as mensagens ficam com estas mudanças, sem guardar nada: os textos são os que saem.")
                .body::<previa::PreviaBody>()
                .ok::<previa::PreviasOut>(),
        ),
        Route::new(Method::GET, own, Access::Clinic, get(show_own))
            .doc(Doc::new("Os lembretes das consultas de um profissional.").ok::<LembretesOut>()),
        Route::new(Method::PATCH, own, Access::Clinic, patch(change_own)).doc(
            Doc::new("Muda os lembretes das consultas de um profissional; `null` volta ao que vale na clínica.")
                .body::<RegrasChanges>()
                .ok::<LembretesOut>()
                .refuses(&[429]),
        ),
    ]
}

/// The rules, as they were written and as they hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LembretesOut {
    /// What was written here; null takes what is above.
    proprias: Regras,
    vigentes: Vigentes,
    /// From when nobody is written to, `HH:MM` on the clinic's clock …
    silencio_inicio: String,
    /// … until when; the same twice means that there are no quiet hours.
    silencio_fim: String,
}

/// The rules that hold.
#[expect(clippy::struct_excessive_bools, reason = "each is a rule, and switched by itself")]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Vigentes {
    confirmacao_ativo: bool,
    vespera_ativo: bool,
    vespera_minutos: i32,
    dia_ativo: bool,
    dia_minutos: i32,
    falta_ativo: bool,
    falta_minutos: i32,
    confirmacao_nota: Option<String>,
    vespera_nota: Option<String>,
    dia_nota: Option<String>,
    falta_nota: Option<String>,
}

impl Vigentes {
    fn of(own: &Regras, clinic: &Regras) -> Self {
        let on = |own: Option<bool>, clinic: Option<bool>| own.or(clinic).unwrap_or(true);
        let minutes = |own: Option<i32>, clinic: Option<i32>, usual| own.or(clinic).unwrap_or(usual);
        let note = |own: &Option<String>, clinic: &Option<String>| {
            own.as_ref().or(clinic.as_ref()).filter(|note| !note.is_empty()).cloned()
        };
        Self {
            confirmacao_ativo: own
                .confirmacao_ativo
                .or(clinic.confirmacao_ativo)
                .unwrap_or(Rules::CONFIRMACAO),
            vespera_ativo: on(own.vespera_ativo, clinic.vespera_ativo),
            vespera_minutos: minutes(own.vespera_minutos, clinic.vespera_minutos, Rules::VESPERA),
            dia_ativo: on(own.dia_ativo, clinic.dia_ativo),
            dia_minutos: minutes(own.dia_minutos, clinic.dia_minutos, Rules::DIA),
            falta_ativo: on(own.falta_ativo, clinic.falta_ativo),
            falta_minutos: minutes(own.falta_minutos, clinic.falta_minutos, Rules::FALTA),
            confirmacao_nota: note(&own.confirmacao_nota, &clinic.confirmacao_nota),
            vespera_nota: note(&own.vespera_nota, &clinic.vespera_nota),
            dia_nota: note(&own.dia_nota, &clinic.dia_nota),
            falta_nota: note(&own.falta_nota, &clinic.falta_nota),
        }
    }
}

/// What changes of the rules of a professional.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct RegrasChanges {
    confirmacao_ativo: Option<bool>,
    vespera_ativo: Option<bool>,
    /// 720 to 10080 before the visit.
    vespera_minutos: Option<i64>,
    dia_ativo: Option<bool>,
    /// 15 to 660 before the visit.
    dia_minutos: Option<i64>,
    falta_ativo: Option<bool>,
    /// 0 to 1440 after the absence was noted.
    falta_minutos: Option<i64>,
    /// At most 300 characters of plain text, without links; only who manages the clinic. Empty: none.
    confirmacao_nota: Option<String>,
    /// See `confirmacao_nota`.
    vespera_nota: Option<String>,
    /// See `confirmacao_nota`.
    dia_nota: Option<String>,
    /// See `confirmacao_nota`.
    falta_nota: Option<String>,
}

/// What changes of the rules of the clinic.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct LembretesChanges {
    confirmacao_ativo: Option<bool>,
    vespera_ativo: Option<bool>,
    /// 720 to 10080 before the visit.
    vespera_minutos: Option<i64>,
    dia_ativo: Option<bool>,
    /// 15 to 660 before the visit.
    dia_minutos: Option<i64>,
    falta_ativo: Option<bool>,
    /// 0 to 1440 after the absence was noted.
    falta_minutos: Option<i64>,
    /// At most 300 characters of plain text, without links; only who manages the clinic. Empty: none.
    confirmacao_nota: Option<String>,
    /// See `confirmacao_nota`.
    vespera_nota: Option<String>,
    /// See `confirmacao_nota`.
    dia_nota: Option<String>,
    /// See `confirmacao_nota`.
    falta_nota: Option<String>,
    /// `HH:MM`, from 00:00 to 23:59.
    silencio_inicio: Option<String>,
    /// `HH:MM`, from 00:00 to 23:59.
    silencio_fim: Option<String>,
}

impl LembretesChanges {
    /// The rules, and the quiet hours.
    fn into_parts(self) -> (RegrasChanges, (Option<String>, Option<String>)) {
        let regras = RegrasChanges {
            confirmacao_ativo: self.confirmacao_ativo,
            vespera_ativo: self.vespera_ativo,
            vespera_minutos: self.vespera_minutos,
            dia_ativo: self.dia_ativo,
            dia_minutos: self.dia_minutos,
            falta_ativo: self.falta_ativo,
            falta_minutos: self.falta_minutos,
            confirmacao_nota: self.confirmacao_nota,
            vespera_nota: self.vespera_nota,
            dia_nota: self.dia_nota,
            falta_nota: self.falta_nota,
        };
        (regras, (self.silencio_inicio, self.silencio_fim))
    }
}

fn apply(body: &RegrasChanges, changes: &mut Changes, row: &mut Regras) {
    let flags = [
        ("confirmacao_ativo", body.confirmacao_ativo, &mut row.confirmacao_ativo),
        ("vespera_ativo", body.vespera_ativo, &mut row.vespera_ativo),
        ("dia_ativo", body.dia_ativo, &mut row.dia_ativo),
        ("falta_ativo", body.falta_ativo, &mut row.falta_ativo),
    ];
    for (campo, asked, column) in flags {
        changes.optional(campo, asked, flag, column);
    }
    changes.optional(
        "vespera_minutos",
        body.vespera_minutos,
        minutes(720..=10_080),
        &mut row.vespera_minutos,
    );
    changes.optional("dia_minutos", body.dia_minutos, minutes(15..=660), &mut row.dia_minutos);
    changes.optional("falta_minutos", body.falta_minutos, minutes(0..=1440), &mut row.falta_minutos);
    let notes = [
        ("confirmacao_nota", &body.confirmacao_nota, &mut row.confirmacao_nota),
        ("vespera_nota", &body.vespera_nota, &mut row.vespera_nota),
        ("dia_nota", &body.dia_nota, &mut row.dia_nota),
        ("falta_nota", &body.falta_nota, &mut row.falta_nota),
    ];
    for (campo, asked, column) in notes {
        changes.optional(campo, asked.as_deref(), nota::check, column);
    }
}

/// What the clinic says of its own is for who manages it to say.
fn ensure_may_note(session: &Session, before: &Regras, after: &Regras) -> Result<(), Problem> {
    if before.notas() == after.notas() { Ok(()) } else { session.require_gestor() }
}

fn apply_silencio(
    changes: &mut Changes,
    (inicio, fim): (Option<String>, Option<String>),
    row: &mut Silencio,
) {
    for (campo, asked, column) in [
        ("silencio_inicio", inicio, &mut row.silencio_inicio_minuto),
        ("silencio_fim", fim, &mut row.silencio_fim_minuto),
    ] {
        changes.required(campo, asked.as_deref(), minute_of_day, column);
    }
}

fn minute_of_day(text: &str) -> Result<i32, String> {
    let minute = crate::input::minute(text).filter(|minute| *minute < 1440);
    minute.ok_or_else(|| "Use o formato HH:MM, de 00:00 a 23:59.".to_owned())
}

/// The rules as they are kept in the audit.
#[derive(Debug, Serialize)]
struct Audited<'a> {
    #[serde(flatten)]
    regras: &'a Regras,
    #[serde(flatten)]
    silencio: Silencio,
}

async fn answer(tx: &mut TenantTx, medico: Option<MedicoId>) -> Result<Json<LembretesOut>, Problem> {
    let clinic = lembretes::get(tx, None).await?;
    let proprias = match medico {
        Some(id) => lembretes::get(tx, Some(id)).await?,
        None => clinic.clone(),
    };
    let silencio = lembretes::silencio(tx).await?;
    Ok(Json(LembretesOut {
        vigentes: Vigentes::of(&proprias, &clinic),
        proprias,
        silencio_inicio: clock(silencio.silencio_inicio_minuto),
        silencio_fim: clock(silencio.silencio_fim_minuto),
    }))
}

/// `GET /api/lembretes`: users of the clinic.
pub(crate) async fn show(
    State(parts): State<HttpParts>,
    session: Session,
) -> Result<Json<LembretesOut>, Problem> {
    parts.db.in_tenant(&session, async |tx| answer(tx, None).await).await
}

/// `PATCH /api/lembretes`: who works for the whole clinic.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    patch: Patch<LembretesChanges>,
) -> Result<Json<LembretesOut>, Problem> {
    large::RULES.count(&parts, &session).await?;
    let now = parts.clock.now();
    let (body, mut changes) = Changes::of(patch);
    let (regras, hours) = body.into_parts();
    parts
        .db
        .in_tenant(&session, async |tx| {
            heavy::turn_to_change(tx).await?;
            clinica::lock(tx).await?;
            let (before, quiet_before) = (lembretes::get(tx, None).await?, lembretes::silencio(tx).await?);
            let (mut after, mut quiet) = (before.clone(), quiet_before);
            apply(&regras, &mut changes, &mut after);
            apply_silencio(&mut changes, hours, &mut quiet);
            changes.finish()?;
            ensure_may_note(&session, &before, &after)?;
            if quiet != quiet_before {
                lembretes::put_silencio(tx, quiet).await?;
            }
            write(tx, None, (&before, &after), quiet != quiet_before, now).await?;
            let before = Audited { regras: &before, silencio: quiet_before };
            let after = Audited { regras: &after, silencio: quiet };
            record_change(tx, &session, "lembretes_alterados", "lembretes", Some(&before), Some(&after))
                .await?;
            answer(tx, None).await
        })
        .await
}

/// Writes what changed, and arms by it what is booked already; a note is read when the message is written, and arms nothing.
async fn write(
    tx: &mut TenantTx,
    medico: Option<MedicoId>,
    (before, after): (&Regras, &Regras),
    arms_anyway: bool,
    now: Timestamp,
) -> Result<(), Problem> {
    if before != after {
        lembretes::put(tx, medico, after).await?;
    }
    if before.without_notes() != after.without_notes() || arms_anyway {
        rules_changed(tx, medico, now).await?;
    }
    Ok(())
}

/// `GET /api/medicos/{id}/lembretes`: users of the clinic; a médico sees the own.
pub(crate) async fn show_own(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
) -> Result<Json<LembretesOut>, Problem> {
    ensure_covered(&session, id)?;
    parts
        .db
        .in_tenant(&session, async |tx| {
            medicos::get(tx, id).await?;
            answer(tx, Some(id)).await
        })
        .await
}

/// `PATCH /api/medicos/{id}/lembretes`: users of the clinic; a médico changes the own.
pub(crate) async fn change_own(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<MedicoId>,
    patch: Patch<RegrasChanges>,
) -> Result<Json<LembretesOut>, Problem> {
    ensure_covered(&session, id)?;
    large::RULES.count(&parts, &session).await?;
    let now = parts.clock.now();
    let (body, mut changes) = Changes::of(patch);
    parts
        .db
        .in_tenant(&session, async |tx| {
            heavy::turn_to_change(tx).await?;
            medicos::lock(tx, id).await?;
            let before = lembretes::get(tx, Some(id)).await?;
            let mut after = before.clone();
            apply(&body, &mut changes, &mut after);
            changes.finish()?;
            ensure_may_note(&session, &before, &after)?;
            write(tx, Some(id), (&before, &after), false, now).await?;
            let target = format!("medicos/{id}/lembretes");
            record_change(tx, &session, "lembretes_alterados", &target, Some(&before), Some(&after)).await?;
            answer(tx, Some(id)).await
        })
        .await
}
