//! How long a session goes on, however often it is renewed.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::testing::{Request, SENHA};

use crate::Api;

impl Api {
    async fn operator(&self) -> Value {
        let operator = "insert into operadores (nome, email, senha) values ('Op', 'op@hi.com', 'senha123')";
        self.app.database.sql(operator).await;
        let body = json!({ "email": "op@hi.com", "senha": SENHA });
        let login = Request::new("POST", "admin.localhost", "/api/auth/login").json(&body);
        login.send(&self.router).await.expect(200)
    }

    fn renewal(host: &str, tokens: &Value) -> Request {
        let body = json!({ "refresh_token": tokens["refresh_token"] });
        Request::new("POST", host, "/api/auth/refresh").json(&body)
    }

    fn later(&self, minutes: i64) {
        self.app.clock.set(self.app.now() + SignedDuration::from_mins(minutes));
    }
}

/// Renews every so many minutes, as a page that is never closed; how many minutes it goes on.
async fn goes_on(api: &Api, host: &str, mut tokens: Value, every: i64) -> i64 {
    let mut minutes = 0;
    loop {
        api.later(every);
        minutes += every;
        let answer = Api::renewal(host, &tokens).send(&api.router).await;
        if answer.status != 200 {
            answer.expect_problem(401, "nao_autenticado");
            return minutes;
        }
        tokens = answer.json();
    }
}

#[tokio::test]
async fn however_often_it_is_renewed_a_session_ends_a_month_after_its_login() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    assert_eq!(goes_on(&api, &api.app.clinic.host(), tokens, 7 * 60).await, 103 * 7 * 60);
    // The other clinic's address knows nothing of it, and a login begins anew.
    let again = api.tokens().await;
    api.later(60);
    api.refresh(&again["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn an_operators_ends_the_same_day_and_half_an_hour_after_it_was_renewed_last() {
    let api = Api::new().await;
    let tokens = api.operator().await;
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(goes_on(&api, "admin.localhost", tokens, 29).await, 25 * 29);
    api.app.database.sql("delete from operadores").await;
    let tokens = api.operator().await;
    let me = Request::new("GET", "admin.localhost", "/api/auth/me");
    let me = me.bearer(tokens["access_token"].as_str().unwrap());
    assert_eq!(me.send(&api.router).await.expect(200)["ociosa_segundos"], 1800);
    api.later(16);
    me.send(&api.router).await.expect_problem(401, "nao_autenticado");
    api.later(15);
    let late = Api::renewal("admin.localhost", &tokens).send(&api.router).await;
    late.expect_problem(401, "nao_autenticado");
}

/// The last tokens of a session end with it, and so do the cookies that carry them.
#[tokio::test]
async fn the_last_tokens_live_no_longer_than_the_session() {
    let api = Api::new().await;
    let mut tokens = api.operator().await;
    for _ in 0..25 {
        api.later(28);
        tokens = Api::renewal("admin.localhost", &tokens).send(&api.router).await.expect(200);
    }
    api.later(10);
    let last = Api::renewal("admin.localhost", &tokens).send(&api.router).await.expect(200);
    assert_eq!(last["expires_in"], 600);
    let me = Request::new("GET", "admin.localhost", "/api/auth/me");
    let me = me.bearer(last["access_token"].as_str().unwrap());
    me.send(&api.router).await.expect(200);
    api.later(11);
    me.send(&api.router).await.expect_problem(401, "nao_autenticado");
}
