//! Another password: for who forgot it, and for who wants one.

use serde_json::{Value, json};
use shared::testing::{Answer, Request, SENHA};

use crate::Api;

const NEW: &str = "uma frase bem curta";

impl Api {
    async fn post(&self, path: &str, body: &Value) -> Answer {
        Request::new("POST", &self.app.clinic.host(), path).json(body).send(&self.router).await
    }

    /// What stands behind `#` in the letter this address got last.
    async fn secret(&self, email: &str) -> Option<String> {
        let sql = format!(
            "select coalesce((select texto from emails where cliente_id = {} and para = '{email}' and chave like 'senha:%' order by id desc limit 1), '')",
            self.app.clinic.id
        );
        let texto = self.app.database.text(&sql).await;
        texto.split_once("/static/senha.html#").map(|(_, rest)| rest.split('\n').next().unwrap().to_owned())
    }

    /// So many seconds pass.
    fn later(&self, seconds: i64) {
        self.app.clock.set(self.app.parts.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    async fn enters(&self, senha: &str) -> u16 {
        self.login(&self.app.clinic, "tania@clinica.com", senha).await.status
    }
}

#[tokio::test]
async fn a_letter_leads_to_another_password_once_and_ends_every_session() {
    let api = Api::new().await;
    let (phone, desk) = (api.tokens().await, api.tokens().await);
    let asked = json!({ "email": " Tania@Clinica.com " });
    assert_eq!(api.post("/api/auth/senha/esquecida", &asked).await.status, 202);
    let first = api.secret("tania@clinica.com").await.unwrap();
    api.later(1);
    assert_eq!(api.post("/api/auth/senha/esquecida", &asked).await.status, 202);
    let second = api.secret("tania@clinica.com").await.unwrap();
    assert_ne!(first, second);
    let with = |segredo: &str| json!({ "segredo": segredo, "senha": NEW });
    api.post("/api/auth/senha", &with(&first)).await.expect_problem(409, "conflito");
    api.post("/api/auth/senha", &json!({ "segredo": second, "senha": "curta" }))
        .await
        .expect_problem(422, "campos_invalidos");
    let other = Request::new("POST", &api.app.other.host(), "/api/auth/senha").json(&with(&second));
    other.send(&api.router).await.expect_problem(409, "conflito");
    assert_eq!(api.post("/api/auth/senha", &with(&second)).await.status, 204);
    api.post("/api/auth/senha", &with(&second)).await.expect_problem(409, "conflito");
    assert_eq!((api.enters(SENHA).await, api.enters(NEW).await), (401, 200));
    for session in [phone, desk] {
        api.me(&session["access_token"]).await.expect_problem(401, "nao_autenticado");
        api.refresh(&session["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    }
    let stored = format!("select senha from medicos where id = {}", api.app.other.gestora.id);
    assert!(!api.app.database.text(&stored).await.is_empty());
    let other = api.login(&api.app.other, "tania@clinica.com", SENHA).await;
    assert_eq!(other.status, 200, "the other clinic's person of the same address keeps theirs");
}

#[tokio::test]
async fn a_link_is_over_after_an_hour() {
    let api = Api::new().await;
    api.post("/api/auth/senha/esquecida", &json!({ "email": "tania@clinica.com" })).await;
    let segredo = api.secret("tania@clinica.com").await.unwrap();
    api.later(3_601);
    let body = json!({ "segredo": segredo, "senha": NEW });
    api.post("/api/auth/senha", &body).await.expect_problem(409, "conflito");
    assert_eq!(api.enters(SENHA).await, 200);
}

#[tokio::test]
async fn nobody_learns_who_has_a_login() {
    let api = Api::new().await;
    let answer = api.post("/api/auth/senha/esquecida", &json!({ "email": "ninguem@clinica.com" })).await;
    assert_eq!((answer.status, answer.text.as_str()), (202, ""));
    let known = api.post("/api/auth/senha/esquecida", &json!({ "email": "tania@clinica.com" })).await;
    assert_eq!((known.status, known.text.as_str()), (202, ""));
    assert_eq!(
        api.app.database.text("select count(*)::text from emails where chave like 'senha:%'").await,
        "1"
    );
    for email in ["ninguem@clinica.com", "tania@clinica.com"] {
        for _ in 0..2 {
            assert_eq!(api.post("/api/auth/senha/esquecida", &json!({ "email": email })).await.status, 202);
        }
        let body = json!({ "email": email });
        api.post("/api/auth/senha/esquecida", &body).await.expect_problem(429, "muitas_tentativas");
    }
    for email in ["", "x", "tania"] {
        let body = json!({ "email": email });
        api.post("/api/auth/senha/esquecida", &body).await.expect_problem(422, "campos_invalidos");
    }
}

#[tokio::test]
async fn who_knows_the_password_may_change_it_and_stays_in() {
    let api = Api::new().await;
    let (here, elsewhere) = (api.tokens().await, api.tokens().await);
    let change = async |atual: &str, nova: &str| {
        let host = api.app.clinic.host();
        let request = Request::new("POST", &host, "/api/auth/senha/troca");
        let request = request.json(&json!({ "atual": atual, "nova": nova }));
        request.bearer(here["access_token"].as_str().unwrap()).send(&api.router).await
    };
    let wrong = change("outra", NEW).await.expect_problem(422, "campos_invalidos");
    assert_eq!(wrong["campos"][0]["campo"], "atual");
    change(SENHA, "curta").await.expect_problem(422, "campos_invalidos");
    assert_eq!(change(SENHA, NEW).await.status, 204);
    assert_eq!((api.enters(SENHA).await, api.enters(NEW).await), (401, 200));
    api.me(&here["access_token"]).await.expect(200);
    api.refresh(&here["refresh_token"]).await.expect(200);
    api.me(&elsewhere["access_token"]).await.expect_problem(401, "nao_autenticado");
    let trail = "select count(*)::text from auditoria where acao = 'senha_trocada'";
    assert_eq!(api.app.database.text(trail).await, "1");
}

#[tokio::test]
async fn leaving_everywhere_ends_this_persons_sessions_only() {
    let api = Api::new().await;
    let (here, there) = (api.tokens().await, api.tokens().await);
    let other = api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
    let leave = Request::new("DELETE", &api.app.clinic.host(), "/api/auth/sessoes");
    let leave = leave.bearer(here["access_token"].as_str().unwrap());
    assert_eq!(leave.send(&api.router).await.status, 204);
    for session in [&here, &there] {
        api.me(&session["access_token"]).await.expect_problem(401, "nao_autenticado");
    }
    let me = Request::new("GET", &api.app.other.host(), "/api/auth/me");
    me.bearer(other["access_token"].as_str().unwrap()).send(&api.router).await.expect(200);
    api.later(1);
    let again = api.tokens().await;
    api.me(&again["access_token"]).await.expect(200);
}
