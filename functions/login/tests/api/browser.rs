//! Sessions of browsers: in cookies, and only for our own pages.

use serde_json::json;
use shared::auth::cookie;
use shared::testing::{Answer, Request, SENHA};

use crate::Api;

/// What a browser keeps of an answer: name and value.
fn kept(answer: &Answer) -> Vec<String> {
    answer.cookies.iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect()
}

impl Api {
    /// From a page of `host`, as a browser asks.
    fn page(method: &str, host: &str, path: &str) -> Request {
        Request::new(method, host, path)
            .header("origin", &format!("https://{host}"))
            .header("sec-fetch-site", "same-origin")
    }

    async fn enter(&self) -> (Answer, Vec<String>) {
        let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
        let host = self.app.clinic.host();
        let answer = Self::page("POST", &host, "/api/auth/sessao").json(&body).send(&self.router).await;
        let cookies = kept(&answer);
        (answer, cookies)
    }

    async fn with(&self, method: &str, path: &str, cookies: &[String]) -> Answer {
        let host = self.app.clinic.host();
        Self::page(method, &host, path).header("cookie", &cookies.join("; ")).send(&self.router).await
    }
}

#[tokio::test]
async fn the_tokens_are_in_cookies_and_nowhere_else() {
    let api = Api::new().await;
    let (answer, cookies) = api.enter().await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.cookies.len(), 2);
    for (cookie, (name, life)) in
        answer.cookies.iter().zip([(cookie::ACCESS, 3_600), (cookie::REFRESH, 8 * 3_600)])
    {
        assert!(cookie.starts_with(&format!("{name}=ey")), "{cookie}");
        let rest = format!("; Max-Age={life}; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert!(cookie.ends_with(&rest), "{cookie}");
    }
    let body = answer.expect(200);
    assert_eq!((&body["expires_in"], &body["user"]["email"]), (&json!(3600), &json!("tania@clinica.com")));
    assert!(!body.to_string().contains("token"), "{body}");
    let me = api.with("GET", "/api/auth/me", &cookies).await.expect(200);
    assert_eq!(me["user"], body["user"]);
}

#[tokio::test]
async fn a_wrong_password_sets_nothing() {
    let api = Api::new().await;
    let body = json!({ "email": "tania@clinica.com", "senha": "outra" });
    let host = api.app.clinic.host();
    let answer = Api::page("POST", &host, "/api/auth/sessao").json(&body).send(&api.router).await;
    assert!(answer.cookies.is_empty());
    answer.expect_problem(401, "credenciais_invalidas");
}

#[tokio::test]
async fn a_strangers_page_may_use_no_cookie() {
    let api = Api::new().await;
    let (_, cookies) = api.enter().await;
    let host = api.app.clinic.host();
    let other = format!("https://{}", api.app.other.host());
    let sent = |method: &str, path: &str, extra: &[(&str, &str)]| {
        let mut request = Request::new(method, &host, path).header("cookie", &cookies.join("; "));
        for (name, value) in extra {
            request = request.header(name, value);
        }
        request
    };
    let strangers: [&[(&str, &str)]; 4] = [
        &[("origin", &other), ("sec-fetch-site", "same-site")],
        &[("origin", "https://mal.example"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
        &[],
    ];
    for stranger in strangers {
        for (method, path) in [
            ("POST", "/api/auth/logout"),
            ("DELETE", "/api/auth/sessao"),
            ("POST", "/api/auth/sessao/renovacao"),
        ] {
            let answer = sent(method, path, stranger).send(&api.router).await;
            assert!(answer.cookies.is_empty(), "{method} {path} {stranger:?}");
            answer.expect_problem(403, "origem_recusada");
        }
        let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
        let login = sent("POST", "/api/auth/sessao", stranger).json(&body).send(&api.router).await;
        login.expect_problem(403, "origem_recusada");
    }
    let read = sent("GET", "/api/auth/me", &[("sec-fetch-site", "cross-site")]).send(&api.router).await;
    read.expect_problem(403, "origem_recusada");
    sent("GET", "/api/auth/me", &[]).send(&api.router).await.expect(200);
    api.with("GET", "/api/auth/me", &cookies).await.expect(200);
}

#[tokio::test]
async fn cookies_are_of_one_clinic_and_a_program_needs_none() {
    let api = Api::new().await;
    let (_, cookies) = api.enter().await;
    let other = api.app.other.host();
    let elsewhere = Api::page("GET", &other, "/api/auth/me").header("cookie", &cookies.join("; "));
    elsewhere.send(&api.router).await.expect_problem(401, "nao_autenticado");
    // A header that is there is what counts, even when it is wrong.
    let host = api.app.clinic.host();
    let both = Api::page("GET", &host, "/api/auth/me").header("cookie", &cookies.join("; ")).bearer("x");
    both.send(&api.router).await.expect_problem(401, "nao_autenticado");
    // The refresh token is no access token, wherever it lies.
    let swapped = cookies[1].replace(cookie::REFRESH, cookie::ACCESS);
    api.with("GET", "/api/auth/me", &[swapped]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_renewal_works_once_and_a_copied_one_ends_the_session() {
    let api = Api::new().await;
    let (_, first) = api.enter().await;
    let answer = api.with("POST", "/api/auth/sessao/renovacao", &first).await;
    let second = kept(&answer);
    answer.expect(200);
    api.with("GET", "/api/auth/me", &second).await.expect(200);
    let copied = api.with("POST", "/api/auth/sessao/renovacao", &first).await;
    assert!(copied.cookies.iter().all(|cookie| cookie.contains("=; Max-Age=0; ")), "{:?}", copied.cookies);
    assert_eq!(copied.cookies.len(), 2);
    copied.expect_problem(401, "nao_autenticado");
    api.with("GET", "/api/auth/me", &second).await.expect_problem(401, "nao_autenticado");
    api.with("POST", "/api/auth/sessao/renovacao", &[]).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn leaving_ends_the_session_by_whichever_cookie_is_left() {
    let api = Api::new().await;
    for left in [0..2, 0..1, 1..2] {
        let (_, cookies) = api.enter().await;
        let answer = api.with("DELETE", "/api/auth/sessao", &cookies[left]).await;
        assert!(
            answer.cookies.iter().all(|cookie| cookie.contains("=; Max-Age=0; ")),
            "{:?}",
            answer.cookies
        );
        assert_eq!((answer.status, answer.cookies.len()), (204, 2));
        api.with("GET", "/api/auth/me", &cookies).await.expect_problem(401, "nao_autenticado");
        api.with("POST", "/api/auth/sessao/renovacao", &cookies).await.expect_problem(401, "nao_autenticado");
    }
    assert_eq!(api.with("DELETE", "/api/auth/sessao", &[]).await.status, 204);
}
