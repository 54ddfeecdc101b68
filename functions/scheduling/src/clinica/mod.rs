//! The clinic itself: what anyone may know of it before logging in, and `/api/clinica`, its rules.

mod settings;

use axum::extract::State;
use axum::routing::{get, patch};
use http::Method;
use serde::Serialize;
use shared::auth::Access;
use shared::db::settings::clinica::ClinicaSettings;
use shared::http::{Doc, Json, Route};
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::tenant::Tenant;
use utoipa::ToSchema;

pub(crate) use settings::GRADES;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/publico/clinica", Access::Tenant, get(show))
            .doc(Doc::new("O que qualquer pessoa pode saber da clínica deste endereço.").ok::<Clinica>()),
        Route::new(Method::GET, "/api/clinica", Access::Clinic, get(settings::show))
            .doc(Doc::new("A clínica e as regras da sua agenda.").ok::<ClinicaSettings>()),
        Route::new(Method::PATCH, "/api/clinica", Access::Clinic, patch(settings::change)).doc(
            Doc::new("Muda as regras da clínica; o que falta fica como está, `null` limpa. Só o gestor.")
                .body::<settings::ClinicaChanges>()
                .ok::<ClinicaSettings>()
                .refuses(&[403]),
        ),
    ]
}

/// The clinic's face.
#[derive(Debug, Serialize, ToSchema)]
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
