//! A clinic's places: how many, who may be put where, and what patients and calendars read of them.

use serde_json::{Value, json};
use shared::testing::Answer;

use crate::{Api, TUESDAY};

impl Api {
    async fn units_of(&self, most: &str) {
        let sql = format!("update planos set limite_unidades = {most} where nome = 'basico'");
        self.app.database.sql(&sql).await;
    }

    async fn open(&self, nome: &str) -> Answer {
        self.gestora("POST", "/api/unidades", Some(json!({ "nome": nome }))).await
    }

    async fn unit(&self, unidade: &Value, body: Value) -> Answer {
        self.gestora("PATCH", &format!("/api/unidades/{}", unidade["id"]), Some(body)).await
    }

    /// Puts the gestora at a place.
    async fn put(&self, unidade: &Value) -> Answer {
        let path = format!("/api/medicos/{}", self.app.clinic.gestora.id);
        self.staff("PATCH", &path, Some(json!({ "unidade_id": unidade["id"] }))).await
    }
}

fn expect_limit(answer: &Answer, most: i64) {
    let problem = answer.expect_problem(409, "limite_do_plano");
    assert_eq!(problem["limite"], json!({ "nome": "unidades", "maximo": most }));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("unidade") && detail.contains("mude de plano"), "{detail}");
}

#[tokio::test]
async fn a_place_is_there_from_the_beginning_and_more_are_opened_listed_and_changed() {
    let api = Api::new().await;
    api.units_of("null").await;
    let listed = api.medico("GET", "/api/unidades", None).await.expect(200);
    let first = json!({ "id": listed["unidades"][0]["id"], "nome": "Principal", "endereco": null, "telefone": null, "ativa": true });
    assert_eq!(listed, json!({ "unidades": [first], "proximo": null }));
    let body = json!({ "nome": " Centro ", "endereco": "Rua A, 1", "telefone": "(34) 3333-4444" });
    let made = api.gestora("POST", "/api/unidades", Some(body)).await.expect(201);
    assert_eq!(
        made,
        json!({ "id": made["id"], "nome": "Centro", "endereco": "Rua A, 1", "telefone": "(34) 3333-4444", "ativa": true })
    );
    let changed = api.unit(&made, json!({ "endereco": null, "ativa": false })).await.expect(200);
    assert_eq!((&changed["endereco"], &changed["ativa"]), (&Value::Null, &json!(false)));
    let path = format!("/api/unidades/{}", made["id"]);
    assert_eq!(api.medico("GET", &path, None).await.expect(200), changed);
    let active = api.staff("GET", "/api/unidades?ativas=true", None).await.expect(200);
    assert_eq!(active["unidades"], json!([first]));
    let trail = api.trail(&format!("unidades/{}", made["id"]), "endereco").await;
    assert_eq!(trail, ["medico unidade_criada - Rua A, 1", "medico unidade_alterada Rua A, 1 -"]);
}

#[tokio::test]
async fn only_who_manages_the_clinic_writes_places_and_hears_what_is_wrong() {
    let api = Api::new().await;
    api.units_of("null").await;
    let body = json!({ "nome": "Norte" });
    let first = api.staff("GET", "/api/unidades", None).await.expect(200)["unidades"][0].clone();
    let path = format!("/api/unidades/{}", first["id"]);
    for (method, path) in [("POST", "/api/unidades"), ("PATCH", path.as_str())] {
        api.staff(method, path, Some(body.clone())).await.expect_problem(403, "sem_permissao");
        api.medico(method, path, Some(body.clone())).await.expect_problem(403, "sem_permissao");
    }
    let wrong =
        json!({ "nome": "x".repeat(61), "endereco": "e".repeat(301), "telefone": "ligue já", "ativa": null });
    let problem = api
        .gestora("POST", "/api/unidades", Some(wrong))
        .await
        .expect_problem(422, "campos_invalidos")
        .clone();
    let fields: Vec<&Value> = problem["campos"].as_array().unwrap().iter().map(|one| &one["campo"]).collect();
    assert_eq!(fields, ["nome", "endereco", "telefone", "ativa"]);
    api.gestora("POST", "/api/unidades", Some(json!({}))).await.expect_problem(422, "campos_invalidos");
    let taken = api.open("Principal").await;
    assert_eq!(taken.expect_problem(409, "ja_existe")["detail"], "Já existe uma unidade com este nome.");
}

