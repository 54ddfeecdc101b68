//! Sessions that begin, go on and end.

use serde_json::{Value, json};
use shared::testing::{Request, SENHA};

use crate::Api;

/// What `curl -F` sends.
const MULTIPART: &str = "--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\n Tania@Clinica.com\r\n--x\r\n\
    Content-Disposition: form-data; name=\"password\"\r\n\r\nsenha123\r\n--x--\r\n";

#[tokio::test]
async fn the_guides_form_and_json_open_the_same_session() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    let post = Request::new("POST", &host, "/api/auth/login");
    for request in [
        post.clone().body("multipart/form-data; boundary=x", MULTIPART),
        post.clone()
            .body("application/x-www-form-urlencoded", "username=tania%40clinica.com&password=senha123"),
        post.clone().json(&json!({ "email": "TANIA@clinica.com ", "senha": SENHA })),
    ] {
        let answer = request.send(&api.router).await.expect(200);
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("bearer"), &json!(3600)));
        let user = json!({
            "id": api.app.clinic.gestora.id, "nome": "Dra. Tânia", "email": "tania@clinica.com", "user_type": "medico",
            "cliente_id": api.app.clinic.id, "gestor": true, "especialidade": "Clínica Geral", "crm": "CRM 1",
        });
        assert_eq!(answer["user"], user);
        assert_eq!(api.me(&answer["access_token"]).await.expect(200)["user"], user);
    }
}

#[tokio::test]
async fn the_token_carries_the_guides_claims() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let claims = decode(&tokens["access_token"]);
    assert_eq!(claims["user_id"], json!(api.app.clinic.gestora.id));
    assert_eq!(claims["cliente_id"], json!(api.app.clinic.id));
    assert_eq!((&claims["user_type"], &claims["email"]), (&json!("medico"), &json!("tania@clinica.com")));
    assert_eq!((&claims["gestor"], &claims["aud"]), (&json!(true), &json!("api")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let refresh = decode(&tokens["refresh_token"]);
    assert_eq!(refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap(), 8 * 3600);
}

fn decode(token: &Value) -> Value {
    use base64::Engine;
    let body = token.as_str().unwrap().split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_password_from_sql_is_upgraded_at_the_first_login() {
    let api = Api::new().await;
    let stored = format!("select senha from medicos where id = {}", api.app.clinic.gestora.id);
    assert!(api.app.database.text(&stored).await.starts_with("$2a$"));
    api.tokens().await;
    assert!(api.app.database.text(&stored).await.starts_with("$argon2id$"));
    api.tokens().await;
}

#[tokio::test]
async fn a_refresh_token_works_once_and_a_second_use_ends_the_session() {
    let api = Api::new().await;
    let first = api.tokens().await;
    let second = api.refresh(&first["refresh_token"]).await.expect(200);
    api.me(&second["access_token"]).await.expect(200);
    api.refresh(&first["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    api.me(&second["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&second["refresh_token"]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn tokens_are_good_for_one_thing_each() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    api.me(&tokens["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&tokens["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.me(&tokens["access_token"]).await.expect(200);
}

#[tokio::test]
async fn logout_ends_access_and_refresh() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let logout = Request::new("POST", &api.app.clinic.host(), "/api/auth/logout");
    logout.bearer(tokens["access_token"].as_str().unwrap()).send(&api.router).await.expect(204);
    api.me(&tokens["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&tokens["refresh_token"]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn access_lasts_an_hour_and_refresh_eight() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let later = |hours: i64| api.app.clock.set(api.app.now() + jiff::SignedDuration::from_hours(hours));
    later(2);
    api.me(&tokens["access_token"]).await.expect_problem(401, "nao_autenticado");
    let renewed = api.refresh(&tokens["refresh_token"]).await.expect(200);
    later(9);
    api.refresh(&renewed["refresh_token"]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_changed_role_arrives_with_the_next_refresh() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let demote = format!("update medicos set gestor = false where id = {}", api.app.clinic.gestora.id);
    api.app.database.sql(&demote).await;
    let renewed = api.refresh(&tokens["refresh_token"]).await.expect(200);
    assert_eq!(renewed["user"]["gestor"], false);
    assert_eq!(decode(&renewed["access_token"])["gestor"], false);
}

#[tokio::test]
async fn an_operador_logs_in_at_the_operators_address_only() {
    let api = Api::new().await;
    api.app
        .database
        .sql("insert into operadores (nome, email, senha) values ('Op', 'op@hi.com', 'senha123')")
        .await;
    let body = json!({ "email": "op@hi.com", "senha": SENHA });
    let at = |host: &str| Request::new("POST", host, "/api/auth/login").json(&body);
    let answer = at("admin.localhost").send(&api.router).await.expect(200);
    assert_eq!(
        (&answer["user"]["user_type"], &answer["user"]["cliente_id"]),
        (&json!("operador"), &Value::Null)
    );
    assert!(decode(&answer["access_token"]).get("cliente_id").is_none());
    at(&api.app.clinic.host()).send(&api.router).await.expect_problem(401, "credenciais_invalidas");
    api.me(&answer["access_token"]).await.expect_problem(401, "nao_autenticado");
    let me = Request::new("GET", "admin.localhost", "/api/auth/me")
        .bearer(answer["access_token"].as_str().unwrap());
    me.send(&api.router).await.expect(200);
}

#[tokio::test]
async fn users_of_a_suspended_clinic_may_log_in() {
    let api = Api::new().await;
    let suspend = format!("update clientes set suspenso_em = now() where id = {}", api.app.clinic.id);
    api.app.database.sql(&suspend).await;
    let tokens = api.tokens().await;
    api.me(&tokens["access_token"]).await.expect(200);
}

#[tokio::test]
async fn sessions_of_before_a_restoration_do_not_go_on_anybodys_and_new_ones_do() {
    let api = Api::new().await;
    api.app
        .database
        .sql("insert into operadores (nome, email, senha) values ('Op', 'op@hi.com', 'senha123')")
        .await;
    let logins = [
        (api.app.clinic.host(), "tania@clinica.com"),
        (api.app.other.host(), "tania@clinica.com"),
        ("admin.localhost".to_owned(), "op@hi.com"),
    ];
    let enter = async |(host, email): &(String, &str)| {
        let body = json!({ "email": email, "senha": SENHA });
        Request::new("POST", host, "/api/auth/login").json(&body).send(&api.router).await.expect(200)
    };
    let again = async |host: &str, tokens: &Value| {
        let body = json!({ "refresh_token": tokens["refresh_token"] });
        Request::new("POST", host, "/api/auth/refresh").json(&body).send(&api.router).await
    };
    for one in &logins {
        let (lost, other) = (enter(one).await, enter(one).await);
        again(&one.0, &other).await.expect(200);
        let restored = api.app.now() + jiff::SignedDuration::from_mins(10);
        api.app.clock.set(restored);
        api.app.database.sql(&format!("insert into restauracoes (em) values ('{restored}')")).await;
        again(&one.0, &lost).await.expect_problem(401, "nao_autenticado");
        let me = Request::new("GET", &one.0, "/api/auth/me");
        let me = me.bearer(lost["access_token"].as_str().unwrap()).send(&api.router).await;
        me.expect_problem(401, "nao_autenticado");
        let new = enter(one).await;
        again(&one.0, &new).await.expect(200);
    }
}
