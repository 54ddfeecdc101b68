//! Creating and changing patients, and what they agree to.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, TUESDAY};

async fn create(api: &Api, body: Value) -> Value {
    api.staff("POST", "/api/pacientes", Some(body)).await.expect(201)
}

fn whole() -> Value {
    json!({
        "nome": "Ana Lima", "telefone": "(34) 98888-7777", "cpf": "529.982.247-25", "cns": "700 0000 0000 0005",
        "email": "ana@exemplo.com.br", "nascimento_dia": "1990-05-17", "observacoes": "Prefere manhãs",
        "aceita_lembretes": false, "aceita_marketing": true,
    })
}

/// Another value of every field of [`whole`], as it is answered.
fn another() -> Value {
    json!({
        "nome": "Ana Lima Souza", "telefone": "+553433334444", "cpf": "11144477735", "cns": "898001160660761",
        "email": "souza@exemplo.com.br", "nascimento_dia": "1991-06-18", "observacoes": "Prefere tardes",
        "aceita_lembretes": true, "aceita_marketing": false,
    })
}

#[tokio::test]
async fn a_whole_patient_is_kept_canonical_and_changed_and_emptied_field_by_field() {
    let api = Api::new().await;
    let plan = api.gestora("POST", "/api/convenios", Some(json!({ "nome": "Unimed" }))).await.expect(201);
    let mut body = whole();
    body["convenio_id"] = plan["id"].clone();
    body["carteirinha"] = json!("0123");
    let made = create(&api, body.clone()).await;
    assert_eq!(made["telefone"], "+5534988887777");
    assert_eq!((&made["cpf"], &made["cns"]), (&json!("52998224725"), &json!("700000000000005")));
    let path = format!("/api/pacientes/{}", made["id"]);
    // What is answered is what is kept: asked for again, not repeated from the request.
    let kept = async || api.staff("GET", &path, None).await.expect(200);
    assert_eq!(kept().await, made);
    // Every field a patient has is in the request, so a new one is asked for here.
    for (field, value) in made.as_object().unwrap() {
        let by_itself = ["id", "criado_em", "versao"].contains(&field.as_str());
        assert!(by_itself || body.get(field).is_some() && !value.is_null(), "{field} is not in `whole`");
    }
    // Nothing said, nothing changed.
    assert_eq!(api.staff("PATCH", &path, Some(json!({}))).await.expect(200), made);
    let mut others = another();
    others["carteirinha"] = json!("77/8");
    let mut before = made;
    for (field, value) in others.as_object().unwrap() {
        let changed = api.staff("PATCH", &path, Some(json!({ field: value }))).await.expect(200);
        assert_eq!(kept().await, changed, "{field}");
        for (each, was) in before.as_object().unwrap() {
            let one_more = json!(before["versao"].as_i64().unwrap() + 1);
            let is = match each.as_str() {
                _ if each == field => value,
                // Two who write at once are told apart by it: the trigger `pacientes_versao` names the columns.
                "versao" => &one_more,
                _ => was,
            };
            assert!(changed[each] == *is, "{field} changed: {each} is {}", changed[each]);
        }
        before = changed;
    }
    let change = json!({ "nome": "Ana  Lima Souza", "telefone": "034 3333-4444" });
    assert_eq!(api.staff("PATCH", &path, Some(change)).await.expect(200), before, "as it is already");
    for field in
        ["telefone", "cpf", "cns", "email", "nascimento_dia", "observacoes", "carteirinha", "convenio_id"]
    {
        let changed = api.staff("PATCH", &path, Some(json!({ field: null }))).await.expect(200);
        assert_eq!((&changed[field], &kept().await), (&Value::Null, &changed), "{field}");
    }
    assert_eq!(kept().await["nome"], "Ana Lima Souza");
    // The audit names fields and repeats none of them.
    let audit =
        "select string_agg(depois::text, '' order by id) from auditoria where acao = 'paciente_alterado'";
    let audit = api.app.database.text(audit).await;
    assert!(audit.contains("telefone") && !audit.contains("3333") && !audit.contains("Souza"), "{audit}");
}

