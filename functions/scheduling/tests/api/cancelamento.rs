//! What a patient hears when the clinic calls off their visit.

use serde_json::{Value, json};

use crate::{Api, TUESDAY};

const TOLD: &str =
    "select texto from saida where chave like 'cancelada:%' and estado <> 'cancelada' order by id";

impl Api {
    async fn calls_off(&self, made: &Value, body: Value) -> Value {
        let path = format!("/api/agendamentos/{}/cancelamento", made["id"]);
        self.staff("POST", &path, Some(body)).await.expect(200)
    }

    async fn told(&self) -> Vec<String> {
        self.app.database.texts(TOLD).await
    }
}

#[tokio::test]
async fn the_patient_is_told_once_and_how_to_book_again() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    for _ in 0..2 {
        let done = api.calls_off(&made, json!({ "motivo": "a médica está doente" })).await;
        assert_eq!((&done["status"], &done["avisado"]), (&json!("cancelado"), &json!(true)));
    }
    let told = api.told().await;
    let [text] = &told[..] else { panic!("{told:?}") };
    assert!(
        text.contains("Olá, Maria! Aqui é da *Clínica a*.") && text.contains("amanhã, 01/12, às 10h"),
        "{text}"
    );
    assert!(text.contains("escreva *marcar*") && text.contains("Dra. Tânia"), "{text}");
    assert!(!text.contains("doente"), "a reason is for the clinic");
    let modelo = "select concat_ws(' ', modelo ->> 'nome', modelo ->> 'paciente', modelo ->> 'hora') from saida where chave like 'cancelada:%'";
    assert_eq!(api.app.database.text(modelo).await, "consulta_cancelada Maria 10h");
    let elsewhere = format!("select count(*) from saida where cliente_id = {}", api.app.other.id);
    assert_eq!(api.app.database.number(&elsewhere).await, 0);
}

#[tokio::test]
async fn a_reason_is_as_long_as_the_page_takes() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    let path = format!("/api/agendamentos/{}/cancelamento", made["id"]);
    let told = api.refused("POST", &path, json!({ "motivo": "é".repeat(301) })).await;
    assert_eq!(told, [("motivo".to_owned(), "Use no máximo 300 caracteres.".to_owned())]);
    assert_eq!(
        api.calls_off(&made, json!({ "motivo": "é".repeat(300) })).await["cancelamento_motivo"],
        json!("é".repeat(300))
    );
    let page = include_str!("../../../../web/src/app/agenda/cancel.ts");
    assert!(page.contains("export const LONGEST_REASON = 300;"));
}

/// Whoever works at a clinic types phones, and may call a visit off and put it back as often as they like.
#[tokio::test]
async fn one_person_is_told_so_often_in_a_day_and_then_is_to_be_called() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    for _ in 0..20 {
        assert_eq!(api.calls_off(&made, json!({})).await["avisado"], json!(true));
        api.act(&made, "reativacao").await.expect(200);
    }
    assert_eq!(
        api.calls_off(&made, json!({})).await["avisado"],
        json!(false),
        "staff is told that they were not"
    );
    assert_eq!(api.told().await.len(), 20);
    api.app.clock.set("2026-12-01T01:00:00Z".parse().unwrap());
    api.act(&made, "reativacao").await.expect(200);
    assert_eq!(api.calls_off(&made, json!({})).await["avisado"], json!(false), "some hours are no day");
}

#[tokio::test]
async fn who_was_told_already_or_called_it_off_hears_nothing() {
    let api = Api::new().await;
    for (hora, body) in [("08:00", json!({ "avisar": false })), ("09:00", json!({ "por": "paciente" }))] {
        let made = api.book(TUESDAY, hora).await.expect(201);
        assert_eq!(api.calls_off(&made, body).await["avisado"], json!(false));
    }
    // Who can't be reached, and who should have been there by now.
    let made = api.book(TUESDAY, "10:00").await.expect(201);
    api.app.database.sql("update pacientes set telefone = null").await;
    assert_eq!(api.calls_off(&made, json!({})).await["avisado"], json!(false));
    api.app.database.sql("update pacientes set telefone = '+5511999990001'").await;
    let made = api.book(TUESDAY, "11:00").await.expect(201);
    api.app.clock.set("2026-12-01T14:30:00Z".parse().unwrap());
    assert_eq!(api.calls_off(&made, json!({})).await["avisado"], json!(false));
    assert!(api.told().await.is_empty());
}

#[tokio::test]
async fn at_night_it_waits_for_the_morning_and_what_stands_again_by_then_is_not_told() {
    let api = Api::new().await;
    let made = api.book("2026-12-03", "10:00").await.expect(201);
    let soon = api.book(TUESDAY, "08:00").await.expect(201);
    api.app.clock.set("2026-12-01T02:00:00Z".parse().unwrap());
    api.calls_off(&made, json!({})).await;
    let states = "select estado from saida where chave like 'cancelada:%' or chave is null order by id";
    assert_eq!(api.app.database.texts(states).await, ["adiada"]);
    assert!(api.told().await[0].contains("quinta-feira, 03/12"));
    api.act(&made, "reativacao").await.expect(200);
    assert_eq!(api.app.database.texts(states).await, ["cancelada"]);
    // Who would have come before they could read it is told at once.
    api.calls_off(&soon, json!({})).await;
    assert_eq!(api.app.database.texts(states).await, ["cancelada", "pendente"]);
}

#[tokio::test]
async fn a_series_is_told_of_in_one_message() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    let body = json!({ "medico_id": clinic.gestora.id, "data": TUESDAY, "hora": "10:00", "paciente_id": clinic.paciente,
                       "frequencia": "semanal", "vezes": 3 });
    let made = api.staff("POST", "/api/series", Some(body)).await.expect(201);
    let path = format!("/api/series/{}/cancelamento", made["serie_id"]);
    let done = api.staff("POST", &path, Some(json!({}))).await.expect(200);
    assert_eq!((done["cancelados"].as_array().unwrap().len(), &done["avisado"]), (3, &json!(true)));
    let told = api.told().await;
    assert!(told.len() == 1 && told[0].contains("3 consultas suas com"), "{told:?}");
    let again = api.staff("POST", &path, Some(json!({}))).await.expect(200);
    assert_eq!(again["avisado"], json!(false));
    assert_eq!(api.told().await.len(), 1);
}
