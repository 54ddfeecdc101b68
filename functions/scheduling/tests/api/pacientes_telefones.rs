//! Which phones speak for a person.

use serde_json::{Value, json};

use crate::Api;
use crate::attacks::phone;

#[tokio::test]
async fn a_corrected_phone_is_the_only_one_and_the_old_ones_speak_for_nobody() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    for clinic in [own, other] {
        api.app
            .database
            .sql(&format!(
                "insert into pacientes (cliente_id, nome, telefone, ativo, fundido_em_id)
                 values ({}, 'Maria S', '+5511955550009', false, {})",
                clinic.id, clinic.paciente
            ))
            .await;
    }
    let speaks = async |phone: &str| {
        let phone = shared::domain::telefone::Telefone::parse(phone).unwrap();
        let tenant = api.app.worker("http://127.0.0.1:9").tenants.by_instance(&own.instance).await.unwrap();
        let found = api
            .app
            .parts
            .db
            .in_tenant(&tenant, async |tx| shared::db::pacientes::list_by_telefone(tx, &phone).await)
            .await;
        found.unwrap().len()
    };
    assert_eq!(speaks("11 95555-0009").await, 1, "a second phone of theirs");
    let path = format!("/api/pacientes/{}", own.paciente);
    api.staff("PATCH", &path, Some(json!({ "observacoes": "Prefere de manhã." }))).await.expect(200);
    assert_eq!(speaks("11 95555-0009").await, 1, "nothing was said of a phone");
    api.staff("PATCH", &path, Some(json!({ "telefone": "11 95555-0010" }))).await.expect(200);
    assert_eq!([speaks("11 95555-0009").await, speaks("11 95555-0010").await], [0, 1]);
    let theirs = format!(
        "select count(*) from pacientes where cliente_id = {} and telefone = '+5511955550009'",
        other.id
    );
    assert_eq!(api.app.database.number(&theirs).await, 1, "another clinic's stay");
}

/// A second row of Maria's, with a phone of its own, is united with hers: whatever she has is of either phone.
async fn united(api: &Api, telefone: &str) {
    let clinic = &api.app.clinic;
    let doubled = api.patient("Maria S", telefone).await;
    let path = format!("/api/pacientes/{}/fusao", clinic.paciente);
    api.staff("POST", &path, Some(json!({ "duplicado_id": doubled }))).await.expect(200);
    // At the other clinic the same phone is a stranger's, who has more than enough.
    let theirs = format!(
        "with p as (insert into pacientes (cliente_id, nome, telefone) values ({0}, 'Rui Sá', '{telefone}') returning id)
         insert into lista_espera (cliente_id, paciente_id) select {0}, p.id from p, generate_series(1, 9)",
        api.app.other.id
    );
    api.app.database.sql(&theirs).await;
}

#[tokio::test]
async fn the_phone_of_a_united_row_books_no_more_than_any_other() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let telefone = format!("+55{}", phone(&api));
    united(&api, &telefone).await;
    let servico = api.service(json!({})).await;
    let book = async |hora: &str| {
        let token = api.kept(&servico, hora).await;
        api.ask_code(&token, "Maria S", &telefone).await.expect(202);
        api.finish(&token, &api.code().await).await
    };
    let ahead = |days: &str| {
        format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, canal)
             select {}, {}, {}, at, at + interval '30 minutes', 'site'
             from generate_series({days}) day, lateral (select '2027-01-04 12:00Z'::timestamptz + day * interval '1 day') t(at)",
            clinic.id, clinic.medico.id, clinic.paciente
        )
    };
    api.app.database.sql(&ahead("1, 4")).await;
    book("08:00").await.expect(201);
    let seen = format!(
        "select count(*) from agendamentos where paciente_id = {} and canal = 'site'",
        clinic.paciente
    );
    assert_eq!(api.app.database.number(&seen).await, 5, "what this phone books is Maria's");
    api.app.database.sql(&ahead("5, 5")).await;
    let refused = book("09:00").await.expect_problem(422, "horario_indisponivel");
    assert!(refused["detail"].as_str().unwrap().contains("já tem 6 horários"), "{refused}");
    // Calling off and booking again is no way around it.
    let off = "update agendamentos set status = 'cancelado', cancelado_em = '2026-11-30 11:00Z', cancelado_por = 'paciente'
               where canal = 'site' and inicio_em > '2027-01-05'";
    api.app.database.sql(off).await;
    let refused = book("10:00").await.expect_problem(422, "horario_indisponivel");
    assert!(refused["detail"].as_str().unwrap().contains("contando os que cancelou"), "{refused}");
}

