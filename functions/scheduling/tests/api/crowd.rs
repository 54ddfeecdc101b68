//! Who asks too much, whatever it is: refused for some seconds, and nobody else with them.

use axum::Router;
use serde_json::json;
use shared::auth::crowd::Limits;
use shared::cache::Cache;
use shared::parts::HttpParts;
use shared::secrecy::SecretString;
use shared::testing::{Person, Request};

use crate::Api;

const PLENTY: i64 = 100_000;
/// Answered without any store, and counted all the same.
const CHEAP: &str = "/api/openapi.json";

impl Api {
    /// One more process of the function, with these limits.
    fn process(&self, user: i64, clinic: i64, network: i64) -> Router {
        let parts = self.app.parts.clone();
        scheduling::router(parts.with_request_limits(Limits { user, clinic, network }))
    }

    /// Who asks, ready to ask again and again for what costs least.
    async fn asker(&self, person: &Person) -> Request {
        let clinic =
            if person.cliente_id == Some(self.app.other.id) { &self.app.other } else { &self.app.clinic };
        Request::new("GET", &clinic.host(), CHEAP).bearer(&self.app.token(person).await)
    }

    fn stranger_from(&self, network: &str) -> Request {
        Request::new("GET", &self.app.clinic.host(), CHEAP).from_address(network)
    }
}

/// How many of `most` were answered before the first refusal.
macro_rules! answered {
    ($most:expr, $nth:ident => $status:expr) => {{
        let mut answered = 0;
        for $nth in 0..$most {
            if $status == 429 {
                break;
            }
            answered += 1;
        }
        answered
    }};
}

#[tokio::test]
async fn a_user_who_asks_too_fast_waits_and_nobody_else_does() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let router = api.process(40, PLENTY, PLENTY);
    let asker = api.asker(&clinic.secretaria).await;
    let answered = answered!(100, _nth => asker.send(&router).await.status);
    assert!((31..=40).contains(&answered), "{answered}");
    let refused = asker.send(&router).await;
    refused.expect_problem(429, "muitos_pedidos");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    for person in [&clinic.medico, &clinic.gestora, &api.app.other.secretaria] {
        api.asker(person).await.send(&router).await.expect(200);
    }
    api.stranger_from(&api.network(1)).send(&router).await.expect(200);
}

/// Whoever logs in again and again is still one user, and whatever is asked for counts: what is refused for another reason, too.
#[tokio::test]
async fn sessions_of_one_user_and_all_it_asks_for_count_together() {
    let api = Api::new().await;
    let (clinic, person) = (&api.app.clinic, &api.app.clinic.medico);
    let router = api.process(40, PLENTY, PLENTY);
    let paths = ["/api/openapi.json", "/api/faturas", "/api/pacientes/999999", "/api/saude/scheduling"];
    let answered = answered!(100, nth => {
        let token = api.app.token(person).await;
        let request = Request::new("GET", &clinic.host(), paths[nth % 4]);
        request.from_address(&api.network(u32::try_from(nth).unwrap())).bearer(&token).send(&router).await.status
    });
    assert!((31..=40).contains(&answered), "{answered}");
}

/// A burst finds as many processes as there are requests; a tenth of them tell, as one process does of each tenth request.
#[tokio::test]
async fn a_burst_over_many_processes_is_noticed() {
    let api = Api::new().await;
    let processes: Vec<Router> = (0..30).map(|_| api.process(100, PLENTY, PLENTY)).collect();
    let asker = api.asker(&api.app.clinic.secretaria).await;
    let answered = answered!(300, nth => asker.send(&processes[nth % 30]).await.status);
    assert!((30..300).contains(&answered), "{answered}");
}

#[tokio::test]
async fn the_users_of_a_clinic_have_a_limit_together_and_another_clinic_its_own() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let mut people = Vec::new();
    for person in [&clinic.secretaria, &clinic.medico, &clinic.gestora] {
        people.push(api.asker(person).await);
    }
    let router = api.process(PLENTY, 40, PLENTY);
    let answered = answered!(150, nth => people[nth % 3].send(&router).await.status);
    assert!((10..=70).contains(&answered), "{answered}");
    api.asker(&api.app.other.secretaria).await.send(&router).await.expect(200);
}

