//! What the app asks at every visit, in one answer.

use serde_json::{Value, json};
use shared::auth::Access;
use shared::auth::rate::Limited;
use shared::testing::{Person, Request};

use crate::{Api, TUESDAY};

impl Api {
    /// What one route says to a person, and its mark.
    async fn alone(&self, person: &Person, path: &str) -> (Value, String) {
        let answer = self.send(&self.app.clinic, person, "GET", path, None).await;
        (answer.expect(200), answer.header("etag").to_owned())
    }
}

#[tokio::test]
async fn each_part_is_what_its_own_route_says_to_that_person() {
    let api = Api::new().await;
    api.book(TUESDAY, "09:00").await;
    let clinic = &api.app.clinic;
    for person in [&clinic.gestora, &clinic.secretaria, &clinic.medico] {
        let answer =
            api.send(clinic, person, "GET", &format!("/api/abertura?dia={TUESDAY}"), None).await.expect(200);
        let parts = answer["respostas"].as_object().unwrap();
        assert_eq!(parts.len(), 10, "{answer}");
        let me = &parts["/api/auth/me"]["corpo"];
        assert_eq!(
            (&me["user"]["email"], &me["ociosa_segundos"]),
            (&json!(person.email), &Value::Null),
            "{me}"
        );
        for (path, part) in parts.iter().filter(|(path, _)| *path != "/api/auth/me") {
            let (corpo, etag) = api.alone(person, path).await;
            assert_eq!(part["corpo"], corpo, "{path}");
            assert_eq!(part["etag"].as_str().unwrap_or_default(), etag, "{path}");
        }
    }
    let own = api.medico("GET", &format!("/api/abertura?dia={TUESDAY}"), None).await.expect(200);
    let visits = format!("/api/agendamentos?de={TUESDAY}&ate={TUESDAY}&limite=200");
    assert_eq!(own["respostas"][visits.as_str()]["corpo"]["agendamentos"], json!([]), "another's visit");
    // Whoever had a mark of something else is not told that nothing changed.
    let token = api.app.token(&clinic.gestora).await;
    let marked =
        Request::new("GET", &clinic.host(), "/api/abertura").bearer(&token).header("if-none-match", "*");
    assert_eq!(marked.send(&api.router).await.expect(200)["respostas"].as_object().unwrap().len(), 6);
}

/// No gate stands before a part: what is for some of the clinic's users only would be everybody's here.
#[tokio::test]
async fn no_part_is_for_fewer_than_may_open() {
    let api = Api::new().await;
    let answer = api.gestora("GET", &format!("/api/abertura?dia={TUESDAY}"), None).await.expect(200);
    let own = scheduling::routes();
    for path in answer["respostas"].as_object().unwrap().keys().filter(|path| *path != "/api/auth/me") {
        let path = path.split('?').next().unwrap();
        let route = own.iter().find(|route| route.method == "GET" && route.path == path).unwrap();
        assert!(matches!(route.access, Access::Clinic | Access::Tenant), "{path}: {:?}", route.access);
    }
}

#[tokio::test]
async fn whom_it_showed_is_kept_and_another_clinic_is_not_in_it() {
    let api = Api::new().await;
    api.book(TUESDAY, "09:00").await;
    let looks = "select count(*) from acessos where rota = 'GET /api/abertura' and tipo = 'agenda'";
    api.gestora("GET", "/api/abertura", None).await.expect(200);
    assert_eq!(api.app.database.number(looks).await, 0, "no day, nobody");
    api.gestora("GET", &format!("/api/abertura?dia={TUESDAY}"), None).await.expect(200);
    assert_eq!(api.app.database.number(looks).await, 1);
    let other = &api.app.other;
    let path = format!("/api/abertura?dia={TUESDAY}");
    let theirs = api.send(other, &other.gestora, "GET", &path, None).await.expect(200).to_string();
    assert!(!theirs.contains(&api.app.clinic.subdomain), "{theirs}");
    api.send(other, &api.app.clinic.gestora, "GET", &path, None).await.expect_problem(401, "nao_autenticado");
}

#[tokio::test]
async fn a_day_that_is_none_is_told_and_a_clinic_that_is_suspended_opens_nothing() {
    let api = Api::new().await;
    for day in ["2026-02-30", "amanha", ""] {
        let answer = api.gestora("GET", &format!("/api/abertura?dia={day}"), None).await;
        answer.expect_problem(422, "campos_invalidos");
    }
    // What is known of a clinic is kept for a while: one nobody has asked about yet.
    let api = Api::new().await;
    let sql = "update clientes set suspenso_em = now(), suspensao_motivo = 'deve três faturas' where id =";
    api.app.database.sql(&format!("{sql} {}", api.app.clinic.id)).await;
    api.gestora("GET", "/api/abertura", None).await.expect_problem(402, "clinica_suspensa");
}

#[tokio::test]
async fn strangers_of_the_same_network_keep_nobody_of_the_clinic_out() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let network = api.network(1);
    let public = || Request::new("GET", &clinic.host(), "/api/publico/clinica").from_address(&network);
    let mut last = 200;
    for _ in 0..300 {
        last = public().send(&api.router).await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429, "the network used up what it may ask");
    let token = api.app.token(&clinic.secretaria).await;
    let own = Request::new("GET", &clinic.host(), "/api/abertura").bearer(&token).from_address(&network);
    let answer = own.send(&api.router).await.expect(200);
    assert_eq!(answer["respostas"]["/api/publico/clinica"]["corpo"]["subdomain"], clinic.subdomain);
}

/// Each is ten questions.
#[tokio::test]
async fn nobody_opens_all_day_long() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let limited = Limited { name: "aberturas", most: i64::MAX, window: 10 };
    let who = format!("{}:{}", clinic.gestora.user_type.as_str(), clinic.gestora.id);
    for _ in 0..60 {
        api.app.parts.rate.count(Some(clinic.id), limited, &who).await.unwrap();
    }
    api.gestora("GET", "/api/abertura", None).await.expect_problem(429, "muitas_tentativas");
    api.staff("GET", "/api/abertura", None).await.expect(200);
}
