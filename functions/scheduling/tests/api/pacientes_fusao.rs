//! Rows that are probably one person, and making them one.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::db::pacientes::merge::REFERENCES;
use shared::testing::Request;

use crate::{Api, TUESDAY};

async fn create(api: &Api, body: Value) -> Value {
    api.staff("POST", "/api/pacientes", Some(body)).await.expect(201)["id"].clone()
}

async fn unite(api: &Api, kept: &Value, duplicate: &Value) -> shared::testing::Answer {
    let body = json!({ "duplicado_id": duplicate });
    api.staff("POST", &format!("/api/pacientes/{kept}/fusao"), Some(body)).await
}

/// The groups as `[[(id, motivos)]]`, all pages.
async fn groups(api: &Api) -> Vec<Vec<(Value, Value)>> {
    let (mut all, mut path) = (Vec::new(), "/api/pacientes/duplicados".to_owned());
    loop {
        let page = api.staff("GET", &path, None).await.expect(200);
        for group in page["grupos"].as_array().unwrap() {
            let rows = group["pacientes"].as_array().unwrap();
            all.push(rows.iter().map(|row| (row["id"].clone(), row["motivos"].clone())).collect());
        }
        let Some(next) = page["proximo"].as_str() else { return all };
        path = format!("/api/pacientes/duplicados?cursor={next}");
    }
}

#[tokio::test]
async fn probable_duplicates_share_a_phone_or_a_birthday_and_a_similar_name() {
    let api = Api::new().await;
    let (phone, born) = ("34 98888-7777", "1990-05-17");
    let ana = create(&api, json!({ "nome": "Ana Lima", "telefone": phone, "nascimento_dia": born })).await;
    let longer = create(&api, json!({ "nome": "ANA PAULA LIMA", "telefone": phone })).await;
    let typo = create(&api, json!({ "nome": "Anna Lima", "telefone": phone, "nascimento_dia": born })).await;
    // A child on the same phone, a sister born another day, a stranger of the same day, a namesake on another phone.
    create(&api, json!({ "nome": "Bento Souza", "telefone": phone })).await;
    create(&api, json!({ "nome": "Ana Limão", "telefone": phone, "nascimento_dia": "2015-01-01" })).await;
    create(&api, json!({ "nome": "Carlos Prado", "nascimento_dia": born })).await;
    create(&api, json!({ "nome": "Ana Lima", "telefone": "11 98888-7777" })).await;
    let jose = create(&api, json!({ "nome": "José da Silva", "nascimento_dia": "1950-02-03" })).await;
    let silva = create(&api, json!({ "nome": "Jose da Silva Filho", "nascimento_dia": "1950-02-03" })).await;
    // Two CPFs are two people, whatever else they share.
    for cpf in ["529.982.247-25", "111.444.777-35"] {
        create(&api, json!({ "nome": "Rui Sá", "telefone": "34 97777-0000", "cpf": cpf })).await;
    }
    let found = groups(&api).await;
    let first = json!([]);
    assert_eq!(
        found,
        [
            vec![
                (ana, first.clone()),
                (longer, json!(["telefone"])),
                (typo, json!(["nascimento", "telefone"])),
            ],
            vec![(jose, first), (silva, json!(["nascimento"]))],
        ]
    );
}

#[tokio::test]
async fn duplicates_come_in_pages_and_a_phone_of_the_whole_town_says_nothing() {
    let api = Api::new().await;
    let fill = format!(
        "insert into pacientes (cliente_id, nome, telefone)
         select {0}, 'Pessoa ' || chr(65 + i / 26) || chr(65 + i % 26), '+55349888800' || lpad(i::text, 2, '0')
         from generate_series(1, 45) i, generate_series(1, 2);
         insert into pacientes (cliente_id, nome, telefone) select {0}, 'Igual', '+551133334444' from generate_series(1, 31)",
        api.app.clinic.id
    );
    api.app.database.sql(&fill).await;
    let found = groups(&api).await;
    assert_eq!(found.len(), 45);
    assert!(found.iter().all(|group| group.len() == 2), "{found:?}");
    let clinic = &api.app.clinic;
    let refused = api.send(clinic, &clinic.medico, "GET", "/api/pacientes/duplicados", None).await;
    refused.expect_problem(403, "sem_permissao");
    let other = &api.app.other;
    let none = api.send(other, &other.secretaria, "GET", "/api/pacientes/duplicados", None).await.expect(200);
    assert_eq!(none, json!({ "grupos": [], "proximo": null }));
}

