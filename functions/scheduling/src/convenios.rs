//! `/api/convenios`: the health plans the clinic accepts; by whom, on which weekdays, how many a day.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::convenios::{self, Aceite, Convenio, ConvenioSettings};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Complaints, Doc, Json, Patch, Path, Query, Route};
use shared::id::{ConvenioId, MedicoId};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, Filter, OfSettings, flag, number};

/// More than any clinic has professionals times weekdays.
const MOST_ACEITES: usize = 1000;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, desk) = (Access::Clinic, Access::Desk);
    vec![
        Route::new(Method::GET, "/api/convenios", clinic, get(list)).doc(
            Doc::new("Os convênios da clínica, por nome, e quem os aceita em que dias.")
                .query::<Filter>()
                .ok::<ConveniosOut>(),
        ),
        Route::new(Method::POST, "/api/convenios", desk, post(create)).doc(
            Doc::new("Cria um convênio; `nome` é obrigatório.")
                .body::<ConvenioChanges>()
                .idempotent()
                .created::<Convenio>()
                .refuses(&[409]),
        ),
        Route::new(Method::PATCH, "/api/convenios/{id}", desk, patch(change)).doc(
            Doc::new("Muda um convênio; o que falta fica como está, `aceites` troca a lista inteira.")
                .body::<ConvenioChanges>()
                .ok::<Convenio>()
                .refuses(&[409]),
        ),
    ]
}

/// The health plans, by name; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConveniosOut {
    convenios: Vec<Convenio>,
    proximo: Option<String>,
}

/// A health plan to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct ConvenioChanges {
    /// 2 to 120 characters, one of its kind in the clinic.
    nome: Option<String>,
    ativo: Option<bool>,
    /// Who accepts it when; empty = every professional, every day, without a quota.
    aceites: Option<Vec<AceiteIn>>,
}

/// A professional accepts the health plan.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct AceiteIn {
    medico_id: MedicoId,
    /// 1 = Monday … 7 = Sunday; none = every day.
    dia_semana: Option<i64>,
    /// 0 to 500 appointments on one day; none = no limit.
    cota_dia: Option<i64>,
}

/// Puts a body onto a health plan.
fn apply(patch: Patch<ConvenioChanges>, row: &mut ConvenioSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome(body.nome, &mut row.nome);
    changes.required("ativo", body.ativo, flag, &mut row.ativo);
    changes.list("aceites", body.aceites, aceites, &mut row.aceites);
    changes.finish()
}

fn aceites(complaints: &mut Complaints, asked: &[AceiteIn]) -> Vec<Aceite> {
    if asked.len() > MOST_ACEITES {
        complaints.wrong("aceites", format!("Use no máximo {MOST_ACEITES} itens."));
    }
    let mut seen = BTreeSet::new();
    let mut read = |at: usize, &AceiteIn { medico_id, dia_semana, cota_dia }: &AceiteIn| {
        let mut number_in = |campo: &str, value: Option<i64>, allowed| match value.map(number(allowed)) {
            Some(Ok(value)) => Some(value),
            Some(Err(sentence)) => {
                complaints.wrong(&format!("aceites[{at}].{campo}"), &sentence);
                None
            }
            None => None,
        };
        let dia_semana = number_in("dia_semana", dia_semana, 1..=7);
        let cota_dia = number_in("cota_dia", cota_dia, 0..=500);
        if !seen.insert((medico_id, dia_semana)) {
            let sentence = "Este profissional já está na lista para este dia.";
            complaints.wrong(&format!("aceites[{at}].medico_id"), sentence);
        }
        Aceite { medico_id, dia_semana, cota_dia }
    };
    asked.iter().enumerate().map(|(at, aceite)| read(at, aceite)).collect()
}

/// `GET /api/convenios`: users of the clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(filter): Query<Filter>,
) -> Result<Json<ConveniosOut>, Problem> {
    let convenios =
        parts.db.in_tenant(&session, async |tx| convenios::list(tx, filter.ativos, None).await).await?;
    Ok(Json(ConveniosOut { convenios, proximo: None }))
}

/// `POST /api/convenios`: who touches the whole agenda; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<ConvenioChanges>,
) -> Result<Response, Problem> {
    let mut new = ConvenioSettings::blank();
    apply(patch.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/convenios", &patch, async |tx| {
        let made = convenios::insert(tx, &new).await?;
        record_change(tx, &session, "convenio_criado", &format!("convenios/{}", made.id), None, Some(&made))
            .await?;
        Ok(made)
    })
    .await
}

/// `PATCH /api/convenios/{id}`: who touches the whole agenda.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<ConvenioId>,
    patch: Patch<ConvenioChanges>,
) -> Result<Json<Convenio>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = convenios::lock(tx, id).await?;
            let mut settings = before.settings.clone();
            apply(patch, &mut settings)?;
            let after = convenios::update(tx, id, &settings).await?;
            let target = format!("convenios/{id}");
            record_change(tx, &session, "convenio_alterado", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}
