//! Several patients at once with one professional, and the most visits of a day.

use std::collections::BTreeMap;

use serde_json::json;

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    async fn terms(&self, terms: serde_json::Value) {
        let path = format!("/api/medicos/{}", self.medico_id(0));
        self.gestora("PATCH", &path, Some(terms)).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_seats_take_three_whoever_writes() {
    let api = Api::new().await;
    api.terms(json!({ "capacidade": 3 })).await;
    let (clinic, one, paciente) = (api.app.clinic.id, api.medico_id(0), api.app.clinic.paciente);
    let insert = format!(
        "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
         values ({clinic}, {one}, {paciente}, '2026-12-01 09:10-03', '2026-12-01 09:50-03')"
    );
    let clinic_number: i64 = clinic.to_string().parse().unwrap();
    let mut requests = Vec::new();
    for at in 0..12 {
        let more = json!({ "duracao": 30 + at % 3 * 15 });
        requests.push(api.booking_of(&format!("Ugo {at}"), one, TUESDAY, "09:00", more).await);
    }
    let by_hand = async {
        let mut made = 0;
        for _ in 0..4 {
            match api.app.database.sql_as("hi_app", Some(clinic_number), &insert).await {
                Ok(_) => made += 1,
                Err(refused) => assert_eq!(refused, "23P01 agendamentos_medico_id_ocupado_excl"),
            }
        }
        made
    };
    let (answers, by_hand) = tokio::join!(api.at_once(requests), by_hand);
    let made = counts(&answers).get(&201).copied().unwrap_or_default();
    assert_eq!(made + by_hand, 3);
    let refused =
        answers.iter().find(|answer| answer.status == 409).unwrap().expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({})).await;
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_seats_are_counted_instant_by_instant_and_not_by_number() {
    let api = Api::new().await;
    api.terms(json!({ "capacidade": 2 })).await;
    let one = api.medico_id(0);
    let requests = vec![
        api.booking_of("Ana Um", one, TUESDAY, "09:00", json!({ "duracao": 60 })).await,
        api.booking_of("Bia Dois", one, TUESDAY, "10:00", json!({ "duracao": 60 })).await,
    ];
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(201, 2)]));
    let requests = vec![
        api.booking_of("Caio Tres", one, TUESDAY, "09:00", json!({ "duracao": 120 })).await,
        api.booking_of("Davi Quatro", one, TUESDAY, "09:00", json!({ "duracao": 120 })).await,
    ];
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(201, 1), (409, 1)]));
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fewer_seats_than_taken_keep_what_stands_and_let_nobody_in() {
    let api = Api::new().await;
    api.terms(json!({ "capacidade": 3 })).await;
    let one = api.medico_id(0);
    let mut ids = Vec::new();
    for nome in ["Ana Um", "Bia Dois", "Caio Tres"] {
        ids.push(api.booked(one, TUESDAY, "09:00", json!({ "paciente_nome": nome })).await);
    }
    api.terms(json!({ "capacidade": 1 })).await;
    let act = async |id: i64, what: &str| {
        api.staff("POST", &format!("/api/agendamentos/{id}/{what}"), Some(json!({}))).await
    };
    act(ids[0], "confirmacao").await.expect(200);
    act(ids[1], "cancelamento").await.expect(200);
    let path = format!("/api/agendamentos/{}", ids[0]);
    api.staff("PATCH", &path, Some(json!({ "motivo": "Retorno" }))).await.expect(200);
    let mut requests =
        vec![api.request("POST", &format!("/api/agendamentos/{}/reativacao", ids[1]), json!({})).await];
    for _ in 0..4 {
        requests.push(api.booking_of("Davi Reis", one, TUESDAY, "09:00", json!({})).await);
    }
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(409, 5)]));
    // Made when there were more seats, moved when there is one.
    let mut requests = Vec::new();
    for id in [ids[0], ids[2]] {
        requests
            .push(api.request("PATCH", &format!("/api/agendamentos/{id}"), json!({ "hora": "11:00" })).await);
    }
    requests.push(api.booking_of("Davi Reis", one, TUESDAY, "11:00", json!({})).await);
    let answers = api.at_once(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status < 300).count(), 1);
    let at_eleven =
        "select count(*) from agendamentos where inicio_em = '2026-12-01 11:00-03' and hi_ocupa(status)";
    assert_eq!(api.app.database.number(at_eleven).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_days_most_visits_is_never_exceeded_but_by_encaixes() {
    let api = Api::new().await;
    api.terms(json!({ "limite_dia": 3 })).await;
    let one = api.medico_id(0);
    let mut requests = Vec::new();
    for at in 0..8 {
        let hour = format!("{:02}:{:02}", 8 + at / 2, at % 2 * 30);
        requests.push(api.booking_of(&format!("Ana {at}"), one, TUESDAY, &hour, json!({})).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(201, 3), (409, 5)]));
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap().json();
    assert_ne!(refused["alternativas"][0]["data"], TUESDAY, "another day: {refused}");
    api.alternative_is_free(&refused, json!({})).await;
    let over = api.booked(one, TUESDAY, "17:00", json!({ "encaixe": true })).await;
    assert_eq!(api.appointment(over).await["encaixe"], true);
    let history = api.staff("GET", &format!("/api/agendamentos/{over}/historico"), None).await.expect(200);
    assert!(history.to_string().contains("\"encaixe\":true"), "{history}");
    api.sound().await;
}
