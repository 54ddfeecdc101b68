//! Moves against moves and against bookings.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::testing::Request;

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    async fn moving(&self, id: i64, change: Value) -> Request {
        self.request("PATCH", &format!("/api/agendamentos/{id}"), change).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_visits_swapped_by_two_moves_at_once_never_deadlock_nor_double_book() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let first = api.booked(one, TUESDAY, "09:00", json!({})).await;
    let second = api.booked(one, TUESDAY, "10:00", json!({})).await;
    let third = api.booked(two, TUESDAY, "09:00", json!({})).await;
    for _ in 0..15 {
        let (a, b, c) =
            (api.appointment(first).await, api.appointment(second).await, api.appointment(third).await);
        let place =
            |to: &Value| json!({ "medico_id": to["medico_id"], "data": to["data"], "hora": to["hora"] });
        let requests = vec![
            api.moving(first, place(&b)).await,
            api.moving(second, place(&a)).await,
            api.moving(third, place(&a)).await,
            api.moving(first, place(&c)).await,
            api.moving(second, json!({ "medico_id": two, "hora": "11:00" })).await,
            api.moving(third, json!({ "medico_id": one, "hora": "11:00" })).await,
        ];
        let answers = api.at_once(requests).await;
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{:?}", counts(&answers));
        api.sound().await;
    }
    for id in [first, second, third] {
        let moves = format!(
            "select count(*) from historico where agendamento_id = {id} and acao in ('remarcado', 'alterado')"
        );
        let version = format!("select versao from agendamentos where id = {id}");
        let (moves, version) =
            (api.app.database.number(&moves).await, api.app.database.number(&version).await);
        assert!(version > moves, "every change has its row: {version} {moves}");
    }
    let chain = "select count(*) from (
        select depois, lead(antes) over (partition by agendamento_id order by id) as next from historico) h
        where next is not null and (next ->> 'inicio_em' <> depois ->> 'inicio_em' or next ->> 'medico_id' <> depois ->> 'medico_id')";
    assert_eq!(api.app.database.number(chain).await, 0, "each step begins where the last one ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_lengthenings_and_changes_of_professional_against_bookings_leave_one_each() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    for (date, change, medico, hour) in [
        ("2026-12-01", json!({ "hora": "15:00" }), one, "15:00"),
        ("2026-12-02", json!({ "duracao": 60 }), one, "09:30"),
        ("2026-12-03", json!({ "medico_id": two }), two, "09:00"),
        ("2026-12-04", json!({ "medico_id": two, "hora": "16:10", "duracao": 50 }), two, "16:30"),
    ] {
        let id = api.booked(one, date, "09:00", json!({})).await;
        let mut requests = vec![api.moving(id, change).await];
        for _ in 0..4 {
            requests.push(api.booking_of("Hugo Sá", medico, date, hour, json!({})).await);
        }
        let answers = api.at_once(requests).await;
        let done = answers.iter().filter(|answer| answer.status < 300).count();
        assert_eq!((done, counts(&answers)[&409]), (1, 4), "{date} {:?}", counts(&answers));
        let refused = answers
            .iter()
            .find(|answer| answer.status == 409)
            .unwrap()
            .expect_problem(409, "horario_ocupado");
        api.alternative_is_free(&refused, json!({})).await;
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_moves_with_the_same_version_one_counts() {
    let api = Api::new().await;
    let id = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    let versao = api.appointment(id).await["versao"].clone();
    let mut requests = Vec::new();
    for hour in ["10:00", "11:00", "14:00", "15:00"] {
        requests.push(api.moving(id, json!({ "hora": hour, "versao": versao })).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(200, 1), (409, 3)]));
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    refused.expect_problem(409, "versao_desatualizada");
    assert_eq!(api.steps(id).await, ["criado", "remarcado"]);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visit_sent_to_and_fro_between_professionals_while_it_is_confirmed_is_never_lost() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let id = api.booked(one, TUESDAY, "09:00", json!({})).await;
    for _ in 0..8 {
        let requests = vec![
            api.moving(id, json!({ "medico_id": two })).await,
            api.moving(id, json!({ "medico_id": one })).await,
            api.moving(id, json!({ "hora": "10:00" })).await,
            api.moving(id, json!({ "hora": "09:00" })).await,
            api.request("POST", &format!("/api/agendamentos/{id}/confirmacao"), json!({})).await,
        ];
        let answers = api.at_once(requests).await;
        assert_eq!(counts(&answers), BTreeMap::from([(200, 5)]), "nothing stands in the way");
        api.sound().await;
    }
}

#[tokio::test]
async fn taking_back_an_encaixe_or_naming_a_full_health_plan_is_judged() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    api.booked(one, TUESDAY, "09:00", json!({})).await;
    let over = api.booked(one, TUESDAY, "09:00", json!({ "encaixe": true })).await;
    let refused = api.moving(over, json!({ "encaixe": false })).await.send(&api.router).await;
    let refused = refused.expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({})).await;
    api.sound().await;
}
