//! What a clinic is called.

use serde_json::json;

use crate::Api;

const PATH: &str = "/api/clinica";

#[tokio::test]
async fn a_gestor_renames_the_clinic_and_whoever_asks_is_told_at_once() {
    let api = Api::new().await;
    let before = api.staff("GET", PATH, None).await.expect(200)["nome"].clone();
    let told = async || api.staff("GET", "/api/publico/clinica", None).await.expect(200)["nome"].clone();
    assert_eq!(told().await, before);
    let body = json!({ "nome": "  Clínica  Nova " });
    let changed = api.gestora("PATCH", PATH, Some(body)).await.expect(200);
    assert_eq!(changed["nome"], "Clínica Nova");
    assert_eq!(told().await, "Clínica Nova");
    let target = format!("clientes/{}", api.app.clinic.id);
    let line = format!("medico clinica_alterada {} Clínica Nova", before.as_str().unwrap());
    assert_eq!(api.trail(&target, "nome").await, [line]);
    let other = &api.app.other;
    let theirs = api.send(other, &other.gestora, "GET", PATH, None).await.expect(200);
    assert_ne!(theirs["nome"], "Clínica Nova");
}

#[tokio::test]
async fn an_invoice_that_was_issued_keeps_the_name_it_was_issued_to() {
    let api = Api::new().await;
    let issued = format!(
        "insert into faturas (cliente_id, competencia, plano, total_centavos, vencimento, pagador_nome, emitida_em)
         select id, '2026-10-01', 'basico', 9900, '2026-11-10', nome, '2026-11-01 03:00Z' from clientes where id = {}",
        api.app.clinic.id
    );
    api.app.database.sql(&issued).await;
    let payer = async || api.app.database.text("select pagador_nome from faturas").await;
    let before = payer().await;
    api.gestora("PATCH", PATH, Some(json!({ "nome": "Clínica Nova" }))).await.expect(200);
    assert_eq!(payer().await, before);
}

#[tokio::test]
async fn nobody_else_renames_it_and_it_is_never_without_a_name() {
    let api = Api::new().await;
    let body = json!({ "nome": "Clínica Nova" });
    api.staff("PATCH", PATH, Some(body.clone())).await.expect_problem(403, "sem_permissao");
    api.medico("PATCH", PATH, Some(body)).await.expect_problem(403, "sem_permissao");
    for wrong in [json!(null), json!(" "), json!("x"), json!("x".repeat(201))] {
        let told = api.refused("PATCH", PATH, json!({ "nome": wrong })).await;
        assert_eq!(told[0].0, "nome", "{told:?}");
    }
}
