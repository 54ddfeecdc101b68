//! Who does not get in, and how little that tells.

use std::time::{Duration, Instant};

use login::AppState;
use serde_json::json;
use shared::auth::crowd::Limits;
use shared::auth::limit::{Attempt, LoginLimit, Trying};
use shared::cache::Cache;
use shared::http::Source;
use shared::parts::HttpParts;
use shared::problem::Problem;
use shared::secrecy::SecretString;
use shared::testing::{Clinic, Request, SENHA};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Api;

#[tokio::test]
async fn every_refusal_is_the_same() {
    let api = Api::new().await;
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let only_there = format!(
        "insert into medicos (cliente_id, nome, email, senha) values ({}, 'De Lá', 'de-la@clinica.com', '{SENHA}')",
        other.id
    );
    api.app.database.sql(&only_there).await;
    let mut bodies = Vec::new();
    for (email, senha) in [
        ("tania@clinica.com", "errada"),
        ("ninguem@clinica.com", SENHA),
        ("inativo@clinica.com", SENHA),
        ("de-la@clinica.com", SENHA),
        ("' or 1=1 --", "x"),
        ("tania\u{0}@clinica.com", SENHA),
    ] {
        bodies.push(api.login(clinic, email, senha).await.expect_problem(401, "credenciais_invalidas"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    api.login(other, "de-la@clinica.com", SENHA).await.expect(200);
}

#[tokio::test]
async fn a_wrong_password_is_refused_no_sooner_than_an_unknown_address() {
    let api = Api::new().await;
    // What psql wrote is hashed anew at the first login, as everybody's is in the end.
    api.tokens().await;
    let mut took = [Duration::MAX; 2];
    for nth in 0..4 {
        for (kind, email) in
            ["tania@clinica.com".to_owned(), format!("ninguem{nth}@clinica.com")].iter().enumerate()
        {
            let started = Instant::now();
            api.login(&api.app.clinic, email, "errada").await.expect_problem(401, "credenciais_invalidas");
            took[kind] = took[kind].min(started.elapsed());
        }
    }
    // The best of four: the machine does other things, too. Hashing is most of it.
    let [known, unknown] = took.map(|took| took.as_secs_f64());
    assert!((0.6..1.6).contains(&(known / unknown)), "{took:?}");
}

/// Whoever tries somebody else's login from elsewhere does not keep them out.
#[tokio::test]
async fn attempts_from_one_network_do_not_hold_up_another() {
    let api = Api::new().await;
    let try_from = async |address: &str, senha: &str| {
        let body = json!({ "email": "tania@clinica.com", "senha": senha });
        let login = Request::new("POST", &api.app.clinic.host(), "/api/auth/login").json(&body);
        login.from_address(address).send(&api.router).await
    };
    for _ in 0..5 {
        try_from("203.0.113.7", "errada").await.expect_problem(401, "credenciais_invalidas");
    }
    try_from("203.0.113.7", SENHA).await.expect_problem(429, "muitas_tentativas");
    try_from("198.51.100.9", SENHA).await.expect(200);
    try_from("203.0.113.7", SENHA).await.expect_problem(429, "muitas_tentativas");
}

/// Strangers on twenty networks slow down whoever comes from a new place, not who was there before; and the new place not for long.
#[tokio::test]
async fn who_logs_in_where_they_did_before_does_not_wait_for_strangers() {
    let api = Api::new().await;
    let try_from = async |address: &str, senha: &str| {
        let body = json!({ "email": "tania@clinica.com", "senha": senha });
        let login = Request::new("POST", &api.app.clinic.host(), "/api/auth/login").json(&body);
        login.from_address(address).send(&api.router).await
    };
    let (home, elsewhere) = ("198.51.100.9", "198.51.100.10");
    try_from(home, SENHA).await.expect(200);
    let later = |seconds: i64| api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(seconds));
    // Past the hundredth each waits longer than the one before.
    for network in 0..30 {
        later(i64::from(network >= 20) * 61);
        for _ in 0..5 {
            try_from(&format!("203.0.113.{network}"), "errada").await;
        }
    }
    let waits = try_from(elsewhere, SENHA).await;
    waits.expect_problem(429, "muitas_tentativas");
    assert!(waits.header("retry-after").parse::<i64>().unwrap() <= 60);
    for _ in 0..3 {
        try_from(home, SENHA).await.expect(200);
    }
    // Their own wrong attempts they wait for as everybody does; and it is known of one login at one clinic.
    for _ in 0..5 {
        try_from(home, "errada").await.expect_problem(401, "credenciais_invalidas");
    }
    try_from(home, SENHA).await.expect_problem(429, "muitas_tentativas");
    later(60);
    try_from(elsewhere, SENHA).await.expect(200);
}

#[tokio::test]
async fn after_five_wrong_attempts_each_next_one_waits_longer_and_success_forgets() {
    let api = Api::new().await;
    let wrong = async || api.login(&api.app.clinic, "tania@clinica.com", "errada").await;
    for _ in 0..5 {
        wrong().await.expect_problem(401, "credenciais_invalidas");
    }
    let refused = wrong().await;
    refused.expect_problem(429, "muitas_tentativas");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    // Another login, and the same login of another clinic, are not held up.
    api.login(&api.app.clinic, "marco@clinica.com", SENHA).await.expect(200);
    api.login(&api.app.other, "tania@clinica.com", SENHA).await.expect(200);
    let later = |seconds: i64| api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(seconds));
    later(wait + 1);
    wrong().await.expect_problem(401, "credenciais_invalidas");
    assert!(wrong().await.header("retry-after").parse::<i64>().unwrap() > wait);
    later(10);
    api.tokens().await;
    wrong().await.expect_problem(401, "credenciais_invalidas");
    wrong().await.expect_problem(401, "credenciais_invalidas");
}

/// What a network tries in vain is counted over all logins and clinics, before it is known to be in vain; who was let in from there before goes on.
#[tokio::test]
async fn a_network_that_brings_nobody_in_is_stopped_everywhere_but_for_whom_it_knows() {
    let api = Api::new().await;
    let network = Request::address_at(&api.app.clinic.host());
    let attempt = |clinic: &Clinic, email: &str, senha: &str| {
        let body = json!({ "email": email, "senha": senha });
        Request::new("POST", &clinic.host(), "/api/auth/login").json(&body).from_address(&network)
    };
    let at = async |clinic: &Clinic, email: &str, senha: &str| {
        attempt(clinic, email, senha).send(&api.router).await
    };
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    // A whole clinic that logs in on a Monday counts for nothing.
    for _ in 0..50 {
        at(clinic, "tania@clinica.com", SENHA).await.expect(200);
    }
    let mut statuses: Vec<u16> = Vec::new();
    // Fifteen at once, four times: behind sixty hashes Redis would answer too late, and then each process counts by itself.
    for wave in 0..4 {
        let mut at_once = JoinSet::new();
        for n in wave * 15..wave * 15 + 15 {
            let clinic = if n % 2 == 0 { clinic } else { other };
            let (one, router) =
                (attempt(clinic, &format!("ninguem{n}@clinica.com"), "errada"), api.router.clone());
            at_once.spawn(async move { one.send(&router).await.status });
        }
        statuses.extend(at_once.join_all().await);
    }
    let refused = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!((refused, statuses.len() - refused), (40, 20), "{statuses:?}");
    at(other, "marco@clinica.com", SENHA).await.expect_problem(429, "muitas_tentativas");
    at(clinic, "tania@clinica.com", SENHA).await.expect(200);
    api.login(other, "marco@clinica.com", SENHA).await.expect(200);
}

/// Each login that succeeds costs a hash, and opens a session.
#[tokio::test]
async fn who_has_the_right_password_has_so_many_logins_in_ten_minutes_and_strangers_use_up_none() {
    let api = Api::new().await;
    let parts = api.app.login_parts().with_request_limits(Limits { user: 60, clinic: 1000, network: 1000 });
    let router = login::router(AppState::new(parts, api.app.signer()));
    let enters = async |clinic: &Clinic, email: &str, senha: &str, address: &str| {
        let body = json!({ "email": email, "senha": senha });
        let post = Request::new("POST", &clinic.host(), "/api/auth/login").json(&body);
        post.from_address(address).send(&router).await
    };
    let (own, other, tania) = (&api.app.clinic, &api.app.other, "tania@clinica.com");
    let network = |name: &str| Request::address_at(&format!("{name} {}", own.host()));
    let (home, away) = (&network("casa"), &network("longe"));
    enters(own, tania, SENHA, home).await.expect(200);
    // Somebody who does not know it tries it elsewhere.
    for nth in 0..15 {
        enters(own, tania, "errada", &network(&nth.to_string()))
            .await
            .expect_problem(401, "credenciais_invalidas");
    }
    let mut statuses = Vec::new();
    let again = || enters(own, tania, SENHA, home);
    for _ in 0..4 {
        let (a, b, c, d) = tokio::join!(again(), again(), again(), again());
        statuses.extend([a, b, c, d].map(|answer| answer.status));
    }
    statuses.sort_unstable();
    assert_eq!((statuses[10], statuses[11], statuses[15]), (200, 429, 429), "{statuses:?}");
    let refused = enters(own, tania, SENHA, away).await;
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    refused.expect_problem(429, "muitas_tentativas");
    assert!((1..=600).contains(&wait), "{wait}");
    enters(own, "secretaria@clinica.com", SENHA, home).await.expect(200);
    enters(other, "marco@clinica.com", SENHA, home).await.expect(200);
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(wait));
    enters(own, tania, SENHA, home).await.expect(200);
    enters(own, tania, SENHA, away).await.expect(200);
}

