//! What is free by health plan, and by what rooms and equipment allow.

use serde_json::{Value, json};
use shared::testing::Request;

use crate::{Api, TUESDAY};

impl Api {
    async fn keep(&self, medico: &Value, servico: &Value, hora: &str) -> String {
        let body = json!({ "medico_id": medico, "servico_id": servico, "data": TUESDAY, "hora": hora });
        let request = Request::new("POST", &self.app.clinic.host(), "/api/publico/reservas").json(&body);
        request.send(&self.router).await.expect(201)["token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_plan_has_its_weekdays_and_its_quota_and_says_which_is_missing() {
    let api = Api::new().await;
    let gestora = &api.app.clinic.gestora.id;
    let plan =
        json!({ "nome": "Unimed", "aceites": [{ "medico_id": gestora, "dia_semana": 2, "cota_dia": 1 }] });
    let convenio = api.make("/api/convenios", plan).await;
    let rest = format!("&convenio_id={convenio}");
    assert_eq!(api.free(TUESDAY, &rest).await["motivo"], Value::Null);
    assert_eq!(api.free("2026-12-02", &rest).await["motivo"], "convenio");
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["convenio_id"] = convenio.clone();
    let made = api.staff("POST", "/api/agendamentos", Some(booking.clone())).await.expect(201);
    assert_eq!(api.free(TUESDAY, &rest).await["motivo"], "cota_convenio");
    booking["hora"] = json!("10:00");
    let refused = api.staff("POST", "/api/agendamentos", Some(booking.clone())).await;
    let problem = refused.expect_problem(422, "horario_indisponivel");
    assert_eq!(problem["detail"], "As vagas do convênio nesse dia já acabaram.");
    assert_eq!(problem["alternativas"][0]["data"], "2026-12-08", "the next Tuesday");
    assert_eq!(api.free(TUESDAY, "").await["motivo"], Value::Null, "without the plan there is room");
    let path = format!("/api/agendamentos/{}", made["id"]);
    api.staff("PATCH", &path, Some(json!({ "hora": "09:00" }))).await.expect(200);
    booking["medico_id"] = json!(api.app.clinic.medico.id);
    let refused = api.staff("POST", "/api/agendamentos", Some(booking)).await;
    refused.expect_problem(422, "horario_indisponivel");
}

#[tokio::test]
async fn the_room_is_shared_and_a_hold_keeps_just_what_its_service_needs() {
    let api = Api::new().await;
    let (gestora, medico) = (json!(api.app.clinic.gestora.id), json!(api.app.clinic.medico.id));
    let sala = api.make("/api/recursos", json!({ "nome": "Sala", "quantidade": 3 })).await;
    let service = async |nome: &str, needs: Value| {
        api.make("/api/servicos", json!({ "nome": nome, "recursos": needs })).await
    };
    let simple = service("Consulta", json!([])).await;
    let big = service("Cirurgia", json!([{ "recurso_id": sala, "quantidade": 2 }])).await;
    let small = service("Curativo", json!([{ "recurso_id": sala, "quantidade": 1 }])).await;
    let free = async |service: &Value| {
        let day = api.free(TUESDAY, &format!("&servico_id={service}")).await;
        day["horarios"].as_array().unwrap().contains(&json!("08:00"))
    };
    // Somebody chooses a visit without a room with the other professional, then one with two rooms.
    let token = api.keep(&medico, &simple, "08:00").await;
    assert!(free(&big).await && free(&small).await, "a visit without a room keeps none");
    let path = format!("/api/publico/reservas/{token}");
    assert_eq!(Request::new("DELETE", &api.app.clinic.host(), &path).send(&api.router).await.status, 204);
    api.keep(&medico, &big, "08:00").await;
    // As somebody chose it in WhatsApp: their phone is known, and staff does not book over it.
    api.app.database.sql("update reservas set dono = 'conversa:7' where estado = 'aberta'").await;
    assert!(!free(&big).await, "one room is left of three");
    assert!(free(&small).await);
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["servico_id"] = small.clone();
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    api.app.clock.set("2026-11-30T12:06:00Z".parse().unwrap());
    let rest = format!("/api/horarios-disponiveis?medico_id={medico}&data={TUESDAY}&servico_id={big}");
    let day = api.staff("GET", &rest, None).await.expect(200);
    assert!(
        day["horarios"].as_array().unwrap().contains(&json!("08:00")),
        "the choice was over after five minutes"
    );
    let mut booking = api.booking(TUESDAY, "08:00");
    (booking["servico_id"], booking["medico_id"]) = (big.clone(), medico.clone());
    api.staff("POST", "/api/agendamentos", Some(booking.clone())).await.expect(201);
    (booking["medico_id"], booking["encaixe"]) = (gestora, json!(true));
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
}

#[tokio::test]
async fn a_resource_out_of_use_leaves_the_day_full() {
    let api = Api::new().await;
    let sala = api.make("/api/recursos", json!({ "nome": "Sala" })).await;
    let needs = json!([{ "recurso_id": sala, "quantidade": 1 }]);
    let servico = api.make("/api/servicos", json!({ "nome": "Exame", "recursos": needs })).await;
    let rest = format!("&servico_id={servico}");
    assert_eq!(api.free(TUESDAY, &rest).await["motivo"], Value::Null);
    api.staff("PATCH", &format!("/api/recursos/{sala}"), Some(json!({ "ativo": false }))).await.expect(200);
    let day = api.free(TUESDAY, &rest).await;
    assert_eq!((day["motivo"].as_str(), day["total"].as_i64()), (Some("lotado"), Some(0)));
    let mut booking = api.booking(TUESDAY, "08:00");
    booking["servico_id"] = servico;
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect_problem(409, "horario_ocupado");
}
