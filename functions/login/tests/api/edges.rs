//! What clients really send, what they send twice, and what changes behind a session's back.

use base64::Engine;
use serde_json::{Value, json};
use shared::testing::{Request, SENHA};

use crate::Api;

fn multipart(fields: &[(&str, &str)]) -> String {
    let parts = fields.iter().map(|(name, value)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    parts.chain(["--b--\r\n".to_owned()]).collect()
}

#[tokio::test]
async fn a_form_the_gateway_sends_as_base64_is_read() {
    let api = Api::new().await;
    let form =
        multipart(&[("username", "tania@clinica.com"), ("password", SENHA), ("grant_type", "password")]);
    let request = Request::new("POST", &api.app.clinic.host(), "/api/auth/login")
        .body("multipart/form-data; boundary=\"b\"", &form);
    let mut event = request.event();
    event["body"] = base64::engine::general_purpose::STANDARD.encode(form).into();
    event["isBase64Encoded"] = true.into();
    let answer = shared::http::call(api.router.clone(), event).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
}

#[tokio::test]
async fn the_answer_holds_these_fields_and_no_other() {
    let api = Api::new().await;
    let keys = |value: &Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    let answer = api.tokens().await;
    assert_eq!(keys(&answer), "access_token expires_in refresh_token token_type user");
    assert_eq!(keys(&answer["user"]), "cliente_id crm email especialidade gestor id nome user_type");
    let renewed = api.refresh(&answer["refresh_token"]).await.expect(200);
    assert_eq!(keys(&renewed), keys(&answer));
    let secretaria = api.login(&api.app.clinic, "secretaria@clinica.com", SENHA).await.expect(200);
    assert_eq!(keys(&secretaria["user"]), "cliente_id email gestor id nome user_type");
    assert_eq!(secretaria["user"]["user_type"], "secretaria");
}

#[tokio::test]
async fn a_password_is_taken_to_the_letter() {
    let api = Api::new().await;
    let senha = " a&b=c+ç% \u{1F600} ";
    let set = format!("update medicos set senha = '{senha}' where id = {}", api.app.clinic.medico.id);
    api.app.database.sql(&set).await;
    let post = Request::new("POST", &api.app.clinic.host(), "/api/auth/login");
    let form = multipart(&[("username", "marco@clinica.com"), ("password", senha)]);
    post.clone().body("multipart/form-data; boundary=b", &form).send(&api.router).await.expect(200);
    let encoded = "username=marco%40clinica.com&password=+a%26b%3Dc%2B%C3%A7%25+%F0%9F%98%80+";
    post.body("application/x-www-form-urlencoded; charset=UTF-8", encoded)
        .send(&api.router)
        .await
        .expect(200);
    api.login(&api.app.clinic, "marco@clinica.com", senha.trim())
        .await
        .expect_problem(401, "credenciais_invalidas");
    api.login(&api.app.clinic, "marco@clinica.com", &senha.to_uppercase())
        .await
        .expect_problem(401, "credenciais_invalidas");
}

#[tokio::test]
async fn of_three_refreshes_at_once_one_wins_at_most_and_the_copied_token_ends_the_session() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let old = &tokens["refresh_token"];
    let (one, two, three) = tokio::join!(api.refresh(old), api.refresh(old), api.refresh(old));
    let won: Vec<_> = [one, two, three].into_iter().filter(|answer| answer.status == 200).collect();
    assert!(won.len() <= 1, "{won:?}");
    api.me(&tokens["access_token"]).await.expect_problem(401, "nao_autenticado");
    for answer in won {
        api.me(&answer.json()["access_token"]).await.expect_problem(401, "nao_autenticado");
    }
    api.tokens().await;
}