/// A line at home may have hundreds of networks of IPv6: what they try in vain is counted together, too.
#[tokio::test]
async fn many_networks_of_one_line_are_stopped_together() {
    let api = Api::new().await;
    let (line, id) = (Uuid::now_v7().as_u128() >> 80, api.app.clinic.id);
    let limit = LoginLimit::new(api.app.parts.cache.clone(), api.app.clock.clone(), Limits::default());
    let attempt = async |line: u128, network: u128| {
        let address = std::net::Ipv6Addr::from_bits(line << 80 | network << 64 | 1).to_string();
        let (source, login) = (Source::of(&address), format!("ninguem{network}@clinica.com"));
        let attempt =
            Attempt { cliente: Some(id), trying: Trying::Login, login: &login, source: source.as_str() };
        limit.count(attempt).await.map(|()| source)
    };
    for network in 0..80 {
        for _ in 0..4 {
            attempt(line, network).await.unwrap();
        }
    }
    assert!(matches!(attempt(line, 99).await, Err(Problem::TooManyAttempts { .. })));
    let elsewhere = attempt(line ^ 1, 99).await.unwrap();
    let came_in = Attempt {
        cliente: Some(id),
        trying: Trying::Login,
        login: "ninguem99@clinica.com",
        source: elsewhere.as_str(),
    };
    limit.succeeded(came_in).await;
    attempt(line ^ 1, 99).await.unwrap();
}