#[tokio::test]
async fn every_reference_to_a_patient_is_taken_along() {
    let api = Api::new().await;
    let known = api
        .app
        .database
        .texts(
            "select c.conrelid::regclass || '.' || a.attname from pg_constraint c
             join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey) and a.attname <> 'cliente_id'
             where c.contype = 'f' and c.confrelid = 'pacientes'::regclass order by 1",
        )
        .await;
    assert_eq!(known, REFERENCES.map(|(column, _)| column), "shared/src/db/pacientes/merge.rs lacks a table");
    for (column, statement) in REFERENCES {
        let (table, column) = column.split_once('.').unwrap();
        // What each does is asked below.
        assert!(statement.contains(&format!(" {table} ")), "{statement}");
        assert!(statement.contains(&format!(" and {column} = $2")), "{statement}");
    }
}

#[tokio::test]
async fn everything_of_the_duplicate_becomes_the_kept_ones() {
    let api = Api::new().await;
    let database = &api.app.database;
    let kept =
        create(&api, json!({ "nome": "Ana Lima", "observacoes": "A", "aceita_marketing": true })).await;
    let duplicate = json!({
        "nome": "Ana Paula Lima", "telefone": "34 98888-7777", "cpf": "529.982.247-25", "cns": "700000000000005",
        "email": "ana@exemplo.com.br", "nascimento_dia": "1990-05-17", "observacoes": "B", "aceita_lembretes": false,
    });
    let duplicate = create(&api, duplicate).await;
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["paciente_id"] = duplicate.clone();
    let booked = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    let cliente = api.app.clinic.id;
    let medico = api.app.clinic.gestora.id;
    database
        .sql(&format!(
            "insert into conversas (cliente_id, contato, telefone, jid, paciente_id)
               values ({cliente}, '5534988887777', '+5534988887777', 'x', {duplicate});
             insert into lista_espera (cliente_id, paciente_id) values ({cliente}, {duplicate});
             insert into telefones_anteriores (cliente_id, paciente_id, telefone) values ({cliente}, {duplicate}, '+5534988880000');
             insert into reservas (cliente_id, medico_id, paciente_id, tipo, dono, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
               values ({cliente}, {medico}, {duplicate}, 'pedido', 'x', '2026-12-02 11:00Z', '2026-12-02 12:00Z',
                       '2026-12-02 11:00Z', '2026-12-02 12:00Z', '2026-12-02 12:00Z')"
        ))
        .await;
    let united = unite(&api, &kept, &duplicate).await.expect(200);
    assert_eq!((&united["id"], &united["nome"]), (&kept, &json!("Ana Lima")));
    assert_eq!(united["cpf"], "52998224725");
    assert_eq!(united["cns"], "700000000000005");
    assert_eq!(united["telefone"], "+5534988887777");
    assert_eq!(united["nascimento_dia"], "1990-05-17");
    assert_eq!(united["observacoes"], "A\nB");
    // The stricter of two consents.
    assert_eq!((&united["aceita_lembretes"], &united["aceita_marketing"]), (&json!(false), &json!(false)));
    let path = format!("/api/agendamentos/{}", booked["id"]);
    assert_eq!(api.staff("GET", &path, None).await.expect(200)["paciente_id"], kept);
    for (column, _) in REFERENCES {
        let (table, column) = column.split_once('.').unwrap();
        let left = format!("select count(*) from {table} where {column} = {duplicate}");
        assert_eq!(database.number(&left).await, 0, "{table}");
        let moved = format!("select count(*) from {table} where {column} = {kept}");
        assert!(database.number(&moved).await > 0, "{table}");
    }
    // Whoever kept the old address, or comes by the old name and phone, meets the one that is left; a search shows one.
    let old = api.staff("GET", &format!("/api/pacientes/{duplicate}"), None).await.expect(200);
    assert_eq!(old, united);
    let found = api.staff("GET", "/api/pacientes?busca=lima", None).await.expect(200);
    assert_eq!(found["pacientes"].as_array().unwrap().len(), 1);
    let mut booking = api.booking(TUESDAY, "09:00");
    booking["paciente_id"] = Value::Null;
    booking["paciente_nome"] = json!("Ana Paula Lima");
    booking["paciente_telefone"] = json!("34 98888-7777");
    let again = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    assert_eq!(again["paciente_id"], kept);
    let audit = "select antes -> 'duplicado' ->> 'nome' || ' → ' || (antes -> 'mantido' ->> 'nome') || ' ' || (depois -> 'movidos')::text
                 from auditoria where acao = 'pacientes_unidos'";
    let audit = database.text(audit).await;
    assert!(audit.starts_with("Ana Paula Lima → Ana Lima {"), "{audit}");
    // Again changes nothing.
    assert_eq!(unite(&api, &kept, &duplicate).await.expect(200), united);
    assert_eq!(database.number("select count(*) from auditoria where acao = 'pacientes_unidos'").await, 1);
}

/// Who writes in a thread without a phone is known by nothing but what they said.
/// A thread whose phone WhatsApp does not tell proves nothing of who writes.
#[tokio::test]
async fn a_thread_without_a_phone_inherits_nothing_from_a_merge_or_a_number() {
    let api = Api::new().await;
    let thread = async |paciente: &serde_json::Value| {
        let lid = 184_467_440_737_000_i64 + paciente.as_i64().unwrap();
        let sql = format!(
            "insert into conversas (cliente_id, contato, lid, jid, paciente_id)
             values ({}, 'lid:{lid}', '{lid}', '{lid}@lid', {paciente})",
            api.app.clinic.id
        );
        api.app.database.sql(&sql).await;
    };
    let linked = "select count(*) from conversas where paciente_id is not null";
    for of_kept in [false, true] {
        let kept = create(&api, json!({ "nome": "Ana Lima" })).await;
        let duplicate = create(&api, json!({ "nome": "Ana Paula Lima" })).await;
        thread(if of_kept { &kept } else { &duplicate }).await;
        unite(&api, &kept, &duplicate).await.expect(200);
        assert_eq!(api.app.database.number(linked).await, 0, "{of_kept}");
    }
    let told = create(&api, json!({ "nome": "Rita Alves" })).await;
    thread(&told).await;
    let path = format!("/api/pacientes/{told}");
    api.staff("PATCH", &path, Some(json!({ "observacoes": "liga à tarde" }))).await.expect(200);
    assert_eq!(api.app.database.number(linked).await, 1);
    api.staff("PATCH", &path, Some(json!({ "telefone": "(11) 95555-4444" }))).await.expect(200);
    assert_eq!(api.app.database.number(linked).await, 0);
}

#[tokio::test]
async fn what_is_not_one_person_is_not_united() {
    let api = Api::new().await;
    let ana = create(&api, json!({ "nome": "Ana Lima", "cpf": "529.982.247-25" })).await;
    let bia = create(&api, json!({ "nome": "Bia Lima", "cpf": "111.444.777-35" })).await;
    let cns = create(&api, json!({ "nome": "Caio", "cns": "700000000000005" })).await;
    let other_cns = create(&api, json!({ "nome": "Caio", "cns": "700000000000013" })).await;
    let refused = unite(&api, &ana, &bia).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("CPFs diferentes"), "{refused}");
    unite(&api, &cns, &other_cns).await.expect_problem(409, "conflito");
    unite(&api, &ana, &ana).await.expect_problem(422, "campos_invalidos");
    unite(&api, &ana, &json!(api.app.other.paciente)).await.expect_problem(404, "nao_encontrado");
    unite(&api, &ana, &json!(999_999)).await.expect_problem(404, "nao_encontrado");
    // A chain: the one in the middle is gone, and what it took goes along.
    unite(&api, &ana, &cns).await.expect(200);
    unite(&api, &cns, &ana).await.expect_problem(404, "nao_encontrado");
    unite(&api, &bia, &cns).await.expect_problem(409, "conflito");
    let path = format!("/api/pacientes/{cns}");
    api.staff("PATCH", &path, Some(json!({ "nome": "Zé" }))).await.expect_problem(404, "nao_encontrado");
    let clinic = &api.app.clinic;
    let body = json!({ "duplicado_id": bia });
    let path = format!("/api/pacientes/{ana}/fusao");
    let refused = api.send(clinic, &clinic.medico, "POST", &path, Some(body)).await;
    refused.expect_problem(403, "sem_permissao");
    let whole = "select count(*) from pacientes where ativo";
    assert_eq!(api.app.database.number(whole).await, 2 + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn uniting_crosswise_while_bookings_come_in_leaves_one_person_with_all_of_them() {
    let api = Arc::new(Api::new().await);
    let (a, b) = (
        create(&api, json!({ "nome": "Ana Lima" })).await,
        create(&api, json!({ "nome": "Ana Lima", "telefone": "34 98888-7777" })).await,
    );
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..24 {
        let (api, token, ids) = (api.clone(), token.clone(), [a.clone(), b.clone()]);
        tasks.spawn(async move {
            let request = if at % 6 == 5 {
                let path = format!("/api/pacientes/{}/fusao", ids[at / 6 % 2]);
                Request::new("POST", &api.app.clinic.host(), &path)
                    .json(&json!({ "duplicado_id": ids[(at / 6 + 1) % 2] }))
            } else {
                let mut booking = api.booking(TUESDAY, &format!("{:02}:{:02}", 8 + at / 8, at % 4 * 15));
                booking["paciente_id"] = ids[at % 2].clone();
                booking["duracao"] = json!(15);
                booking["encaixe"] = json!(true);
                Request::new("POST", &api.app.clinic.host(), "/api/agendamentos").json(&booking)
            };
            let status = request.bearer(&token).send(&api.router).await.status;
            (at % 6 == 5, status)
        });
    }
    let mut booked = 0;
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            (true, status) => assert!([200, 404].contains(&status), "{status}"),
            (false, status) => {
                assert_eq!(status, 201);
                booked += 1;
            }
        }
    }
    let database = &api.app.database;
    assert_eq!(database.number("select count(*) from pacientes where nome = 'Ana Lima' and ativo").await, 1);
    let all = "select count(*) from agendamentos a join pacientes p on p.id = a.paciente_id where p.ativo";
    assert_eq!(database.number(all).await, booked);
}

