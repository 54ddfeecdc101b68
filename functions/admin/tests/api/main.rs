//! `admin` through its front door, as the database role it has anywhere: `hi_admin`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod auditoria;
mod clientes;
mod convites;
mod evolution;
mod faturas;
mod filas;
mod implantacao;
mod incidentes;
mod instancias;
mod linhas;
mod nomes;
mod operadores;
mod pagamentos;
mod planos;
mod reservado;
mod trilha;
mod uso;
mod walls;

use std::sync::Arc;

use admin::AppState;
use axum::Router;
use serde_json::Value;
use shared::auth::Papel;
use shared::secrecy::SecretString;
use shared::testing::{Answer, OwnQueue, Person, Request, TestApp};
use shared::whatsapp::{Evolution as Client, Line, WebhookKeys};

/// The operators' address.
const HOST: &str = "admin.localhost:8000";

/// A system with the function in front of it, an operator of each kind, and a server that imitates Evolution's edge.
struct Api {
    app: TestApp,
    router: Router,
    line: Line,
    queue: OwnQueue,
    evolution: Arc<evolution::Evolution>,
    admin: Person,
    financeiro: Person,
    suporte: Person,
}

impl Api {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let evolution = Arc::<evolution::Evolution>::default();
        let client =
            Client::new(&evolution::serve(evolution.clone()).await, SecretString::from("chave")).unwrap();
        let keys = WebhookKeys::new(evolution::KEY).unwrap();
        let line = Line::new(client, keys, "https://gateway.exemplo/");
        let queue = OwnQueue::create_with_dead_letters().await;
        let state = AppState::new(app.admin_parts(), line.clone(), queue.sender());
        let router = admin::router(state.with_payment_events(Some(&pagamentos::TOKEN.into())));
        let admin = app.operator(Papel::Admin).await;
        let financeiro = app.operator(Papel::Financeiro).await;
        let suporte = app.operator(Papel::Suporte).await;
        Self { app, router, line, queue, evolution, admin, financeiro, suporte }
    }

    /// The function where no payment gateway is set up.
    fn router_without_gateway(&self) -> Router {
        admin::router(AppState::new(self.app.admin_parts(), self.line.clone(), self.queue.sender()))
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