#[tokio::test]
async fn of_many_that_are_opened_at_once_as_many_get_in_as_the_plan_has() {
    let api = Api::new().await;
    api.units_of("null").await;
    let (one, two) = (api.open("Um").await.expect(201), api.open("Dois").await.expect(201));
    for unidade in [&one, &two] {
        api.unit(unidade, json!({ "ativa": false })).await.expect(200);
    }
    api.units_of("3").await;
    let on = || json!({ "ativa": true });
    let answers: [Answer; 8] = tokio::join!(
        api.open("Casa A"),
        api.open("Casa B"),
        api.open("Casa C"),
        api.open("Casa D"),
        api.open("Casa E"),
        api.open("Casa F"),
        api.unit(&one, on()),
        api.unit(&two, on()),
    )
    .into();
    assert_eq!(answers.iter().filter(|answer| answer.status < 300).count(), 2, "beside the first one");
    for refused in answers.iter().filter(|answer| answer.status >= 300) {
        expect_limit(refused, 3);
    }
    let count = format!("select count(*) from unidades where ativa and cliente_id = {}", api.app.clinic.id);
    assert_eq!(api.app.database.number(&count).await, 3);
    // One that is closed gives room, and one that is open is changed whatever the plan has.
    api.units_of("1").await;
    let all = api.staff("GET", "/api/unidades?ativas=true", None).await.expect(200);
    let all: Vec<Value> = all["unidades"].as_array().unwrap().clone();
    api.unit(&all[0], json!({ "telefone": "3333-4444" })).await.expect(200);
    for unidade in &all {
        api.unit(unidade, json!({ "ativa": false })).await.expect(200);
    }
    api.unit(&one, on()).await.expect(200);
    expect_limit(&api.unit(&two, on()).await, 1);
    expect_limit(&api.open("Mais uma").await, 1);
    // A place that is kept for later needs no room, and another clinic of the plan has its own.
    let later = json!({ "nome": "Depois", "ativa": false });
    api.gestora("POST", "/api/unidades", Some(later)).await.expect(201);
    let (other, body) = (&api.app.other, json!({ "ativa": true }));
    let id =
        api.app.database.number(&format!("select id from unidades where cliente_id = {}", other.id)).await;
    let path = format!("/api/unidades/{id}");
    api.send(other, &other.gestora, "PATCH", &path, Some(json!({ "ativa": false }))).await.expect(200);
    api.send(other, &other.gestora, "PATCH", &path, Some(body)).await.expect(200);
}

#[tokio::test]
async fn a_place_is_not_closed_while_somebody_sees_patients_there() {
    let api = Api::new().await;
    api.units_of("null").await;
    let (centro, norte) = (api.open("Centro").await.expect(201), api.open("Norte").await.expect(201));
    assert_eq!(api.put(&centro).await.expect(200)["unidade_id"], centro["id"]);
    let own = format!("/api/medicos/{}", api.app.clinic.medico.id);
    let body = json!({ "unidade_id": norte["id"] });
    api.medico("PATCH", &own, Some(body)).await.expect_problem(403, "sem_permissao");
    api.medico("PATCH", &own, Some(json!({ "unidade_id": null }))).await.expect_problem(403, "sem_permissao");
    let refused = api.unit(&centro, json!({ "ativa": false })).await;
    let detail = refused.expect_problem(409, "conflito")["detail"].clone();
    assert!(detail.as_str().unwrap().contains("Dra. Tânia"), "{detail}");
    api.put(&norte).await.expect(200);
    api.unit(&centro, json!({ "ativa": false })).await.expect(200);
    let refused = api.put(&centro).await;
    assert_eq!(refused.expect_problem(422, "campos_invalidos")["campos"][0]["campo"], "unidade_id");
    api.put(&json!({ "id": 999_999 })).await.expect_problem(404, "nao_encontrado");
    let cleared = api.put(&json!({ "id": null })).await.expect(200);
    assert_eq!(cleared["unidade_id"], Value::Null);
    let made = json!({ "nome": "Dr. Novo", "unidade_id": norte["id"] });
    api.app.database.sql("update planos set limite_profissionais = null").await;
    assert_eq!(api.gestora("POST", "/api/medicos", Some(made)).await.expect(201)["unidade_id"], norte["id"]);
}

