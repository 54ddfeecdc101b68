//! `login` through its front door.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod calendarios;
mod edges;
mod escolha;
mod navegador;
mod refusals;
mod senha;
mod sessions;
mod vida;

use axum::Router;
use login::AppState;
use serde_json::{Value, json};
use shared::testing::{Answer, Clinic, Request, SENHA, TestApp};

/// A system with the function in front of it.
struct Api {
    app: TestApp,
    router: Router,
}

impl Api {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let router = login::router(AppState::new(app.login_parts(), app.signer()));
        Self { app, router }
    }

    async fn login(&self, clinic: &Clinic, email: &str, senha: &str) -> Answer {
        let body = json!({ "email": email, "senha": senha });
        Request::new("POST", &clinic.host(), "/api/auth/login").json(&body).send(&self.router).await
    }

    async fn tokens(&self) -> Value {
        self.login(&self.app.clinic, "tania@clinica.com", SENHA).await.expect(200)
    }

    async fn me(&self, token: &Value) -> Answer {
        let request = Request::new("GET", &self.app.clinic.host(), "/api/auth/me");
        request.bearer(token.as_str().unwrap()).send(&self.router).await
    }

    async fn refresh(&self, token: &Value) -> Answer {
        let body = json!({ "refresh_token": token });
        Request::new("POST", &self.app.clinic.host(), "/api/auth/refresh")
            .json(&body)
            .send(&self.router)
            .await
    }
}
