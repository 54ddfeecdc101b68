//! `/api/recursos`: rooms and equipment.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::recursos::{self, Recurso, RecursoSettings};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Patch, Path, Query, Route};
use shared::id::RecursoId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::ToSchema;

use crate::changes::{Changes, Filter, OfSettings, flag, number, word};

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, desk) = (Access::Clinic, Access::Desk);
    vec![
        Route::new(Method::GET, "/api/recursos", clinic, get(list))
            .doc(Doc::new("Salas e equipamentos, por nome.").query::<Filter>().ok::<RecursosOut>()),
        Route::new(Method::POST, "/api/recursos", desk, post(create)).doc(
            Doc::new("Cria uma sala ou um equipamento; `nome` é obrigatório.")
                .body::<RecursoChanges>()
                .idempotent()
                .created::<Recurso>()
                .refuses(&[409]),
        ),
        Route::new(Method::PATCH, "/api/recursos/{id}", desk, patch(change)).doc(
            Doc::new("Muda uma sala ou um equipamento; o que falta fica como está.")
                .body::<RecursoChanges>()
                .ok::<Recurso>()
                .refuses(&[409]),
        ),
    ]
}

/// The resources, by name; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecursosOut {
    recursos: Vec<Recurso>,
    proximo: Option<String>,
}

/// A resource to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct RecursoChanges {
    /// 2 to 120 characters, one of its kind in the clinic.
    nome: Option<String>,
    /// `sala` or `equipamento`.
    #[schema(pattern = "^(sala|equipamento)$")]
    tipo: Option<String>,
    /// 1 to 100.
    quantidade: Option<i64>,
    ativo: Option<bool>,
}

/// Puts a body onto a resource.
fn apply(patch: Patch<RecursoChanges>, row: &mut RecursoSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome(body.nome, &mut row.nome);
    changes.text("tipo", body.tipo, word(&["sala", "equipamento"]), &mut row.tipo);
    changes.required("quantidade", body.quantidade, number(1..=100), &mut row.quantidade);
    changes.required("ativo", body.ativo, flag, &mut row.ativo);
    changes.finish()
}

/// `GET /api/recursos`: users of the clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(filter): Query<Filter>,
) -> Result<Json<RecursosOut>, Problem> {
    let recursos = parts.db.in_tenant(&session, async |tx| recursos::list(tx, filter.ativos).await).await?;
    Ok(Json(RecursosOut { recursos, proximo: None }))
}

/// `POST /api/recursos`: who touches the whole agenda; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<RecursoChanges>,
) -> Result<Response, Problem> {
    let mut new = RecursoSettings::blank();
    apply(patch.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/recursos", &patch, async |tx| {
        let made = recursos::insert(tx, new).await?;
        record_change(tx, &session, "recurso_criado", &format!("recursos/{}", made.id), None, Some(&made))
            .await?;
        Ok(made)
    })
    .await
}

/// `PATCH /api/recursos/{id}`: who touches the whole agenda.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<RecursoId>,
    patch: Patch<RecursoChanges>,
) -> Result<Json<Recurso>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = recursos::lock(tx, id).await?;
            let mut after = before.clone();
            apply(patch, &mut after.settings)?;
            recursos::update(tx, &after).await?;
            let target = format!("recursos/{id}");
            record_change(tx, &session, "recurso_alterado", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}
