//! `/api/admin/instancias`: how each clinic's WhatsApp is, the worst first.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use serde::{Deserialize, Serialize};
use shared::auth::{Access, Operators};
use shared::db::operacao::instancias::{self, Instancia, Place};
use shared::http::{Doc, Json, Query, Route, cursor};
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::caller::Caller;
use crate::page::page;

pub(crate) fn routes() -> Vec<Route<AppState>> {
    let clinics = Access::Operator(Operators::Clinics);
    vec![
        Route::new(Method::GET, "/api/admin/instancias", clinics, get(list)).doc(
            Doc::new("O WhatsApp de cada clínica, do pior ao melhor; entre iguais, o que está assim há mais tempo.")
                .query::<InstanciasFilter>()
                .ok::<InstanciasOut>(),
        ),
    ]
}

/// Where the list goes on.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct InstanciasFilter {
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of lines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstanciasOut {
    instancias: Vec<Instancia>,
    proximo: Option<String>,
}

/// `GET /api/admin/instancias`: who looks after clinics.
async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<InstanciasFilter>,
) -> Result<Json<InstanciasOut>, Problem> {
    let after: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let found = caller.act(&parts, async |tx| instancias::list(tx, after).await).await?;
    let (instancias, proximo) = page(found, Instancia::place);
    Ok(Json(InstanciasOut { instancias, proximo }))
}