/// Before anything is looked up: what costs nothing else, what is no address of ours, and a token somebody made up.
#[tokio::test]
async fn a_network_without_a_session_has_a_limit_whatever_it_asks() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let router = api.process(PLENTY, PLENTY, 40);
    let asked = [
        (clinic.host(), "/api/openapi.json"),
        (clinic.host(), "/api/saude/scheduling"),
        ("ninguem.localhost".to_owned(), "/api/medicos"),
        (clinic.host(), "/api/medicos/1/agenda.ics?token=abc"),
        (clinic.host(), "/api/publico/servicos"),
        (clinic.host(), "/api/agendamentos"),
    ];
    let network = api.network(1);
    let answered = answered!(100, nth => {
        let (host, path) = &asked[nth % asked.len()];
        let request = Request::new("GET", host, path).from_address(&network).bearer("a.b.c");
        request.send(&router).await.status
    });
    assert!((31..=40).contains(&answered), "{answered}");
    api.stranger_from(&network).send(&router).await.expect_problem(429, "muitos_pedidos");
    api.stranger_from(&api.network(2)).send(&router).await.expect(200);
    // Who works in the same network goes on.
    api.asker(&clinic.secretaria).await.from_address(&network).send(&router).await.expect(200);
}

/// A line at home has hundreds of networks of IPv6.
#[tokio::test]
async fn the_networks_of_one_line_have_a_limit_together() {
    let api = Api::new().await;
    let router = api.process(PLENTY, PLENTY, 20);
    let line = api.app.clinic.id.to_string().parse::<u64>().unwrap();
    let address = |nth: usize| format!("2001:db8:{:x}:{:x}::1", line & 0xffff, nth % 64);
    // Eight networks' worth, told of by tens of each of the 64.
    let answered = answered!(640, nth => api.stranger_from(&address(nth)).send(&router).await.status);
    assert!((64..=400).contains(&answered), "{answered}");
}

#[tokio::test]
async fn without_redis_a_process_counts_more_strictly() {
    let api = Api::new().await;
    let HttpParts { db, ledger, gate, clock, .. } = api.app.parts.clone();
    let cache = Cache::lazy(&SecretString::from("redis://127.0.0.1:1")).unwrap();
    let parts = HttpParts::new(db, cache, ledger, gate.verifier, &["localhost".to_owned()], clock);
    let limits = Limits { user: 80, clinic: PLENTY, network: PLENTY };
    let router = scheduling::router(parts.with_request_limits(limits));
    let asker = api.asker(&api.app.clinic.secretaria).await;
    let answered = answered!(100, _nth => asker.send(&router).await.status);
    // A fourth of the eighty, and what is told of at once.
    assert!((20..=30).contains(&answered), "{answered}");
    api.asker(&api.app.clinic.medico).await.send(&router).await.expect(200);
    // It says for how long, and afterwards it is over.
    let wait: i64 = asker.send(&router).await.header("retry-after").parse().unwrap();
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(wait));
    asker.send(&router).await.expect(200);
}

/// Nothing of what was refused is done.
#[tokio::test]
async fn what_is_refused_so_is_not_done() {
    let api = Api::new().await;
    let router = api.process(20, PLENTY, PLENTY);
    let token = api.app.token(&api.app.clinic.gestora).await;
    let mut made = 0;
    for nth in 0..60 {
        let request = Request::new("POST", &api.app.clinic.host(), "/api/convenios").bearer(&token);
        let answer = request.json(&json!({ "nome": format!("Convênio {nth}") })).send(&router).await;
        assert!(answer.status == 201 || answer.status == 429, "{}", answer.text);
        made += i64::from(answer.status == 201);
    }
    assert!(made <= 20, "{made}");
    assert_eq!(api.app.database.number("select count(*) from convenios").await, made);
}

/// Many processes hear of a user who is over only one by one, and each tells ten requests: they are not the colleagues'.
#[tokio::test]
async fn what_a_user_is_refused_is_not_taken_from_the_clinic() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let processes: Vec<Router> = (0..30).map(|_| api.process(20, 120, PLENTY)).collect();
    let asker = api.asker(&clinic.secretaria).await;
    for nth in 0..400 {
        asker.send(&processes[nth % 30]).await;
    }
    let colleague = api.asker(&clinic.gestora).await;
    for _ in 0..15 {
        colleague.send(&processes[0]).await.expect(200);
    }
}