#[tokio::test]
async fn the_phone_of_a_united_row_waits_no_more_than_any_other() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let telefone = format!("+55{}", phone(&api));
    united(&api, &telefone).await;
    for periodo in ["manha", "tarde", "noite"] {
        api.wait(&json!(clinic.paciente), json!({ "periodo": periodo })).await;
    }
    let join = async |nome: &str, servico: &Value| {
        let body = json!({ "nome": nome, "telefone": telefone, "servico_id": servico });
        let asked = api.visit("POST", "/api/publico/lista-espera", Some(body)).await.expect(202);
        let path = format!("/api/publico/lista-espera/{}/confirmacao", asked["token"].as_str().unwrap());
        api.visit("POST", &path, Some(json!({ "codigo": api.code().await }))).await
    };
    let servico = api.service(json!({})).await;
    join("Maria S", &servico).await.expect(201);
    let refused = join("Lia Souza", &servico).await.expect_problem(409, "conflito");
    assert!(refused["detail"].as_str().unwrap().contains("várias vezes"), "{refused}");
    let waiting = format!("select count(*) from lista_espera where cliente_id = {}", clinic.id);
    assert_eq!(api.app.database.number(&waiting).await, 4);
}

#[tokio::test]
async fn a_phone_of_before_is_kept_once_until_the_last_time_also_of_two_who_are_united() {
    let api = Api::new().await;
    let (one, two) = ("+5534981110001", "+5534982220002");
    let kept = api.patient("Zuleica Prado", one).await;
    let double = api.patient("Zuleica P", one).await;
    for id in [&kept, &double] {
        for telefone in [two, one, two, one, two] {
            let path = format!("/api/pacientes/{id}");
            api.staff("PATCH", &path, Some(json!({ "telefone": telefone }))).await.expect(200);
        }
    }
    let rows = |id: &Value| {
        format!(
            "select string_agg(telefone, ' ' order by ate_em) from telefones_anteriores where paciente_id = {id}"
        )
    };
    for id in [&kept, &double] {
        assert_eq!(api.app.database.text(&rows(id)).await, format!("{two} {one}"));
    }
    let last = "select max(ate_em)::text from telefones_anteriores";
    let last = api.app.database.text(last).await;
    let path = format!("/api/pacientes/{kept}/fusao");
    api.staff("POST", &path, Some(json!({ "duplicado_id": double }))).await.expect(200);
    assert_eq!(api.app.database.text(&rows(&kept)).await, format!("{two} {one}"));
    let until = format!(
        "select ate_em::text from telefones_anteriores where paciente_id = {kept} and telefone = '{one}'"
    );
    assert_eq!(api.app.database.text(&until).await, last, "of the two the later one");
    assert_eq!(api.app.database.number("select count(*) from telefones_anteriores").await, 2);
}

#[tokio::test]
async fn a_user_gives_one_patient_so_many_phones_in_a_day() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let path = format!("/api/pacientes/{}", own.paciente);
    let phone = |nth: i32| Some(json!({ "telefone": format!("34 98111-{nth:04}") }));
    for nth in 0..20 {
        api.staff("PATCH", &path, phone(nth)).await.expect(200);
    }
    api.staff("PATCH", &path, phone(20)).await.expect_problem(429, "muitas_tentativas");
    api.staff("PATCH", &path, Some(json!({ "telefone": null })))
        .await
        .expect_problem(429, "muitas_tentativas");
    // The phone they have, and whatever else, costs nothing; nor are others refused.
    api.staff("PATCH", &path, phone(19)).await.expect(200);
    api.staff("PATCH", &path, Some(json!({ "observacoes": "Prefere de manhã." }))).await.expect(200);
    api.gestora("PATCH", &path, phone(20)).await.expect(200);
    let another = api.patient("Zuleica Prado", "+5534981110001").await;
    api.staff("PATCH", &format!("/api/pacientes/{another}"), phone(21)).await.expect(200);
    let theirs = format!("/api/pacientes/{}", other.paciente);
    api.send(other, &other.secretaria, "PATCH", &theirs, phone(22)).await.expect(200);
    api.staff("PATCH", &theirs, phone(23)).await.expect_problem(404, "nao_encontrado");
}
