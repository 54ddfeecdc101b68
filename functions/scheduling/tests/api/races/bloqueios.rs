//! Blocks against bookings, cancellations and moves.

use std::collections::BTreeMap;

use serde_json::json;

use super::{counts, only};
use crate::{Api, TUESDAY};

/// What stands inside the blocked morning.
const INSIDE: &str = "select count(*) from agendamentos where hi_ocupa(status) and not encaixe
    and inicio_em < '2026-12-01 12:00-03' and fim_em > '2026-12-01 08:00-03'";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_blocked_morning_is_empty_afterwards_whatever_came_at_the_same_time() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let room = json!({ "nome": "Sala 1", "tipo": "sala", "quantidade": 1 });
    let room = api.staff("POST", "/api/recursos", Some(room)).await.expect(201)["id"].clone();
    let laser = json!({ "nome": "Laser", "tipo": "equipamento", "quantidade": 1 });
    let laser = api.staff("POST", "/api/recursos", Some(laser)).await.expect(201)["id"].clone();
    let a = api.service_named("Sala", json!({ "recursos": [{ "recurso_id": room, "quantidade": 1 }] })).await;
    let b =
        api.service_named("Laser", json!({ "recursos": [{ "recurso_id": laser, "quantidade": 1 }] })).await;
    let mut ids = Vec::new();
    for (at, hour) in ["08:00", "09:00", "10:00", "11:00"].iter().enumerate() {
        let (first, second) = if at % 2 == 0 { (a, b) } else { (b, a) };
        ids.push(api.booked(one, TUESDAY, hour, json!({ "servico_id": first })).await);
        ids.push(api.booked(two, TUESDAY, hour, json!({ "servico_id": second })).await);
    }
    let mut requests = Vec::new();
    for medico in [one, two] {
        let body = json!({ "medico_id": medico, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00", "afetados": "mover" });
        requests.push(api.request("POST", "/api/bloqueios", body).await);
    }
    requests
        .push(api.request("POST", &format!("/api/agendamentos/{}/cancelamento", ids[2]), json!({})).await);
    requests
        .push(api.request("POST", &format!("/api/agendamentos/{}/cancelamento", ids[5]), json!({})).await);
    for (at, hour) in ["14:00", "14:10", "15:00", "08:30"].iter().enumerate() {
        let more = json!({ "servico_id": if at % 2 == 0 { a } else { b } });
        requests.push(api.booking_of(&format!("Ana {at}"), [one, two][at % 2], TUESDAY, hour, more).await);
    }
    let answers = api.at_once(requests).await;
    assert!(answers.iter().take(2).all(|answer| answer.status == 201), "{:?}", counts(&answers));
    assert_eq!(api.app.database.number(INSIDE).await, 0);
    assert_eq!(
        api.app.database.number("select count(*) from agendamentos where status = 'cancelado'").await,
        2
    );
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_of_the_whole_clinic_and_swaps_between_professionals_never_deadlock() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let first = api.booked(one, TUESDAY, "15:00", json!({})).await;
    let second = api.booked(two, TUESDAY, "16:00", json!({})).await;
    for round in 0..6 {
        let hour = 8 + round % 4;
        let block = json!({ "inicio": format!("2026-12-0{}T{hour:02}:00", 2 + round % 3), "fim": format!("2026-12-0{}T{hour:02}:30", 2 + round % 3), "afetados": "mover" });
        let (to_first, to_second) = if round % 2 == 0 { (two, one) } else { (one, two) };
        let requests = vec![
            api.request("PATCH", &format!("/api/agendamentos/{first}"), json!({ "medico_id": to_first }))
                .await,
            api.request("POST", "/api/bloqueios", block.clone()).await,
            api.request("PATCH", &format!("/api/agendamentos/{second}"), json!({ "medico_id": to_second }))
                .await,
            api.request("POST", "/api/bloqueios", block).await,
        ];
        let answers = api.at_once(requests).await;
        assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status)), "{:?}", counts(&answers));
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repeated_with_one_key_a_block_moves_everybody_once() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let id = api.booked(one, TUESDAY, "09:00", json!({ "paciente_id": api.app.clinic.paciente })).await;
    let body = json!({ "medico_id": one, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T12:00", "afetados": "mover" });
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(
            api.request("POST", "/api/bloqueios", body.clone())
                .await
                .header("idempotency-key", "manhã livre"),
        );
    }
    // A key is ASCII, or it is refused: nothing is blocked by one that can't be compared.
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(422, 5)]));
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(
            api.request("POST", "/api/bloqueios", body.clone())
                .await
                .header("idempotency-key", "manha-livre"),
        );
    }
    assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(201, 5)]));
    assert_eq!(api.app.database.number("select count(*) from bloqueios").await, 1);
    assert_eq!(api.steps(id).await, ["criado", "remarcado"]);
    assert_eq!(api.app.database.number("select count(*) from saida where chave like 'bloqueio:%'").await, 1);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_booking_and_a_block_of_its_time_at_once_leave_the_visit_or_a_refusal() {
    let api = Api::new().await;
    for (date, hour) in [("2026-12-01", "09:00"), ("2026-12-10", "10:00"), ("2026-12-16", "15:00")] {
        let body = json!({ "medico_id": api.medico_id(0), "inicio": format!("{date}T08:00"), "fim": format!("{date}T18:00") });
        let requests = vec![
            api.request("POST", "/api/bloqueios", body).await,
            api.booking_of("Rui Paz", api.medico_id(0), date, hour, json!({})).await,
        ];
        let answers = api.at_once(requests).await;
        let met = answers[0].expect(201)["afetados"].as_array().unwrap().len();
        assert_eq!(met, usize::from(answers[1].status == 201), "what came first is told to whoever blocks");
        if met == 0 {
            let refused = only(&answers, 422).expect_problem(422, "horario_indisponivel");
            api.alternative_is_free(&refused, json!({})).await;
        }
        api.sound().await;
    }
}
