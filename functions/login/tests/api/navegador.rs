//! A browser's session: cookies, the page they are used from, and the end of all sessions.

use serde_json::{Value, json};
use shared::auth::Papel;
use shared::testing::{Answer, Request, SENHA};

use crate::Api;

const ACCESS: &str = "__Host-sessao";
const REFRESH: &str = "__Host-renovacao";

/// The cookies of a browser.
#[derive(Clone)]
pub(crate) struct Jar {
    access: String,
    refresh: String,
}

impl Jar {
    fn of(answer: &Answer) -> Self {
        let cookie = |name| answer.cookie(name).filter(|value| !value.is_empty()).unwrap().to_owned();
        Self { access: cookie(ACCESS), refresh: cookie(REFRESH) }
    }

    pub(crate) fn on(&self, request: Request) -> Request {
        request.cookie(ACCESS, &self.access).cookie("tema", "escuro").cookie(REFRESH, &self.refresh)
    }
}

fn cleared(answer: &Answer) -> bool {
    answer.cookie(ACCESS) == Some("")
        && answer.cookie(REFRESH) == Some("")
        && answer.cookies.iter().all(|c| c.contains("Max-Age=0;"))
}

impl Api {
    pub(crate) fn page(&self, method: &str, path: &str) -> Request {
        Request::new(method, &self.app.clinic.host(), path).from_own_page()
    }

    pub(crate) async fn begin(&self, email: &str) -> Jar {
        let body = json!({ "email": email, "senha": SENHA });
        let answer = self.page("POST", "/api/auth/sessao").json(&body).send(&self.router).await;
        answer.expect(200);
        Jar::of(&answer)
    }

    async fn me_of(&self, jar: &Jar) -> Answer {
        jar.on(Request::new("GET", &self.app.clinic.host(), "/api/auth/me")).send(&self.router).await
    }
}

#[tokio::test]
async fn a_browser_is_given_cookies_and_no_token_to_read() {
    let api = Api::new().await;
    let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
    let answer = api.page("POST", "/api/auth/sessao").json(&body).send(&api.router).await;
    let sessao = answer.expect(200);
    let keys: Vec<_> = sessao.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["expires_in", "ociosa_segundos", "user"]);
    assert_eq!((&sessao["expires_in"], &sessao["user"]["nome"]), (&json!(3600), &json!("Dra. Tânia")));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.cookies.len(), 2);
    for (name, life) in [(ACCESS, 3600), (REFRESH, 8 * 3600)] {
        let whole = answer.cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap();
        let rules = format!("; Max-Age={life}; HttpOnly; Secure; SameSite=Strict; Path=/");
        assert!(whole.ends_with(&rules), "{whole}");
        assert!(!sessao.to_string().contains(answer.cookie(name).unwrap()));
    }
    let jar = Jar::of(&answer);
    assert_eq!(api.me_of(&jar).await.expect(200)["user"]["email"], "tania@clinica.com");
    // Each cookie is good for one thing.
    let swapped = Jar { access: jar.refresh.clone(), refresh: jar.access.clone() };
    api.me_of(&swapped).await.expect_problem(401, "nao_autenticado");
    let last = api.app.database.text("select count(*) from medicos where ultimo_acesso_em is not null").await;
    assert_eq!(last, "1");
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_counted_as_at_the_other_door() {
    let api = Api::new().await;
    for at in 0..5 {
        let body = json!({ "email": "tania@clinica.com", "senha": "errada" });
        let path = if at % 2 == 0 { "/api/auth/sessao" } else { "/api/auth/login" };
        let answer = api.page("POST", path).json(&body).send(&api.router).await;
        answer.expect_problem(401, "credenciais_invalidas");
        assert!(answer.cookies.is_empty());
    }
    let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
    let answer = api.page("POST", "/api/auth/sessao").json(&body).send(&api.router).await;
    answer.expect_problem(429, "muitas_tentativas");
}

