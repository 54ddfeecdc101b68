//! Who gets in. The loops walk the route table, so a route that does not exist yet is tested too.

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, PHONE};

/// A body every route would accept: what a route does not know, it ignores.
fn body() -> Value {
    json!({ "titulo": "Um título", "texto": "Um texto", "telefone": "11 98888-7777" })
}

fn at(path: &str, id: i64) -> String {
    path.replace("{id}", &id.to_string())
}

/// Something of the clinic's by the paths its id stands in; a new path with an id needs a line here.
async fn targets(api: &Api) -> Vec<(&'static str, i64)> {
    let conversa = api.patient(PHONE, "oi").await;
    let resposta = api.staff("POST", "/api/respostas-prontas", Some(body())).await.expect(201)["id"].as_i64();
    vec![("/api/conversas", conversa), ("/api/respostas-prontas", resposta.unwrap())]
}

/// Whose id stands in a path.
fn target(targets: &[(&str, i64)], path: &str) -> i64 {
    let target = targets.iter().find(|(begins, _)| path.starts_with(begins));
    target.unwrap_or_else(|| panic!("{path} needs a line in `targets`")).1
}

async fn everything(api: &Api) -> Vec<String> {
    let mut all = Vec::new();
    for table in ["conversas", "mensagens", "saida", "respostas_prontas", "auditoria", "alertas"] {
        let query = format!("select coalesce(string_agg(t::text, ' ' order by id), '') from {table} t");
        all.push(api.app.database.text(&query).await);
    }
    all
}

#[tokio::test]
async fn every_route_refuses_strangers_and_callers_of_another_clinic() {
    let api = Api::new().await;
    let foreign = api.app.token(&api.app.other.gestora).await;
    for route in inbox::routes().iter().filter(|route| !route.access.is_anonymous()) {
        let path = at(route.path, 1);
        let request = Request::new(route.method.as_str(), &api.app.clinic.host(), &path).json(&json!({}));
        request.clone().send(&api.router).await.expect_problem(401, "nao_autenticado");
        request.clone().bearer(&foreign).send(&api.router).await.expect_problem(401, "nao_autenticado");
        request.bearer("a.b.c").send(&api.router).await.expect_problem(401, "nao_autenticado");
    }
}

#[tokio::test]
async fn every_route_refuses_a_medico_who_does_not_manage_the_clinic() {
    let api = Api::new().await;
    let targets = targets(&api).await;
    let before = everything(&api).await;
    let clinic = &api.app.clinic;
    for route in inbox::routes().iter().filter(|route| !route.access.is_anonymous()) {
        let id = if route.path.contains("{id}") { target(&targets, route.path) } else { 0 };
        let path = at(route.path, id);
        let refused = api.send(clinic, &clinic.medico, route.method.as_str(), &path, Some(body())).await;
        refused.expect_problem(403, "sem_permissao");
    }
    assert_eq!(everything(&api).await, before);
    api.send(clinic, &clinic.gestora, "GET", "/api/conversas", None).await.expect(200);
}

#[tokio::test]
async fn every_route_with_an_id_answers_404_to_another_clinics_id_and_writes_nothing() {
    let api = Api::new().await;
    let targets = targets(&api).await;
    let before = everything(&api).await;
    let other = &api.app.other;
    for route in inbox::routes().iter().filter(|route| route.path.contains("{id}")) {
        let id = target(&targets, route.path);
        for path in [at(route.path, id), at(route.path, 999_999), route.path.replace("{id}", "abc")] {
            let answer = api.send(other, &other.gestora, route.method.as_str(), &path, Some(body())).await;
            answer.expect_problem(404, "nao_encontrado");
        }
    }
    let theirs = api.send(other, &other.gestora, "GET", "/api/conversas?q=perfil", None).await.expect(200);
    assert_eq!(theirs["conversas"], json!([]));
    assert_eq!(everything(&api).await, before);
}

#[tokio::test]
async fn another_clinics_template_is_not_sent() {
    let api = Api::new().await;
    let id = api.patient(PHONE, "oi").await;
    let other = &api.app.other;
    let made = api.send(other, &other.gestora, "POST", "/api/respostas-prontas", Some(body())).await;
    let theirs = json!({ "resposta_pronta_id": made.expect(201)["id"] });
    let before = everything(&api).await;
    let path = format!("/api/conversas/{id}/mensagens");
    api.staff("POST", &path, Some(theirs)).await.expect_problem(404, "nao_encontrado");
    assert_eq!(everything(&api).await, before);
}
