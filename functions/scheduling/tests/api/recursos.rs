//! Rooms and equipment.

use serde_json::json;

use crate::Api;

#[tokio::test]
async fn a_resource_is_created_listed_and_changed() {
    let api = Api::new().await;
    let body = json!({ "nome": "Ultrassom", "tipo": "equipamento", "quantidade": 2 });
    let made = api.staff("POST", "/api/recursos", Some(body)).await.expect(201);
    assert_eq!(
        made,
        json!({ "id": made["id"], "nome": "Ultrassom", "tipo": "equipamento", "quantidade": 2, "ativo": true })
    );
    let path = format!("/api/recursos/{}", made["id"]);
    let changed =
        api.staff("PATCH", &path, Some(json!({ "quantidade": 3, "ativo": false }))).await.expect(200);
    assert_eq!((&changed["quantidade"], &changed["ativo"]), (&json!(3), &json!(false)));
    let listed = api.medico("GET", "/api/recursos", None).await.expect(200);
    assert_eq!(listed, json!({ "recursos": [changed], "proximo": null }));
    let active = api.staff("GET", "/api/recursos?ativos=true", None).await.expect(200);
    assert_eq!(active["recursos"], json!([]));
    let trail = api.trail(&format!("recursos/{}", made["id"]), "quantidade").await;
    assert_eq!(trail, ["secretaria recurso_criado - 2", "secretaria recurso_alterado 2 3"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_resource_is_told_with_what_is_allowed() {
    let api = Api::new().await;
    let refused = api
        .refused("POST", "/api/recursos", json!({ "nome": "S", "tipo": "carro", "quantidade": 101 }))
        .await;
    let told: Vec<(&str, &str)> =
        refused.iter().map(|(field, told)| (field.as_str(), told.as_str())).collect();
    let expected = [
        ("nome", "Use de 2 a 120 caracteres."),
        ("tipo", "Use um destes valores: sala, equipamento."),
        ("quantidade", "Use um número de 1 a 100."),
    ];
    assert_eq!(told, expected);
    api.staff("POST", "/api/recursos", Some(json!({ "nome": "Sala 1" }))).await.expect(201);
    let taken = api.staff("POST", "/api/recursos", Some(json!({ "nome": "Sala 1" }))).await;
    assert_eq!(taken.expect_problem(409, "ja_existe")["detail"], "Já existe um recurso com este nome.");
}

#[tokio::test]
async fn a_resource_is_made_and_changed_by_who_works_for_the_whole_clinic() {
    let api = Api::new().await;
    let made = api.staff("POST", "/api/recursos", Some(json!({ "nome": "Sala 1" }))).await.expect(201);
    let one = format!("/api/recursos/{}", made["id"]);
    let before = api.staff("GET", "/api/recursos", None).await.expect(200);
    for (method, path, nome) in [("POST", "/api/recursos", "Outro"), ("PATCH", one.as_str(), "Mudado")] {
        let body = || Some(json!({ "nome": nome }));
        api.medico(method, path, body()).await.expect_problem(403, "sem_permissao");
        for stranger in api.strangers(method, path, body()).await {
            stranger.expect_problem(401, "nao_autenticado");
        }
    }
    assert_eq!(api.staff("GET", "/api/recursos", None).await.expect(200), before);
    for change in [json!({ "ativo": false }), json!({ "ativo": true })] {
        api.staff("PATCH", &one, Some(change.clone())).await.expect(200);
        api.gestora("PATCH", &one, Some(change)).await.expect(200);
    }
    api.gestora("POST", "/api/recursos", Some(json!({ "nome": "Da gestora" }))).await.expect(201);
}
