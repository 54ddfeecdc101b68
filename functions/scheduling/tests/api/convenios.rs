//! Health plans.

use serde_json::json;

use crate::Api;

#[tokio::test]
async fn a_plan_says_who_accepts_it_on_which_days_and_how_many() {
    let api = Api::new().await;
    let (gestora, medico) = (api.app.clinic.gestora.id, api.app.clinic.medico.id);
    let aceites = json!([
        { "medico_id": gestora, "dia_semana": null, "cota_dia": 4 },
        { "medico_id": gestora, "dia_semana": 5, "cota_dia": 0 },
        { "medico_id": medico, "dia_semana": 2, "cota_dia": null },
    ]);
    let body = json!({ "nome": "Unimed", "aceites": aceites });
    let made = api.staff("POST", "/api/convenios", Some(body)).await.expect(201);
    assert_eq!(made, json!({ "id": made["id"], "nome": "Unimed", "ativo": true, "aceites": aceites }));
    let path = format!("/api/convenios/{}", made["id"]);
    let inactive = api.staff("PATCH", &path, Some(json!({ "ativo": false }))).await.expect(200);
    assert_eq!((&inactive["ativo"], &inactive["aceites"]), (&json!(false), &aceites));
    let listed = api.medico("GET", "/api/convenios", None).await.expect(200);
    assert_eq!(listed, json!({ "convenios": [inactive], "proximo": null }));
    let everybody = api.staff("PATCH", &path, Some(json!({ "aceites": [] }))).await.expect(200);
    assert_eq!(everybody["aceites"], json!([]));
    let trail = api.trail(&format!("convenios/{}", made["id"]), "ativo").await;
    let expected = [
        "secretaria convenio_criado - true",
        "secretaria convenio_alterado true false",
        "secretaria convenio_alterado false false",
    ];
    assert_eq!(trail, expected);
}

#[tokio::test]
async fn a_professional_twice_for_one_day_and_numbers_out_of_range_are_told() {
    let api = Api::new().await;
    let medico = api.app.clinic.medico.id;
    let body = json!({ "nome": "Amil", "aceites": [
        { "medico_id": medico }, { "medico_id": medico, "cota_dia": 1 }, { "medico_id": medico, "dia_semana": 8 },
        { "medico_id": medico, "dia_semana": 1, "cota_dia": -1 },
    ] });
    let refused = api.refused("POST", "/api/convenios", body).await;
    let told: Vec<(&str, &str)> =
        refused.iter().map(|(field, told)| (field.as_str(), told.as_str())).collect();
    assert!(told.contains(&("aceites[1].medico_id", "Este profissional já está na lista para este dia.")));
    assert!(told.contains(&("aceites[2].dia_semana", "Use um número de 1 a 7.")));
    assert!(told.contains(&("aceites[3].cota_dia", "Use um número de 0 a 500.")));
    assert_eq!(api.app.database.number("select count(*) from convenios").await, 0);
}

#[tokio::test]
async fn another_clinics_professional_answers_404_and_changes_nothing() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/convenios", Some(json!({ "nome": "Unimed" }))).await.expect(201);
    let foreign = json!({ "nome": "Mudado", "aceites": [{ "medico_id": api.app.other.medico.id }] });
    let path = format!("/api/convenios/{}", made["id"]);
    api.staff("PATCH", &path, Some(foreign)).await.expect_problem(404, "nao_encontrado");
    let listed = api.staff("GET", "/api/convenios", None).await.expect(200);
    assert_eq!(listed["convenios"], json!([made]));
    let taken = api.staff("POST", "/api/convenios", Some(json!({ "nome": "Unimed" }))).await;
    assert_eq!(taken.expect_problem(409, "ja_existe")["detail"], "Já existe um convênio com este nome.");
}

#[tokio::test]
async fn a_health_plan_is_made_and_changed_by_who_works_for_the_whole_clinic() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/convenios", Some(json!({ "nome": "Unimed" }))).await.expect(201);
    let one = format!("/api/convenios/{}", made["id"]);
    let before = api.staff("GET", "/api/convenios", None).await.expect(200);
    for (method, path, nome) in [("POST", "/api/convenios", "Outro"), ("PATCH", one.as_str(), "Mudado")] {
        let body = || Some(json!({ "nome": nome }));
        api.medico(method, path, body()).await.expect_problem(403, "sem_permissao");
        for stranger in api.strangers(method, path, body()).await {
            stranger.expect_problem(401, "nao_autenticado");
        }
    }
    assert_eq!(api.staff("GET", "/api/convenios", None).await.expect(200), before);
    for change in [json!({ "ativo": false }), json!({ "ativo": true })] {
        api.staff("PATCH", &one, Some(change.clone())).await.expect(200);
        api.gestora("PATCH", &one, Some(change)).await.expect(200);
    }
    api.gestora("POST", "/api/convenios", Some(json!({ "nome": "Da gestora" }))).await.expect(201);
}
