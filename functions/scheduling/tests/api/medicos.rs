//! How professionals work.

use serde_json::{Value, json};

use crate::Api;

#[tokio::test]
async fn a_professional_is_shown_whole_in_the_list_and_alone() {
    let api = Api::new().await;
    let id = api.app.clinic.gestora.id;
    let one = api.staff("GET", &format!("/api/medicos/{id}"), None).await.expect(200);
    let expected = json!({
        "id": id, "nome": "Dra. Tânia", "especialidade": "Clínica Geral", "crm": "CRM 1", "duracao_minutos": 30, "capacidade": 1,
        "limite_dia": null, "cor": null, "telefone": null, "unidade_id": null, "ativo": true,
    });
    assert_eq!(one, expected);
    let listed = api.staff("GET", "/api/medicos", None).await.expect(200);
    assert!(listed["medicos"].as_array().unwrap().contains(&expected));
}

#[tokio::test]
async fn staff_changes_how_a_professional_works() {
    let api = Api::new().await;
    let path = format!("/api/medicos/{}", api.app.clinic.medico.id);
    let body = json!({ "duracao_minutos": 20, "capacidade": 2, "limite_dia": 12, "cor": "#AABBCC",
                       "telefone": "(11) 98765-4321", "especialidade": "Pediatria" });
    let changed = api.staff("PATCH", &path, Some(body)).await.expect(200);
    assert_eq!(changed["telefone"], "+5511987654321");
    assert_eq!(changed["cor"], "#aabbcc");
    let cleared = json!({ "limite_dia": null, "telefone": null });
    let changed = api.staff("PATCH", &path, Some(cleared)).await.expect(200);
    assert_eq!((&changed["limite_dia"], &changed["telefone"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed["capacidade"], &changed["duracao_minutos"]), (&json!(2), &json!(20)));
    assert_eq!(api.medico("GET", &path, None).await.expect(200), changed);
    let trail = api.trail(&path["/api/".len()..], "limite_dia").await;
    assert_eq!(trail, ["secretaria medico_alterado - 12", "secretaria medico_alterado 12 -"]);
}

#[tokio::test]
async fn a_medico_changes_the_own_colour_phone_and_duration_and_nothing_else() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let own = format!("/api/medicos/{}", clinic.medico.id);
    let body = json!({ "cor": "#112233", "telefone": "11 98888-7777", "duracao_minutos": 40 });
    let changed = api.medico("PATCH", &own, Some(body)).await.expect(200);
    assert_eq!(changed["duracao_minutos"], 40);
    let both = json!({ "cor": "#000000", "especialidade": "Cirurgia" });
    api.medico("PATCH", &own, Some(both)).await.expect_problem(403, "sem_permissao");
    assert_eq!(api.medico("GET", &own, None).await.expect(200), changed);
    let colleague = format!("/api/medicos/{}", clinic.gestora.id);
    for (method, path) in [
        ("GET", colleague.clone()),
        ("PATCH", colleague.clone()),
        ("GET", format!("{colleague}/horarios")),
        ("PUT", format!("{colleague}/horarios")),
        ("GET", format!("{colleague}/excecoes")),
        ("PUT", format!("{colleague}/excecoes/2026-12-01")),
        ("DELETE", format!("{colleague}/excecoes/2026-12-01")),
    ] {
        let body = (method != "GET").then(|| json!({ "horarios": [], "periodos": [] }));
        api.medico(method, &path, body).await.expect_problem(404, "nao_encontrado");
    }
}

/// Every field of the body, one that is added later too: the description of the API knows them all.
#[tokio::test]
async fn whatever_a_body_may_name_is_refused_to_a_medico_or_named_here() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let own = format!("/api/medicos/{}", clinic.medico.id);
    let unidade = format!("select id from unidades where cliente_id = {}", clinic.id);
    let whole = json!({ "crm": "CRM 7", "especialidade": "Pediatria", "limite_dia": 12, "cor": "#112233", "telefone": "+5511988887777",
                        "unidade_id": api.app.database.number(&unidade).await });
    let whole = api.staff("PATCH", &own, Some(whole)).await.expect(200);
    let described = api.staff("GET", "/api/openapi.json", None).await.expect(200);
    let fields = described["components"]["schemas"]["MedicoChanges"]["properties"].as_object().unwrap();
    let mut reserved = 0;
    for field in fields.keys() {
        let value = &whole[field];
        assert!(!value.is_null(), "give {field} a value above");
        if ["cor", "telefone", "duracao_minutos"].contains(&field.as_str()) {
            api.medico("PATCH", &own, Some(json!({ field: value }))).await.expect(200);
            continue;
        }
        reserved += 1;
        for value in [value, &Value::Null] {
            api.medico("PATCH", &own, Some(json!({ field: value })))
                .await
                .expect_problem(403, "sem_permissao");
        }
    }
    assert!(reserved >= 7, "{reserved}");
    assert_eq!(api.medico("GET", &own, None).await.expect(200), whole);
}