/// The same system in a process that has no Redis.
fn without_redis(api: &Api) -> axum::Router {
    let dead = Cache::lazy(&SecretString::from("redis://127.0.0.1:1")).unwrap();
    let parts = api.app.login_parts();
    let domains = ["localhost".to_owned()];
    let verifier = parts.gate.verifier.clone();
    let clock = api.app.clock.clone();
    let parts = HttpParts::new(parts.db.clone(), dead, parts.ledger.clone(), verifier, &domains, clock);
    login::router(AppState::new(parts, api.app.signer()))
}

#[tokio::test]
async fn without_redis_the_limit_is_stricter_and_never_gone() {
    let api = Api::new().await;
    let router = without_redis(&api);
    let try_from = async |address: &str, senha: &str| {
        let body = json!({ "email": "tania@clinica.com", "senha": senha });
        let attempt = Request::new("POST", &api.app.clinic.host(), "/api/auth/login").json(&body);
        attempt.from_address(address).send(&router).await
    };
    for network in 0..3 {
        let strange = try_from(&format!("203.0.113.{network}"), "errada").await;
        strange.expect_problem(401, "credenciais_invalidas");
    }
    try_from("198.51.100.9", SENHA).await.expect_problem(429, "muitas_tentativas");
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(61));
    try_from("198.51.100.9", SENHA).await.expect(200);
    // From now on it is known there: strangers use up nothing of theirs, and neither is it unlimited.
    for network in 0..6 {
        try_from(&format!("203.0.113.{network}"), "errada").await;
    }
    for _ in 0..3 {
        try_from("198.51.100.9", SENHA).await.expect(200);
    }
    try_from("198.51.100.9", SENHA).await.expect_problem(429, "muitas_tentativas");
}

