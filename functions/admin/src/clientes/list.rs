//! `GET /api/admin/clientes`.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::db::operacao::clientes::{self, ClienteResumo, Filter};
use shared::http::{Json, Query, cursor};
use shared::id::ClienteId;
use shared::parts::HttpParts;
use shared::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::input::{Changes, word};
use crate::page::page;

/// What a clinic may be.
const STATES: &[&str] = &["ativa", "suspensa", "encerrada"];

/// What is asked for; what is left out does not filter.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct ClientesFilter {
    /// Part of the name, the address or the instance; accents and capitals do not matter.
    busca: Option<String>,
    /// `ativa`, `suspensa`, `encerrada`.
    estado: Option<String>,
    /// A plan's name.
    plano: Option<String>,
    /// The `proximo` of the page before.
    cursor: Option<String>,
}

/// A page of clinics.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClientesOut {
    clientes: Vec<ClienteResumo>,
    proximo: Option<String>,
}

/// `GET /api/admin/clientes`: any operator.
pub(super) async fn list(
    State(parts): State<HttpParts>,
    caller: Caller,
    Query(query): Query<ClientesFilter>,
) -> Result<Json<ClientesOut>, Problem> {
    let mut changes = Changes::default();
    let estado = query.estado.and_then(|estado| changes.needed("estado", Some(estado), word(STATES)));
    changes.finish()?;
    let after: Option<(String, ClienteId)> = query.cursor.as_deref().map(cursor::decode).transpose()?;
    let busca = query.busca.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let after = after.as_ref().map(|(nome, id)| (nome.as_str(), *id));
    let filter = Filter { busca, estado, plano: query.plano.as_deref(), after };
    let found = caller.act(&parts, async |tx| clientes::list(tx, &filter).await).await?;
    let (clientes, proximo) = page(found, |last| (last.nome.clone(), last.id));
    Ok(Json(ClientesOut { clientes, proximo }))
}