#[tokio::test]
async fn a_page_of_another_address_does_nothing_with_somebodys_cookies() {
    let api = Api::new().await;
    let (jar, host) = (api.begin("tania@clinica.com").await, api.app.clinic.host());
    let other = format!("http://{}", api.app.other.host());
    let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
    let asked = |method: &str, path: &str| jar.on(Request::new(method, &host, path)).json(&body);
    for (method, path) in [
        ("POST", "/api/auth/sessao"),
        ("POST", "/api/auth/sessao/renovacao"),
        ("DELETE", "/api/auth/sessao"),
        ("DELETE", "/api/auth/sessoes"),
        ("POST", "/api/auth/logout"),
        ("POST", "/api/auth/senha/troca"),
    ] {
        let plain = asked(method, path).send(&api.router).await;
        plain.expect_problem(403, "origem_recusada");
        for origin in [other.as_str(), "null", "https://mau.exemplo.com"] {
            let forged = asked(method, path).header("origin", origin).send(&api.router).await;
            forged.expect_problem(403, "origem_recusada");
            assert!(forged.cookies.is_empty(), "{method} {path}");
        }
        let site = asked(method, path).header("sec-fetch-site", "same-site").send(&api.router).await;
        site.expect_problem(403, "origem_recusada");
    }
    let read = asked("GET", "/api/auth/me").header("sec-fetch-site", "cross-site").send(&api.router).await;
    read.expect_problem(403, "origem_recusada");
    api.me_of(&jar).await.expect(200);
    // A program says who it is in another way, and is asked nothing of the kind.
    let bearer = asked("POST", "/api/auth/logout").bearer(&jar.access).header("origin", &other);
    bearer.send(&api.router).await.expect(204);
    api.me_of(&jar).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_header_that_is_no_token_is_not_replaced_by_the_cookie() {
    let api = Api::new().await;
    let jar = api.begin("tania@clinica.com").await;
    let me = jar.on(Request::new("GET", &api.app.clinic.host(), "/api/auth/me"));
    me.clone().bearer("x").send(&api.router).await.expect_problem(401, "nao_autenticado");
    me.clone().cookie(ACCESS, &jar.access).send(&api.router).await.expect_problem(401, "nao_autenticado");
    me.send(&api.router).await.expect(200);
}

#[tokio::test]
async fn cookies_of_one_address_open_no_other() {
    let api = Api::new().await;
    let jar = api.begin("tania@clinica.com").await;
    for host in [api.app.other.host(), "admin.localhost:8000".to_owned()] {
        let ask = |method: &str, path: &str| jar.on(Request::new(method, &host, path).from_own_page());
        ask("GET", "/api/auth/me").send(&api.router).await.expect_problem(401, "nao_autenticado");
        let renewal = ask("POST", "/api/auth/sessao/renovacao").send(&api.router).await;
        renewal.expect_problem(401, "nao_autenticado");
        // It ends what is its own, and this is not.
        ask("DELETE", "/api/auth/sessao").send(&api.router).await.expect(204);
        ask("DELETE", "/api/auth/sessoes").send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
    api.me_of(&jar).await.expect(200);
    let operator = api.app.operator(Papel::Admin).await;
    let body = json!({ "email": operator.email, "senha": SENHA });
    let begin = Request::new("POST", "admin.localhost:8000", "/api/auth/sessao").from_own_page();
    let answer = begin.json(&body).send(&api.router).await;
    assert_eq!(answer.expect(200)["user"]["user_type"], "operador");
    api.me_of(&Jar::of(&answer)).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_renewal_rotates_both_cookies_and_one_used_twice_ends_the_session() {
    let api = Api::new().await;
    let first = api.begin("tania@clinica.com").await;
    let renew =
        async |jar: &Jar| jar.on(api.page("POST", "/api/auth/sessao/renovacao")).send(&api.router).await;
    let answer = renew(&first).await;
    answer.expect(200);
    let second = Jar::of(&answer);
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    assert_eq!(answer.header("cache-control"), "no-store");
    api.me_of(&second).await.expect(200);
    let again = renew(&first).await;
    again.expect_problem(401, "nao_autenticado");
    assert!(cleared(&again), "{:?}", again.cookies);
    assert_eq!(again.header("cache-control"), "no-store");
    api.me_of(&second).await.expect_problem(401, "nao_autenticado");
    renew(&second).await.expect_problem(401, "nao_autenticado");
    let none = api.page("POST", "/api/auth/sessao/renovacao").send(&api.router).await;
    none.expect_problem(401, "nao_autenticado");
}

/// Also in a browser that is logged in: its cookies are those of the new one, and the one before goes on until it is over or ended.
#[tokio::test]
async fn each_login_opens_another_session_and_leaves_the_one_before() {
    let api = Api::new().await;
    let before = api.begin("tania@clinica.com").await;
    let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
    let again = before.on(api.page("POST", "/api/auth/sessao")).json(&body).send(&api.router).await;
    again.expect(200);
    let now = Jar::of(&again);
    assert!(now.access != before.access && now.refresh != before.refresh);
    let leave = now.on(api.page("DELETE", "/api/auth/sessao")).send(&api.router).await;
    leave.expect(204);
    api.me_of(&now).await.expect_problem(401, "nao_autenticado");
    api.me_of(&before).await.expect(200);
}

#[tokio::test]
async fn leaving_ends_the_session_by_either_cookie_and_may_be_repeated() {
    let api = Api::new().await;
    for part in ["access", "refresh", "both"] {
        let jar = api.begin("tania@clinica.com").await;
        let leave = api.page("DELETE", "/api/auth/sessao");
        let leave = match part {
            "access" => leave.cookie(ACCESS, &jar.access),
            "refresh" => leave.cookie(REFRESH, &jar.refresh).cookie(ACCESS, "velho"),
            _ => jar.on(leave),
        };
        for _ in 0..2 {
            let answer = leave.clone().send(&api.router).await;
            answer.expect(204);
            assert!(cleared(&answer), "{part}: {:?}", answer.cookies);
        }
        api.me_of(&jar).await.expect_problem(401, "nao_autenticado");
        api.refresh(&json!(jar.refresh)).await.expect_problem(401, "nao_autenticado");
    }
    api.page("DELETE", "/api/auth/sessao").send(&api.router).await.expect(204);
}

#[tokio::test]
async fn leaving_every_device_ends_all_of_this_user_and_nobody_elses() {
    let api = Api::new().await;
    let (one, two) = (api.begin("tania@clinica.com").await, api.begin("tania@clinica.com").await);
    let (program, colleague) = (api.tokens().await, api.begin("secretaria@clinica.com").await);
    let there = api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
    api.subscribed().await;
    let answer = one.on(api.page("DELETE", "/api/auth/sessoes")).send(&api.router).await;
    answer.expect(204);
    assert!(cleared(&answer));
    for jar in [&one, &two] {
        api.me_of(jar).await.expect_problem(401, "nao_autenticado");
        let renewal = jar.on(api.page("POST", "/api/auth/sessao/renovacao")).send(&api.router).await;
        renewal.expect_problem(401, "nao_autenticado");
    }
    api.me(&program["access_token"]).await.expect_problem(401, "nao_autenticado");
    api.refresh(&program["refresh_token"]).await.expect_problem(401, "nao_autenticado");
    api.me_of(&colleague).await.expect(200);
    // What a lost phone has may be a calendar's address.
    api.only_hers_ended("medico").await;
    let me = Request::new("GET", &api.app.other.host(), "/api/auth/me");
    me.bearer(there["access_token"].as_str().unwrap()).send(&api.router).await.expect(200);
    // Whoever comes in after that is in.
    api.me_of(&api.begin("tania@clinica.com").await).await.expect(200);
}

#[tokio::test]
async fn every_transaction_refuses_a_session_that_ended_with_the_others() {
    let api = Api::new().await;
    let scheduling = api.app.token(&api.app.clinic.gestora).await;
    let end = format!("update medicos set sessoes_epoca = 1 where id = {}", api.app.clinic.gestora.id);
    api.app.database.sql(&end).await;
    api.me(&Value::from(scheduling)).await.expect_problem(401, "nao_autenticado");
    let operator = api.app.operator(Papel::Admin).await;
    let token = api.app.token(&operator).await;
    let me = Request::new("GET", "admin.localhost", "/api/auth/me").bearer(&token);
    me.clone().send(&api.router).await.expect(200);
    let all = Request::new("DELETE", "admin.localhost", "/api/auth/sessoes").bearer(&token);
    all.send(&api.router).await.expect(204);
    me.send(&api.router).await.expect_problem(401, "nao_autenticado");
}
