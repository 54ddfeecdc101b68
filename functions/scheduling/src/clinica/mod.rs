//! `/api/clinica`: the clinic and its rules.

pub(crate) mod logo;
mod settings;

use axum::routing::{delete, get, patch, put};
use http::Method;
use shared::auth::Access;
use shared::db::settings::clinica::ClinicaSettings;
use shared::http::{Doc, Route};
use shared::parts::HttpParts;

pub(crate) use settings::{GRADES, show};

pub(crate) fn routes() -> Vec<Route<HttpParts>> {
    vec![
        Route::new(Method::GET, "/api/clinica", Access::Clinic, get(settings::show))
            .doc(Doc::new("A clínica e as regras da sua agenda.").ok::<ClinicaSettings>()),
        Route::new(Method::PATCH, "/api/clinica", Access::Gestor, patch(settings::change)).doc(
            Doc::new("Muda as regras da clínica; o que falta fica como está, `null` limpa. Só gestores.")
                .body::<settings::ClinicaChanges>()
                .ok::<ClinicaSettings>(),
        ),
        Route::new(Method::PUT, "/api/clinica/logo", Access::Gestor, put(logo::put)).doc(
            Doc::new("Põe o logotipo: PNG, JPEG ou WebP de até 200 kB e 1024 pixels de lado. Só gestores.")
                .body_as::<String>("image/*")
                .ok::<logo::LogoOut>(),
        ),
        Route::new(Method::DELETE, "/api/clinica/logo", Access::Gestor, delete(logo::remove))
            .doc(Doc::new("Tira o logotipo. Só gestores.").no_content()),
    ]
}