#[tokio::test]
async fn what_is_wrong_with_a_professional_is_told_with_what_is_allowed() {
    let api = Api::new().await;
    let path = format!("/api/medicos/{}", api.app.clinic.medico.id);
    let body = json!({ "duracao_minutos": 721, "capacidade": 0, "limite_dia": 501, "cor": "red", "telefone": "123",
                       "especialidade": "e".repeat(121) });
    let refused = api.refused("PATCH", &path, body).await;
    let fields: Vec<&str> = refused.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["especialidade", "telefone", "cor", "duracao_minutos", "capacidade", "limite_dia"]);
    let nulls = api.refused("PATCH", &path, json!({ "duracao_minutos": null, "capacidade": null })).await;
    assert_eq!(nulls.len(), 2);
}

#[tokio::test]
async fn a_gestor_adds_a_professional_who_can_be_booked_at_once() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    api.app.database.sql("update planos set limite_profissionais = 3 where nome = 'basico'").await;
    let body = json!({ "nome": "Dr. Novo Lemos", "especialidade": "Pediatria", "crm": "CRM 9", "duracao_minutos": 20 });
    for nobody in [&clinic.secretaria, &clinic.medico] {
        api.send(clinic, nobody, "POST", "/api/medicos", Some(body.clone()))
            .await
            .expect_problem(403, "sem_permissao");
    }
    let made = api.send(clinic, &clinic.gestora, "POST", "/api/medicos", Some(body)).await.expect(201);
    assert_eq!((&made["nome"], &made["duracao_minutos"]), (&json!("Dr. Novo Lemos"), &json!(20)));
    let week = api.staff("GET", &format!("/api/medicos/{}/horarios", made["id"]), None).await.expect(200);
    assert!(week["horarios"].as_array().is_some_and(|hours| hours.len() == 10), "{week}");
    let visit = json!({ "medico_id": made["id"], "data": "2026-12-01", "hora": "08:20", "paciente_id": clinic.paciente });
    api.staff("POST", "/api/agendamentos", Some(visit)).await.expect(201);
    let renamed = api
        .staff("PATCH", &format!("/api/medicos/{}", made["id"]), Some(json!({ "nome": "Dr. Novo" })))
        .await;
    assert_eq!(renamed.expect(200)["nome"], "Dr. Novo");
    for wrong in
        [json!({}), json!({ "nome": " " }), json!({ "nome": null }), json!({ "nome": "x".repeat(300) })]
    {
        api.send(clinic, &clinic.gestora, "POST", "/api/medicos", Some(wrong))
            .await
            .expect_problem(422, "campos_invalidos");
    }
    let fourth = json!({ "nome": "Dra. Demais" });
    api.send(clinic, &clinic.gestora, "POST", "/api/medicos", Some(fourth))
        .await
        .expect_problem(409, "limite_do_plano");
    let elsewhere = "select count(*) from medicos where nome like 'Dr. Novo%' and cliente_id <> (select cliente_id from medicos where nome = 'Dr. Novo')";
    assert_eq!(api.app.database.number(elsewhere).await, 0);
}

#[tokio::test]
async fn who_comes_does_what_the_others_do_and_takes_it_from_nobody() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    api.app.database.sql("update planos set limite_profissionais = 3 where nome = 'basico'").await;
    let open = api.make("/api/servicos", json!({ "nome": "Consulta" })).await;
    let of_one = api.make("/api/servicos", json!({ "nome": "Exame", "medicos": [clinic.medico.id] })).await;
    let made = api.gestora("POST", "/api/medicos", Some(json!({ "nome": "Dr. Novo" }))).await.expect(201);
    let services = api.staff("GET", "/api/servicos", None).await.expect(200);
    let who = |id: &Value| {
        let all = services["servicos"].as_array().unwrap();
        all.iter().find(|service| service["id"] == *id).unwrap()["medicos"].clone()
    };
    assert_eq!(who(&open), json!([]), "everybody does it still");
    assert_eq!(who(&of_one), json!([clinic.medico.id, made["id"]]));
    api.book_with("2026-12-01", "08:00", json!({ "servico_id": open })).await.expect(201);
}