#[tokio::test]
async fn a_refresh_token_at_another_clinics_address_is_refused_and_hurts_nobody() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    for host in [api.app.other.host(), "admin.localhost".to_owned()] {
        let request = Request::new("POST", &host, "/api/auth/refresh").json(&body);
        request.send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
    api.refresh(&tokens["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn somebody_who_left_keeps_no_session() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let active = async |ativo: bool| {
        let sql = format!("update medicos set ativo = {ativo} where id = {}", api.app.clinic.gestora.id);
        api.app.database.sql(&sql).await;
    };
    active(false).await;
    api.me(&tokens["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&tokens["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    active(true).await;
    api.refresh(&tokens["refresh_token"]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn logging_out_twice_and_from_one_of_two_sessions() {
    let api = Api::new().await;
    let (one, two) = (api.tokens().await, api.tokens().await);
    let logout = Request::new("POST", &api.app.clinic.host(), "/api/auth/logout")
        .bearer(one["access_token"].as_str().unwrap());
    logout.send(&api.router).await.expect(204);
    logout.send(&api.router).await.expect_problem(401, "nao_autenticado");
    api.me(&two["access_token"]).await.expect(200);
}

#[tokio::test]
async fn spelling_a_login_differently_buys_no_attempts_and_neither_does_an_unknown_one() {
    let api = Api::new().await;
    let spellings = [
        "tania@clinica.com",
        "TANIA@clinica.com",
        " tania@clinica.com",
        "Tania@Clinica.com ",
        "tania@CLINICA.com",
    ];
    for email in spellings {
        api.login(&api.app.clinic, email, "errada").await.expect_problem(401, "credenciais_invalidas");
    }
    api.login(&api.app.clinic, "tania@clinica.com", SENHA).await.expect_problem(429, "muitas_tentativas");
    for _ in 0..5 {
        api.login(&api.app.clinic, "ninguem@x.com", "x").await.expect_problem(401, "credenciais_invalidas");
    }
    api.login(&api.app.clinic, "ninguem@x.com", "x").await.expect_problem(429, "muitas_tentativas");
}

#[tokio::test]
async fn forged_addresses_buy_nothing() {
    let api = Api::new().await;
    let post = Request::new("POST", &api.app.clinic.host(), "/api/auth/login")
        .json(&json!({ "email": "tania@clinica.com", "senha": "errada" }));
    for at in 0..5 {
        let forged = post.clone().header("x-forwarded-for", &format!("198.51.100.{at}"));
        let forged = forged.header("x-forwarded-host", &api.app.other.host());
        forged.send(&api.router).await.expect_problem(401, "credenciais_invalidas");
    }
    let sixth = post.header("x-forwarded-for", "198.51.100.99");
    sixth.send(&api.router).await.expect_problem(429, "muitas_tentativas");
    api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_and_nothing_breaks() {
    let api = Api::new().await;
    let host = api.app.clinic.host();
    let status = async |path: &str, kind: &str, body: &str| {
        let answer = Request::new("POST", &host, path).body(kind, body).send(&api.router).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{body}");
        answer.status
    };
    let form = "application/x-www-form-urlencoded";
    for body in
        ["", "[]", "null", "1", "\"x\"", "{\"email\":1,\"senha\":[]}", "{\"email\":\"a\",\"senha\":{}}"]
    {
        let status = status("/api/auth/login", "application/json", body).await;
        assert!(matches!(status, 400 | 422), "{status} {body}");
    }
    for body in ["", "&&&", "username", "%ff=%ff", "username=&password="] {
        assert_eq!(status("/api/auth/login", form, body).await, 422, "{body}");
    }
    for body in ["{", "{}", "[]", "{\"refresh_token\":null}", "{\"refresh_token\":7}"] {
        let status = status("/api/auth/refresh", "application/json", body).await;
        assert!(matches!(status, 400 | 422), "{status} {body}");
    }
    for token in ["", "a", "a.b.c", "..", "\u{0}", "ç.ç.ç"] {
        api.refresh(&json!(token)).await.expect_problem(401, "nao_autenticado");
    }
}