#[tokio::test]
async fn what_cannot_be_read_is_explained() {
    let api = Api::new().await;
    let post = Request::new("POST", &api.app.clinic.host(), "/api/auth/login");
    let missing = post.clone().json(&json!({ "email": " " })).send(&api.router).await;
    assert_eq!(missing.expect_problem(422, "campos_invalidos")["campos"].as_array().unwrap().len(), 2);
    post.clone()
        .body("text/plain", "x")
        .send(&api.router)
        .await
        .expect_problem(415, "tipo_de_conteudo_nao_aceito");
    post.clone()
        .body("application/json", "{")
        .send(&api.router)
        .await
        .expect_problem(400, "corpo_malformado");
    post.clone()
        .body("multipart/form-data; boundary=x", "y")
        .send(&api.router)
        .await
        .expect_problem(400, "corpo_malformado");
    let long = json!({ "email": "a".repeat(300), "senha": "x" });
    post.clone().json(&long).send(&api.router).await.expect_problem(401, "credenciais_invalidas");
    let huge = format!("{{\"email\":\"{}\"}}", "a".repeat(1_100_000));
    post.body("application/json", &huge).send(&api.router).await.expect_problem(413, "corpo_grande_demais");
}

#[tokio::test]
async fn every_route_that_needs_a_session_refuses_callers_without_one() {
    let api = Api::new().await;
    let foreign = api.app.token(&api.app.other.gestora).await;
    for route in login::routes().iter().filter(|route| !route.access.is_anonymous()) {
        let request = Request::new(route.method.as_str(), &api.app.clinic.host(), route.path);
        request.clone().send(&api.router).await.expect_problem(401, "nao_autenticado");
        request.bearer(&foreign).send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
    let body = json!({ "email": "tania@clinica.com", "senha": SENHA });
    let lost =
        Request::new("POST", "ninguem.localhost", "/api/auth/login").json(&body).send(&api.router).await;
    lost.expect_problem(404, "tenant_nao_identificado");
}

/// Five attempts a second from the waiting room, and whoever works there comes in all the same.
#[tokio::test]
async fn whoever_came_in_from_a_network_comes_in_beyond_its_ceiling() {
    let api = Api::new().await;
    let network = "198.51.100.77";
    let enter = async |email: &str, senha: &str| {
        let body = json!({ "email": email, "senha": senha });
        let login = Request::new("POST", &api.app.clinic.host(), "/api/auth/login").json(&body);
        login.from_address(network).send(&api.router).await.status
    };
    assert_eq!(enter("tania@clinica.com", SENHA).await, 200);
    let mut last = 0;
    for nth in 0..305 {
        last = enter(&format!("ninguem{nth}@clinica.com"), "errada").await;
    }
    assert_eq!(last, 429);
    assert_eq!(enter("tania@clinica.com", SENHA).await, 200);
}

/// The access of a page ends after an hour; what is left says whose it was.
#[tokio::test]
async fn strangers_beside_a_page_do_not_keep_it_from_going_on() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let parts = api.app.login_parts().with_request_limits(Limits { user: 1000, clinic: 1000, network: 20 });
    let router = login::router(AppState::new(parts, api.app.signer()));
    let network = Request::address_at(&format!("sala.{}", api.app.clinic.host()));
    let me = || Request::new("GET", &api.app.clinic.host(), "/api/auth/me").from_address(&network);
    let mut status = 401;
    for _ in 0..60 {
        status = me().send(&router).await.status;
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429, "the network has had its part");
    let left = format!("__Host-renovacao={}", tokens["refresh_token"].as_str().unwrap());
    me().header("cookie", &left).send(&router).await.expect_problem(401, "nao_autenticado");
    me().header("cookie", "__Host-renovacao=a.b.c").send(&router).await.expect_problem(429, "muitos_pedidos");
}

/// It lives eight hours, also where its owner was dismissed: what it asks is not taken from those who work.
#[tokio::test]
async fn what_only_renews_is_counted_by_itself() {
    let api = Api::new().await;
    let tokens = api.tokens().await;
    let parts = api.app.login_parts().with_request_limits(Limits { user: 30, clinic: 30, network: 1000 });
    let router = login::router(AppState::new(parts, api.app.signer()));
    let me = || Request::new("GET", &api.app.clinic.host(), "/api/auth/me");
    let left = format!("__Host-renovacao={}", tokens["refresh_token"].as_str().unwrap());
    let mut asked = 0;
    while me().header("cookie", &left).send(&router).await.status != 429 {
        asked += 1;
        assert!(asked <= 30, "{asked}");
    }
    for _ in 0..10 {
        me().bearer(tokens["access_token"].as_str().unwrap()).send(&router).await.expect(200);
    }
}
