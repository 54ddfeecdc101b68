//! The life of one appointment, pulled in several directions at once.

use std::collections::BTreeMap;

use serde_json::json;
use shared::testing::Request;

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    async fn acting(&self, id: i64, what: &str) -> Request {
        self.request("POST", &format!("/api/agendamentos/{id}/{what}"), json!({})).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancel_confirm_and_move_at_once_end_in_a_legal_state_with_each_step_once() {
    let api = Api::new().await;
    for hour in ["09:00", "10:00", "11:00"] {
        let id = api.booked(api.medico_id(0), TUESDAY, hour, json!({})).await;
        let mut requests = Vec::new();
        for what in ["cancelamento", "confirmacao", "cancelamento", "confirmacao"] {
            requests.push(api.acting(id, what).await);
        }
        let path = format!("/api/agendamentos/{id}");
        requests.push(api.request("PATCH", &path, json!({ "data": "2026-12-03" })).await);
        let answers = api.at_once(requests).await;
        assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{:?}", counts(&answers));
        let now = api.appointment(id).await;
        assert_eq!(now["status"], "cancelado", "nothing that was called off is taken up by itself");
        let steps = api.steps(id).await;
        let times = |what: &str| steps.iter().filter(|step| *step == what).count();
        assert_eq!(
            (times("criado"), times("cancelado"), steps.last().unwrap().as_str()),
            (1, 1, "cancelado")
        );
        assert_eq!(times("remarcado"), usize::from(now["data"] == "2026-12-03"), "{steps:?}");
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visit_taken_up_again_and_a_booking_of_the_freed_time_leave_one() {
    let api = Api::new().await;
    for hour in ["08:00", "09:00", "10:00", "11:00"] {
        let id = api.booked(api.medico_id(0), TUESDAY, hour, json!({})).await;
        api.acting(id, "cancelamento").await.send(&api.router).await.expect(200);
        let mut requests = vec![api.acting(id, "reativacao").await];
        for _ in 0..3 {
            requests.push(api.booking_of("Iara Luz", api.medico_id(0), TUESDAY, hour, json!({})).await);
        }
        let answers = api.at_once(requests).await;
        assert_eq!(answers.iter().filter(|answer| answer.status < 300).count(), 1);
        let refused = answers
            .iter()
            .find(|answer| answer.status == 409)
            .unwrap()
            .expect_problem(409, "horario_ocupado");
        api.alternative_is_free(&refused, json!({ "paciente_nome": "Outra Pessoa" })).await;
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_marked_absent_and_came_stands_beside_a_new_booking_but_takes_no_time_up_again() {
    let api = Api::new().await;
    api.app.clock.set("2026-12-01T11:50:00Z".parse().unwrap());
    for (hour, later, what, at) in [
        ("09:00", "09:20", "inicio", "2026-12-01T12:10:00Z"),
        ("10:00", "10:20", "realizacao", "2026-12-01T13:10:00Z"),
        ("11:00", "11:20", "reativacao", "2026-12-01T14:10:00Z"),
    ] {
        let id = api.booked(api.medico_id(0), TUESDAY, hour, json!({ "duracao": 60 })).await;
        api.app.clock.set(at.parse().unwrap());
        api.acting(id, "falta").await.send(&api.router).await.expect(200);
        let requests = vec![
            api.acting(id, what).await,
            api.booking_of("Joel Pinto", api.medico_id(0), TUESDAY, later, json!({})).await,
            api.acting(id, what).await,
        ];
        let answers = api.at_once(requests).await;
        let booked = answers[1].status == 201;
        // That somebody came happened, whoever has the time by now; to take it up again is a wish.
        let expected = what != "reativacao" || !booked;
        assert_eq!(answers[0].status == 200, expected, "{what}: {:?}", counts(&answers));
        let beside = format!("select encaixe::int from agendamentos where id = {id}");
        let beside = api.app.database.number(&beside).await == 1;
        assert_eq!(beside, booked && what != "reativacao", "{what}: {:?}", counts(&answers));
        assert_eq!(answers[0].status, answers[2].status, "repeated, the same");
        api.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repeated_at_once_each_step_is_written_once() {
    let api = Api::new().await;
    let id = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    api.app.clock.set("2026-12-01T12:10:00Z".parse().unwrap());
    for what in ["confirmacao", "chegada", "inicio", "realizacao"] {
        let mut requests = Vec::new();
        for _ in 0..6 {
            requests.push(api.acting(id, what).await);
        }
        assert_eq!(counts(&api.at_once(requests).await), BTreeMap::from([(200, 6)]), "{what}");
    }
    assert_eq!(api.steps(id).await, ["criado", "confirmado", "chegada", "em_atendimento", "realizado"]);
}
