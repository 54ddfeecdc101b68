//! `/api/clinica`: the clinic and its rules.

mod settings;

use axum::routing::{get, patch};
use http::Method;
use shared::auth::Access;
use shared::db::settings::clinica::ClinicaSettings;
use shared::http::{Doc, Route};
use shared::parts::HttpParts;

pub(crate) use settings::GRADES;

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
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