#[tokio::test]
async fn wrong_fields_of_a_change_are_explained_and_nothing_is_written() {
    let api = Api::new().await;
    let made = create(&api, whole()).await;
    let path = format!("/api/pacientes/{}", made["id"]);
    let body = json!({
        "nome": null, "telefone": "98888-7777", "cpf": "529.982.247-26", "cns": "123456789010001", "email": "x@",
        "nascimento_dia": "2999-01-01", "observacoes": "x".repeat(4001), "aceita_lembretes": null, "aceita_marketing": null,
    });
    let problem = api.staff("PATCH", &path, Some(body)).await.expect_problem(422, "campos_invalidos");
    assert_eq!(problem["campos"].as_array().unwrap().len(), 9, "{problem}");
    let body = json!({ "aceita_lembretes": "sim" });
    api.staff("PATCH", &path, Some(body)).await.expect_problem(422, "campos_invalidos");
    assert_eq!(api.staff("GET", &path, None).await.expect(200), made);
}

#[tokio::test]
async fn a_cpf_or_a_cns_of_somebody_else_is_refused_with_words() {
    let api = Api::new().await;
    create(&api, whole()).await;
    let other = create(&api, json!({ "nome": "Outra Pessoa" })).await;
    let path = format!("/api/pacientes/{}", other["id"]);
    for (field, value, word) in [("cpf", "529.982.247-25", "CPF"), ("cns", "700000000000005", "CNS")] {
        let refused = api.staff("PATCH", &path, Some(json!({ field: value }))).await;
        let refused = refused.expect_problem(409, "ja_existe");
        assert!(refused["detail"].as_str().unwrap().contains(word), "{refused}");
        let mut again = json!({ "nome": "Mais Alguém" });
        again[field] = json!(value);
        api.staff("POST", "/api/pacientes", Some(again)).await.expect_problem(409, "ja_existe");
    }
}

#[tokio::test]
async fn every_change_of_consent_leaves_who_when_and_by_which_channel() {
    let api = Api::new().await;
    let made = create(&api, whole()).await;
    let path = format!("/api/pacientes/{}", made["id"]);
    for body in [
        json!({ "aceita_lembretes": true }),
        json!({ "aceita_lembretes": true, "observacoes": "nada disto é consentimento" }),
        json!({ "aceita_marketing": false }),
    ] {
        api.staff("PATCH", &path, Some(body)).await.expect(200);
    }
    let rows = format!(
        "select string_agg(concat_ws(' ', tipo, aceito, canal, autor_tipo, autor_id, em = '{}'), ',' order by id)
         from consentimentos where paciente_id = {}",
        api.app.now(),
        made["id"]
    );
    let who = format!("painel secretaria {} t", api.app.clinic.secretaria.id);
    let expected = [
        format!("lembretes f {who}"),
        format!("marketing t {who}"),
        format!("lembretes t {who}"),
        format!("marketing f {who}"),
    ];
    assert_eq!(api.app.database.text(&rows).await, expected.join(","));
    // Not asked is not answered.
    let silent = create(&api, json!({ "nome": "Sem Perguntas" })).await;
    assert_eq!((&silent["aceita_lembretes"], &silent["aceita_marketing"]), (&json!(true), &json!(false)));
    let none = format!("select count(*) from consentimentos where paciente_id = {}", silent["id"]);
    assert_eq!(api.app.database.number(&none).await, 0);
}

#[tokio::test]
async fn a_health_plan_is_the_clinics_own() {
    let api = Api::new().await;
    let database = &api.app.database;
    let (own, other) = (&api.app.clinic, &api.app.other);
    for clinic in [own, other] {
        database
            .sql(&format!("insert into convenios (cliente_id, nome) values ({}, 'Unimed')", clinic.id))
            .await;
    }
    let id = async |clinic: &shared::testing::Clinic| {
        database.number(&format!("select id from convenios where cliente_id = {}", clinic.id)).await
    };
    let (mine, foreign) = (id(own).await, id(other).await);
    let made = create(&api, json!({ "nome": "Ana Lima", "convenio_id": mine })).await;
    assert_eq!(made["convenio_id"], mine);
    let path = format!("/api/pacientes/{}", made["id"]);
    let refused = api.staff("PATCH", &path, Some(json!({ "convenio_id": foreign }))).await;
    refused.expect_problem(404, "nao_encontrado");
    let refused =
        api.staff("POST", "/api/pacientes", Some(json!({ "nome": "Bia", "convenio_id": foreign }))).await;
    refused.expect_problem(404, "nao_encontrado");
    assert_eq!(api.staff("GET", &path, None).await.expect(200)["convenio_id"], mine);
    assert_eq!(database.number("select count(*) from pacientes where nome = 'Bia'").await, 0);
}