/// A letter written `a×9`, nine times.
fn written_out(text: &str) -> String {
    let Some((before, after)) = text.split_once('×') else { return text.to_owned() };
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    format!("{}{}", before.repeat(digits.parse().unwrap()), &after[digits.len()..])
}

/// The fields of a case, with the health plans this clinic has.
fn fields(case: &Value, plans: &[(Value, Value)]) -> serde_json::Map<String, Value> {
    let mut fields = case.as_object().unwrap().clone();
    if let Some(note) = fields.get_mut("observacoes") {
        *note = json!(written_out(note.as_str().unwrap()));
    }
    if let Some(plan) = fields.get_mut("convenio_id") {
        *plan = plans.iter().find(|(named, _)| named == plan).unwrap().1.clone();
    }
    fields
}

#[tokio::test]
async fn what_becomes_of_two_records_is_what_the_page_said() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../../../../tests/data/fusao.json")).unwrap();
    let api = Api::new().await;
    let mut plans = Vec::new();
    for named in [7, 8] {
        let body = json!({ "nome": format!("Plano {named}") });
        let made = api.gestora("POST", "/api/convenios", Some(body)).await.expect(201);
        plans.push((json!(named), made["id"].clone()));
    }
    let (mut united, mut refused) = (0, 0);
    for case in &cases {
        // The documents of the case before are this one's too.
        api.app.database.sql("update pacientes set cpf = null, cns = null").await;
        let record = async |fields: serde_json::Map<String, Value>| {
            let mut body = json!({ "nome": "Ana Lima" });
            body.as_object_mut().unwrap().extend(fields);
            create(&api, body).await
        };
        let kept = record(fields(&case["fica"], &plans)).await;
        let gone = record(fields(&case["some"], &plans)).await;
        let answer = unite(&api, &kept, &gone).await;
        if let Some(what) = case["recusa"].as_str() {
            let told = answer.expect_problem(409, "conflito")["detail"].clone();
            assert!(told.as_str().unwrap().contains(&format!("têm {what} diferentes, então")), "{told}");
            refused += 1;
            continue;
        }
        let answered = answer.expect(200);
        let held = api.staff("GET", &format!("/api/pacientes/{kept}"), None).await.expect(200);
        let untold = json!({
            "nome": "Ana Lima", "telefone": null, "cpf": null, "cns": null, "email": null, "nascimento_dia": null,
            "convenio_id": null, "carteirinha": null, "observacoes": null, "aceita_lembretes": true, "aceita_marketing": false,
        });
        let mut expected = untold.as_object().unwrap().clone();
        expected.extend(fields(&case["resultado"], &plans));
        for (field, value) in expected {
            assert_eq!((&held[&field], &answered[&field]), (&value, &value), "{}: {field}", case["caso"]);
        }
        united += 1;
    }
    assert!(united > 10 && refused == 2, "{united} {refused}");
}
