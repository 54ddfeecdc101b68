//! What anyone may know of a clinic before logging in.

use axum::extract::State;
use serde::Serialize;
use shared::http::Json;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;

/// The clinic's face.
#[derive(Debug, Serialize)]
pub(crate) struct Clinica {
    nome: String,
    subdomain: String,
}

/// `GET /api/publico/clinica`: anybody, at the address of a clinic that is not suspended. Opens a transaction only so
/// that a clinic that was just closed or renamed is noticed here too.
pub(crate) async fn show(State(parts): State<HttpParts>, tenant: Tenant) -> Result<Json<Clinica>, Problem> {
    parts.db.in_tenant(&tenant, async |_| Ok(())).await?;
    Ok(Json(Clinica { nome: tenant.nome().to_owned(), subdomain: tenant.subdomain().to_owned() }))
}
