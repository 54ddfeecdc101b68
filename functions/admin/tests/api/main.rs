//! `admin` through its front door, as the database role it has anywhere: `hi_admin`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod auditoria;
mod clientes;
mod convites;
mod operadores;
mod planos;
mod walls;

use admin::AppState;
use axum::Router;
use serde_json::Value;
use shared::auth::Papel;
use shared::testing::{Answer, Person, Request, TestApp};

/// The operators' address.
const HOST: &str = "admin.localhost:8000";

/// A system with the function in front of it, and an operator of each kind.
struct Api {
    app: TestApp,
    router: Router,
    admin: Person,
    financeiro: Person,
    suporte: Person,
}

impl Api {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let router = admin::router(AppState::new(app.admin_parts()));
        let admin = app.operator(Papel::Admin).await;
        let financeiro = app.operator(Papel::Financeiro).await;
        let suporte = app.operator(Papel::Suporte).await;
        Self { app, router, admin, financeiro, suporte }
    }

    /// A request of an operator at their address, not yet sent.
    async fn request(&self, person: &Person, method: &str, path: &str, body: Option<&Value>) -> Request {
        let path = format!("/api/admin/{path}");
        let request = Request::new(method, HOST, &path).bearer(&self.app.token(person).await);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn send(&self, person: &Person, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.request(person, method, path, body.as_ref()).await.send(&self.router).await
    }

    async fn get(&self, path: &str) -> Value {
        self.send(&self.admin, "GET", path, None).await.expect(200)
    }
}