#[tokio::test]
async fn who_is_put_at_a_place_while_it_is_closed_is_never_at_a_closed_one() {
    let api = Api::new().await;
    api.units_of("null").await;
    let centro = api.open("Centro").await.expect(201);
    let closed =
        "select count(*) from medicos m join unidades u on u.id = m.unidade_id where m.ativo and not u.ativa";
    for _ in 0..10 {
        let (put, close) = tokio::join!(api.put(&centro), api.unit(&centro, json!({ "ativa": false })));
        assert_eq!(api.app.database.number(closed).await, 0, "{} {}", put.status, close.status);
        assert_ne!(put.status == 200, close.status == 200, "one of both: {} {}", put.status, close.status);
        api.put(&json!({ "id": null })).await.expect(200);
        api.unit(&centro, json!({ "ativa": true })).await.expect(200);
    }
}

/// Visitors and calendar programs read where the professional is; of a clinic of one place only its address.
#[tokio::test]
async fn an_address_is_that_of_the_professionals_place() {
    let api = Api::new().await;
    api.units_of("null").await;
    let own = api.app.clinic.id;
    api.app.database.sql(&format!("update clientes set endereco = 'Av. Geral, 9' where id = {own}")).await;
    let servico = api.service(json!({})).await;
    api.book(TUESDAY, "15:00").await.expect(201);
    let made = api
        .staff("POST", &format!("/api/medicos/{}/calendario", api.app.clinic.gestora.id), None)
        .await
        .expect(201);
    let url = made["url"].as_str().unwrap().to_owned();
    let feed = async || {
        let path = url.split_once(".localhost:8000").unwrap().1;
        let answer =
            shared::testing::Request::new("GET", &api.app.clinic.host(), path).send(&api.router).await;
        let location =
            answer.text.lines().find(|line| line.starts_with("LOCATION:")).unwrap_or_default().to_owned();
        (answer.header("etag").to_owned(), location)
    };
    let booked = async |hora: &'static str, phone: &str| {
        let token = api.kept(&servico, hora).await;
        api.ask_code(&token, "Joana Lima", phone).await.expect(202);
        let code = api.code().await;
        let done = api.finish(&token, &code).await.expect(201);
        (done["unidade"].clone(), done["endereco"].clone())
    };
    let (tag, line) = feed().await;
    assert_eq!(line, "LOCATION:Av. Geral\\, 9");
    assert_eq!(booked("09:00", "(11) 98888-7771").await, (Value::Null, json!("Av. Geral, 9")));
    let centro = json!({ "nome": "Centro", "endereco": "Rua A, 1" });
    let centro = api.gestora("POST", "/api/unidades", Some(centro)).await.expect(201);
    api.put(&centro).await.expect(200);
    let (other, line) = feed().await;
    assert_eq!(line, "LOCATION:Centro: Rua A\\, 1");
    assert_ne!(tag, other, "a program that has the old place reads again");
    assert_eq!(booked("10:00", "(11) 98888-7772").await, (json!("Centro"), json!("Rua A, 1")));
    // Without an address of its own it is where the clinic is.
    api.unit(&centro, json!({ "endereco": null })).await.expect(200);
    assert_eq!(feed().await.1, "LOCATION:Centro: Av. Geral\\, 9");
    let host = api.app.clinic.host();
    let listed =
        shared::testing::Request::new("GET", &host, &format!("/api/publico/medicos?servico_id={servico}"));
    let listed = listed.send(&api.router).await.expect(200);
    let units: Vec<&Value> =
        listed["medicos"].as_array().unwrap().iter().map(|one| &one["unidade"]).collect();
    assert_eq!(units, [&Value::Null, &json!("Centro")], "{listed}");
    // The only place needs no name; its address is said.
    let principal = api.staff("GET", "/api/unidades", None).await.expect(200)["unidades"][1].clone();
    assert_eq!(principal["nome"], "Principal");
    api.unit(&principal, json!({ "ativa": false })).await.expect(200);
    api.unit(&centro, json!({ "endereco": "Rua B, 2" })).await.expect(200);
    assert_eq!(booked("11:00", "(11) 98888-7773").await, (Value::Null, json!("Rua B, 2")));
}

#[tokio::test]
async fn the_limit_is_among_those_a_gestor_reads() {
    let api = Api::new().await;
    let read = async || {
        let uso = api.gestora("GET", "/api/uso", None).await.expect(200);
        let all = uso["limites"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["limite"] == "unidades")
    };
    let one = json!({ "limite": "unidades", "usado": 1, "maximo": 1, "excedente_centavos": null });
    assert_eq!(read().await, Some(one));
    api.units_of("null").await;
    assert_eq!(read().await, None);
}
