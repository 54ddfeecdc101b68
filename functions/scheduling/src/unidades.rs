//! `/api/unidades`: the clinic's places.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Session};
use shared::db::auditoria::record_change;
use shared::db::settings::unidades::{self, Unidade, UnidadeSettings};
use shared::http::idempotency::{IdempotencyKey, create_once};
use shared::http::{Doc, Json, Patch, Path, Query, Route};
use shared::id::UnidadeId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::changes::{Changes, OfSettings, flag, phone, text};

/// A longer name fills a phone's screen.
const LONGEST_NAME: usize = 60;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    let (clinic, gestor) = (Access::Clinic, Access::Gestor);
    vec![
        Route::new(Method::GET, "/api/unidades", clinic, get(list))
            .doc(Doc::new("As unidades da clínica, por nome.").query::<UnidadeFilter>().ok::<UnidadesOut>()),
        Route::new(Method::POST, "/api/unidades", gestor, post(create)).doc(
            Doc::new("Cria uma unidade; `nome` é obrigatório, e sem `endereco` ela fica no endereço da clínica. Só gestores.")
                .body::<UnidadeChanges>()
                .idempotent()
                .created::<Unidade>()
                .refuses(&[409]),
        ),
        Route::new(Method::GET, "/api/unidades/{id}", clinic, get(one))
            .doc(Doc::new("Uma unidade.").ok::<Unidade>()),
        Route::new(Method::PATCH, "/api/unidades/{id}", gestor, patch(change)).doc(
            Doc::new("Muda uma unidade; o que falta fica como está. Onde ainda atende alguém, ela não é desativada. Só gestores.")
                .body::<UnidadeChanges>()
                .ok::<Unidade>()
                .refuses(&[409]),
        ),
    ]
}

/// What the list asks for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct UnidadeFilter {
    /// `true` leaves out what is not in use any more.
    #[serde(default)]
    ativas: bool,
}

/// The places, by name; a clinic's fit in one page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnidadesOut {
    unidades: Vec<Unidade>,
    proximo: Option<String>,
}

/// A place to be created, or what changes of one.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct UnidadeChanges {
    /// 2 to 60 characters, one of its kind in the clinic: patients read it.
    nome: Option<String>,
    /// At most 300 characters; null: where the clinic is.
    endereco: Option<String>,
    /// As people dial it; null: the clinic's.
    telefone: Option<String>,
    ativa: Option<bool>,
}

/// Puts a body onto a place.
fn apply(patch: Patch<UnidadeChanges>, row: &mut UnidadeSettings) -> Result<(), Problem> {
    let (body, mut changes) = Changes::of(patch);
    changes.nome_up_to(LONGEST_NAME, body.nome, &mut row.nome);
    changes.optional_text("endereco", body.endereco, text(300), &mut row.endereco);
    changes.optional_text("telefone", body.telefone, phone, &mut row.telefone);
    changes.required("ativa", body.ativa, flag, &mut row.ativa);
    changes.finish()
}

/// `GET /api/unidades`: users of the clinic.
pub(crate) async fn list(
    State(parts): State<HttpParts>,
    session: Session,
    Query(filter): Query<UnidadeFilter>,
) -> Result<Json<UnidadesOut>, Problem> {
    let unidades = parts.db.in_tenant(&session, async |tx| unidades::list(tx, filter.ativas).await).await?;
    Ok(Json(UnidadesOut { unidades, proximo: None }))
}

/// `GET /api/unidades/{id}`: users of the clinic.
pub(crate) async fn one(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<UnidadeId>,
) -> Result<Json<Unidade>, Problem> {
    parts.db.in_tenant(&session, async |tx| unidades::get(tx, id).await).await.map(Json)
}

/// `POST /api/unidades`: who manages the clinic; creates. Honours `Idempotency-Key`.
pub(crate) async fn create(
    State(parts): State<HttpParts>,
    session: Session,
    key: IdempotencyKey,
    patch: Patch<UnidadeChanges>,
) -> Result<Response, Problem> {
    let mut new = UnidadeSettings::blank();
    apply(patch.clone(), &mut new)?;
    create_once(&parts, &session, key, "POST /api/unidades", &patch, async |tx| {
        let made = unidades::insert(tx, new).await?;
        let target = format!("unidades/{}", made.id);
        record_change(tx, &session, "unidade_criada", &target, None, Some(&made)).await?;
        Ok(made)
    })
    .await
}

/// `PATCH /api/unidades/{id}`: who manages the clinic.
pub(crate) async fn change(
    State(parts): State<HttpParts>,
    session: Session,
    Path(id): Path<UnidadeId>,
    patch: Patch<UnidadeChanges>,
) -> Result<Json<Unidade>, Problem> {
    parts
        .db
        .in_tenant(&session, async |tx| {
            let before = unidades::lock(tx, id).await?;
            let mut after = before.clone();
            apply(patch, &mut after.settings)?;
            if before.settings.ativa && !after.settings.ativa {
                unidades::ensure_empty(tx, id).await?;
            }
            unidades::update(tx, &after).await?;
            let target = format!("unidades/{id}");
            record_change(tx, &session, "unidade_alterada", &target, Some(&before), Some(&after)).await?;
            Ok(Json(after))
        })
        .await
}