#[tokio::test]
async fn a_medico_creates_and_changes_only_those_with_an_appointment_with_them() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let path = format!("/api/pacientes/{}", clinic.paciente);
    let change = Some(json!({ "observacoes": "Alérgica" }));
    let refused = api.send(clinic, &clinic.medico, "PATCH", &path, change.clone()).await;
    refused.expect_problem(404, "nao_encontrado");
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["medico_id"] = json!(clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    let changed = api.send(clinic, &clinic.medico, "PATCH", &path, change).await.expect(200);
    assert_eq!(changed["observacoes"], "Alérgica");
    let body = Some(json!({ "nome": "Nova Pessoa" }));
    api.send(clinic, &clinic.medico, "POST", "/api/pacientes", body).await.expect(201);
}

#[tokio::test]
async fn several_people_share_a_phone_and_creating_never_unites_them() {
    let api = Api::new().await;
    let first = create(&api, json!({ "nome": "Ana Lima", "telefone": "34 8888-7777" })).await;
    let second = create(&api, json!({ "nome": "Ana Lima", "telefone": "(34) 98888-7777" })).await;
    let child = create(&api, json!({ "nome": "Bia Lima", "telefone": "5534988887777" })).await;
    assert_ne!(first["id"], second["id"]);
    let found = api.staff("GET", "/api/pacientes?busca=3498888", None).await.expect(200);
    assert_eq!(found["pacientes"].as_array().unwrap().len(), 3);
    assert_eq!(child["telefone"], first["telefone"]);
}

#[tokio::test]
async fn one_name_on_one_phone_that_books_twice_stays_one_patient_however_it_is_written() {
    let api = Api::new().await;
    for (hora, nome, telefone) in [
        ("08:00", "José Antônio", "34 98888-7777"),
        ("09:00", "  jose  ANTONIO ", "553488887777"),
        ("10:00", "José Antônio", "11 98888-7777"),
        ("11:00", "Maria Antônia", "34 98888-7777"),
    ] {
        let mut booking = api.booking(TUESDAY, hora);
        booking["paciente_id"] = Value::Null;
        booking["paciente_nome"] = json!(nome);
        booking["paciente_telefone"] = json!(telefone);
        api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    }
    let people =
        "select string_agg(nome || telefone, ',' order by id) from pacientes where nome <> 'Maria Souza'";
    assert_eq!(
        api.app.database.text(people).await,
        "José Antônio+5534988887777,José Antônio+5511988887777,Maria Antônia+5534988887777"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn first_bookings_of_one_new_person_at_the_same_moment_make_one_patient() {
    let api = Arc::new(Api::new().await);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    // Different professionals: their locks do not make the bookings queue.
    let medicos = [api.app.clinic.gestora.id, api.app.clinic.medico.id];
    for round in 0..16 {
        let mut tasks = tokio::task::JoinSet::new();
        for medico in medicos {
            let (api, token) = (api.clone(), token.clone());
            let booking = json!({
                "medico_id": medico, "data": TUESDAY, "hora": format!("{:02}:{:02}", 8 + round / 4, round % 4 * 15), "duracao": 15,
                "paciente_nome": "Ana Lima", "paciente_telefone": format!("34 98888-77{round:02}"),
            });
            tasks.spawn(async move {
                let request =
                    Request::new("POST", &api.app.clinic.host(), "/api/agendamentos").bearer(&token);
                request.json(&booking).send(&api.router).await.expect(201)["paciente_id"].clone()
            });
        }
        let ids = tasks.join_all().await;
        assert_eq!(ids[0], ids[1]);
    }
    assert_eq!(api.app.database.number("select count(*) from pacientes where nome = 'Ana Lima'").await, 16);
}

#[tokio::test]
async fn nobody_is_born_tomorrow_by_the_clinics_clock() {
    let api = Api::new().await;
    // Half past nine in the evening of 30 November in São Paulo, 1 December in Greenwich.
    api.app.clock.set("2026-12-01T00:30:00Z".parse().unwrap());
    let born = |dia: &str| json!({ "nome": "Ana Lima", "nascimento_dia": dia });
    let refused = api.refused("POST", "/api/pacientes", born("2026-12-01")).await;
    assert_eq!(refused, [("nascimento_dia".to_owned(), "A data de nascimento está no futuro.".to_owned())]);
    let made = api.staff("POST", "/api/pacientes", Some(born("2026-11-30"))).await.expect(201);
    let path = format!("/api/pacientes/{}", made["id"]);
    api.refused("PATCH", &path, json!({ "nascimento_dia": "2026-12-01" })).await;
}
