//! The number on the card of a patient's health plan.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    async fn plan(&self, nome: &str) -> Value {
        self.gestora("POST", "/api/convenios", Some(json!({ "nome": nome }))).await.expect(201)["id"].clone()
    }

    async fn save(&self, id: &Value, body: Value) -> shared::testing::Answer {
        self.staff("PATCH", &format!("/api/pacientes/{id}"), Some(body)).await
    }
}

#[tokio::test]
async fn a_card_is_kept_with_its_plan_and_goes_with_it() {
    let api = Api::new().await;
    let (unimed, amil) = (api.plan("Unimed").await, api.plan("Amil").await);
    let body = json!({ "nome": "Ana Lima", "convenio_id": unimed, "carteirinha": "  0 032.12345-6  " });
    let made = api.staff("POST", "/api/pacientes", Some(body)).await.expect(201);
    assert_eq!(made["carteirinha"], "0 032.12345-6");
    let id = &made["id"];
    let found = api.staff("GET", "/api/pacientes?busca=ana", None).await.expect(200);
    assert_eq!(found["pacientes"][0]["carteirinha"], made["carteirinha"]);
    // The same plan again takes nothing away; another one does.
    assert_eq!(api.save(id, json!({ "convenio_id": unimed })).await.expect(200), made);
    let moved = api.save(id, json!({ "convenio_id": amil })).await.expect(200);
    assert_eq!(moved["carteirinha"], Value::Null);
    let both = json!({ "convenio_id": unimed, "carteirinha": "77/8" });
    assert_eq!(api.save(id, both).await.expect(200)["carteirinha"], "77/8");
    let gone = api.save(id, json!({ "convenio_id": null })).await.expect(200);
    assert_eq!((&gone["convenio_id"], &gone["carteirinha"]), (&Value::Null, &Value::Null));
    // The audit names the field and does not repeat the number.
    let audit = "select string_agg(depois::text, '') from auditoria where acao = 'paciente_alterado'";
    let audit = api.app.database.text(audit).await;
    assert!(audit.contains("carteirinha") && !audit.contains("77/8"), "{audit}");
}

#[tokio::test]
async fn a_card_without_a_plan_or_with_what_no_card_has_is_refused() {
    let api = Api::new().await;
    let unimed = api.plan("Unimed").await;
    let alone = json!({ "nome": "Ana Lima", "carteirinha": "123" });
    let told = api.refused("POST", "/api/pacientes", alone).await;
    assert_eq!(told, [("carteirinha".to_owned(), "Escolha o convênio deste cartão.".to_owned())]);
    let patient = format!("/api/pacientes/{}", api.app.clinic.paciente);
    assert_eq!(api.refused("PATCH", &patient, json!({ "carteirinha": "123" })).await, told);
    for wrong in ["1".repeat(41), "-1".to_owned(), "12\u{e9}".to_owned(), "a;b".to_owned()] {
        let body = json!({ "convenio_id": unimed, "carteirinha": wrong });
        assert_eq!(api.refused("PATCH", &patient, body).await[0].0, "carteirinha");
    }
    assert_eq!(api.staff("GET", &patient, None).await.expect(200)["convenio_id"], Value::Null);
}

#[tokio::test]
async fn an_appointment_of_the_plan_shows_the_card() {
    let api = Api::new().await;
    let (unimed, amil) = (api.plan("Unimed").await, api.plan("Amil").await);
    for plan in [&unimed, &amil] {
        let path = format!("/api/convenios/{plan}");
        let accepts = json!({ "aceites": [{ "medico_id": api.app.clinic.gestora.id }] });
        api.gestora("PATCH", &path, Some(accepts)).await.expect(200);
    }
    let body = json!({ "convenio_id": unimed, "carteirinha": "0123" });
    api.save(&json!(api.app.clinic.paciente), body).await.expect(200);
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["convenio_id"] = unimed;
    let booked = api.staff("POST", "/api/agendamentos", Some(booking.clone())).await.expect(201);
    assert_eq!(booked["carteirinha"], "0123");
    (booking["hora"], booking["convenio_id"]) = (json!("09:00"), amil);
    let booked = api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    assert_eq!(booked["carteirinha"], Value::Null, "another plan's card says nothing here");
}

#[tokio::test]
async fn two_records_made_one_keep_the_card_of_the_plan_that_stays() {
    let api = Api::new().await;
    let (unimed, amil) = (api.plan("Unimed").await, api.plan("Amil").await);
    for (kept, other, card) in [
        (json!({}), json!({ "convenio_id": unimed, "carteirinha": "1" }), json!("1")),
        (json!({ "convenio_id": unimed }), json!({ "convenio_id": unimed, "carteirinha": "1" }), json!("1")),
        (json!({ "convenio_id": amil }), json!({ "convenio_id": unimed, "carteirinha": "1" }), Value::Null),
        (
            json!({ "convenio_id": unimed, "carteirinha": "2" }),
            json!({ "convenio_id": unimed, "carteirinha": "1" }),
            json!("2"),
        ),
    ] {
        let mut ids = Vec::new();
        for mut body in [kept, other] {
            body["nome"] = json!("Ana Lima");
            ids.push(api.make("/api/pacientes", body).await);
        }
        let merge = Some(json!({ "duplicado_id": ids[1] }));
        let path = format!("/api/pacientes/{}/fusao", ids[0]);
        assert_eq!(api.staff("POST", &path, merge).await.expect(200)["carteirinha"], card);
    }
}

#[tokio::test]
async fn the_card_is_exported_to_the_person_and_erased_with_them() {
    let api = Api::new().await;
    let unimed = api.plan("Unimed").await;
    let id = json!(api.app.clinic.paciente);
    api.save(&id, json!({ "convenio_id": unimed, "carteirinha": "0123" })).await.expect(200);
    let path = format!("/api/pacientes/{id}/exportacao");
    let held = api.staff("GET", &path, None).await.expect(200);
    assert_eq!(
        (&held["paciente"]["carteirinha"], &held["paciente"]["convenio"]),
        (&json!("0123"), &json!("Unimed"))
    );
    let erase = Some(json!({ "motivo": "pedido da pessoa" }));
    api.gestora("POST", &format!("/api/pacientes/{id}/anonimizacao"), erase).await.expect(200);
    assert_eq!(
        api.app.database.number("select count(*) from pacientes where carteirinha is not null").await,
        0
    );
}
