//! The appointments a patient's record shows.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    /// The path of the clinic's patient's appointments.
    fn visits(&self) -> String {
        format!("/api/pacientes/{}/agendamentos", self.app.clinic.paciente)
    }
}

fn column<'a>(page: &'a Value, key: &str) -> Vec<&'a str> {
    page["agendamentos"].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap_or("-")).collect()
}

#[tokio::test]
async fn the_record_of_a_patient_shows_all_appointments_the_latest_first() {
    let api = Api::new().await;
    assert_eq!(
        api.staff("GET", &api.visits(), None).await.expect(200),
        json!({ "agendamentos": [], "proximo": null })
    );
    let first = api.book(TUESDAY, "08:00").await.expect(201);
    api.book("2026-12-08", "09:00").await.expect(201);
    api.book("2026-12-15", "10:00").await.expect(201);
    let cancel = format!("/api/agendamentos/{}/cancelamento", first["id"]);
    api.staff("POST", &cancel, Some(json!({}))).await.expect(200);
    let other = json!({ "nome": "Outra Pessoa" });
    let other = api.staff("POST", "/api/pacientes", Some(other)).await.expect(201);
    let mut booking = api.booking(TUESDAY, "11:00");
    booking["paciente_id"] = other["id"].clone();
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);

    let page = api.staff("GET", &api.visits(), None).await.expect(200);
    assert_eq!(column(&page, "data"), ["2026-12-15", "2026-12-08", TUESDAY]);
    assert_eq!(column(&page, "hora"), ["10:00", "09:00", "08:00"]);
    assert_eq!(column(&page, "status"), ["agendado", "agendado", "cancelado"]);
    let oldest = &page["agendamentos"][2];
    assert_eq!((&oldest["id"], &oldest["medico_nome"]), (&first["id"], &first["medico_nome"]));
    assert_eq!((&oldest["duracao"], &oldest["unidade_nome"]), (&first["duracao"], &Value::Null));
    assert_eq!(page["proximo"], Value::Null);
}

#[tokio::test]
async fn where_a_clinic_has_several_places_each_appointment_says_which() {
    let api = Api::new().await;
    api.app.database.sql("update planos set limite_unidades = 3").await;
    api.book(TUESDAY, "08:00").await.expect(201);
    let unit = api.gestora("POST", "/api/unidades", Some(json!({ "nome": "Centro" }))).await.expect(201);
    let medico = format!("/api/medicos/{}", api.app.clinic.gestora.id);
    api.staff("PATCH", &medico, Some(json!({ "unidade_id": unit["id"] }))).await.expect(200);
    let page = api.staff("GET", &api.visits(), None).await.expect(200);
    assert_eq!(column(&page, "unidade_nome"), ["Centro"]);
}

#[tokio::test]
async fn the_list_is_paged_and_refuses_a_cursor_that_was_made_up() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let fill = format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status, canal)
         select {}, {}, {}, at, at + interval '20 minutes', 'realizado', 'painel'
         from generate_series('2026-01-05 12:00Z'::timestamptz, '2026-05-03 12:00Z', interval '1 day') at",
        clinic.id, clinic.gestora.id, clinic.paciente
    );
    api.app.database.sql(&fill).await;
    let (mut seen, mut path) = (Vec::new(), api.visits());
    loop {
        let page = api.staff("GET", &path, None).await.expect(200);
        seen.extend(column(&page, "inicio_em").into_iter().map(str::to_owned));
        let Some(next) = page["proximo"].as_str() else { break };
        path = format!("{}?cursor={next}", api.visits());
    }
    assert_eq!(seen.len(), 119);
    assert!(seen.is_sorted_by(|one, other| one > other));
    let wrong = format!("{}?cursor=xyz", api.visits());
    assert_eq!(api.staff("GET", &wrong, None).await.status, 422);
}

#[tokio::test]
async fn a_medico_sees_the_own_appointments_of_a_patient_and_another_clinic_nothing() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    api.book(TUESDAY, "08:00").await.expect(201);
    api.medico("GET", &api.visits(), None).await.expect_problem(404, "nao_encontrado");
    let mut booking = api.booking(TUESDAY, "09:00");
    booking["medico_id"] = json!(clinic.medico.id);
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(201);
    let own = api.medico("GET", &api.visits(), None).await.expect(200);
    assert_eq!(column(&own, "hora"), ["09:00"]);
    let other = &api.app.other;
    let answer = api.send(other, &other.gestora, "GET", &api.visits(), None).await;
    answer.expect_problem(404, "nao_encontrado");
}

#[tokio::test]
async fn the_appointments_of_a_record_that_was_merged_are_found_under_both_ids() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:00").await.expect(201);
    let kept = api.staff("POST", "/api/pacientes", Some(json!({ "nome": "Maria Souza" }))).await.expect(201);
    let merge = Some(json!({ "duplicado_id": api.app.clinic.paciente }));
    api.staff("POST", &format!("/api/pacientes/{}/fusao", kept["id"]), merge).await.expect(200);
    let under_kept = format!("/api/pacientes/{}/agendamentos", kept["id"]);
    let page = api.staff("GET", &under_kept, None).await.expect(200);
    assert_eq!(column(&page, "hora"), ["08:00"]);
    assert_eq!(api.staff("GET", &api.visits(), None).await.expect(200), page);
}
