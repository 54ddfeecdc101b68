//! `scheduling` through its front door: gateway events in, responses out, the effect read by a second request.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod agendamentos;
mod horarios;
mod pacientes;
mod pacientes_cadastro;
mod pacientes_fusao;
mod pacientes_lgpd;
mod pacientes_medida;
mod races;
mod walls;

use axum::Router;
use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Person, Request, TestApp};

/// A system with the function in front of it.
struct Api {
    app: TestApp,
    router: Router,
}

impl Api {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let router = scheduling::router(app.parts.clone());
        Self { app, router }
    }

    /// A request of a person at their clinic's address.
    async fn send(
        &self,
        clinic: &Clinic,
        person: &Person,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = Request::new(method, &clinic.host(), path).bearer(&self.app.token(person).await);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send(&self.router).await
    }

    /// The same, as the clinic's secretária.
    async fn staff(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(&self.app.clinic, &self.app.clinic.secretaria, method, path, body).await
    }

    /// Books for the clinic's patient with the gestora.
    async fn book(&self, data: &str, hora: &str) -> Answer {
        self.staff("POST", "/api/agendamentos", Some(self.booking(data, hora))).await
    }

    fn booking(&self, data: &str, hora: &str) -> Value {
        let clinic = &self.app.clinic;
        json!({ "medico_id": clinic.gestora.id, "data": data, "hora": hora, "paciente_id": clinic.paciente })
    }
}

/// The day after the tests' Monday, 30 November 2026, 09:00 in São Paulo.
const TUESDAY: &str = "2026-12-01";
