//! Which phones speak for a person.

use serde_json::json;

use crate::Api;

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
