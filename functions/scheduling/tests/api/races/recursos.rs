//! Rooms and equipment that professionals share.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    async fn resource(&self, nome: &str, quantidade: i64) -> i64 {
        let body = json!({ "nome": nome, "tipo": "sala", "quantidade": quantidade });
        self.staff("POST", "/api/recursos", Some(body)).await.expect(201)["id"].as_i64().unwrap()
    }

    async fn needing(&self, nome: &str, needs: &[(i64, i64)]) -> i64 {
        let needs: Vec<Value> =
            needs.iter().map(|(id, quantity)| json!({ "recurso_id": id, "quantidade": quantity })).collect();
        self.service_named(nome, json!({ "recursos": needs })).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_room_takes_one_of_two_professionals() {
    let api = Api::new().await;
    let room = api.resource("Sala 1", 1).await;
    let servico = api.needing("Exame", &[(room, 1)]).await;
    let mut requests = Vec::new();
    for at in 0..10 {
        let more = json!({ "servico_id": servico });
        requests
            .push(api.booking_of(&format!("Ana {at}"), api.medico_id(at % 2), TUESDAY, "09:00", more).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(201, 1), (409, 9)]));
    let refused =
        answers.iter().find(|answer| answer.status == 409).unwrap().expect_problem(409, "horario_ocupado");
    api.alternative_is_free(&refused, json!({ "servico_id": servico })).await;
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_of_an_equipment_are_never_three_and_two_resources_never_deadlock() {
    let api = Api::new().await;
    let (laser, room) = (api.resource("Laser", 2).await, api.resource("Sala 1", 1).await);
    let services = [
        api.needing("Só laser", &[(laser, 1)]).await,
        api.needing("Laser e sala", &[(laser, 1), (room, 1)]).await,
        api.needing("Sala e laser", &[(room, 1), (laser, 1)]).await,
        api.needing("Dois lasers", &[(laser, 2)]).await,
    ];
    api.gestora("PATCH", &format!("/api/medicos/{}", api.medico_id(0)), Some(json!({ "capacidade": 4 })))
        .await
        .expect(200);
    api.gestora("PATCH", &format!("/api/medicos/{}", api.medico_id(1)), Some(json!({ "capacidade": 4 })))
        .await
        .expect(200);
    for hour in ["08:00", "09:00", "10:00", "11:00"] {
        let mut requests = Vec::new();
        for at in 0..16 {
            let more = json!({ "servico_id": services[at % 4] });
            requests.push(
                api.booking_of(&format!("Bia {at}"), api.medico_id(at / 4 % 2), TUESDAY, hour, more).await,
            );
        }
        let answers = api.at_once(requests).await;
        assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
        assert!((1..=2).contains(&counts(&answers)[&201]), "{:?}", counts(&answers));
        api.sound().await;
    }
    // Moved into each other, too.
    let ids = api.app.database.texts("select id::text from agendamentos order by id").await;
    let mut requests = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let change = json!({ "hora": if at % 2 == 0 { "14:00" } else { "14:10" }, "servico_id": services[(at + 1) % 4] });
        requests.push(api.request("PATCH", &format!("/api/agendamentos/{id}"), change).await);
    }
    assert!(api.at_once(requests).await.iter().all(|answer| [200, 409].contains(&answer.status)));
    api.sound().await;
}

#[tokio::test]
async fn a_service_that_needs_something_else_later_takes_it_from_then_on() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let (first, second) = (api.resource("Sala 1", 1).await, api.resource("Sala 2", 1).await);
    let servico = api.needing("Exame", &[(first, 1)]).await;
    let id = api.booked(one, TUESDAY, "09:00", json!({ "servico_id": servico })).await;
    let needs = json!({ "recursos": [{ "recurso_id": second, "quantidade": 1 }] });
    api.gestora("PATCH", &format!("/api/servicos/{servico}"), Some(needs)).await.expect(200);
    api.booked(two, TUESDAY, "09:00", json!({ "servico_id": servico })).await;
    let held = format!("select recurso_id from recursos_ocupados where agendamento_id = {id}");
    assert_eq!(api.app.database.number(&held).await, first, "what was booked keeps what it had");
    let act = async |what: &str| {
        api.staff("POST", &format!("/api/agendamentos/{id}/{what}"), Some(json!({}))).await
    };
    act("confirmacao").await.expect(200);
    act("cancelamento").await.expect(200);
    act("reativacao").await.expect_problem(409, "horario_ocupado");
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visitors_hold_keeps_as_much_of_a_resource_as_its_visit_needs() {
    let api = Api::new().await;
    let laser = api.resource("Laser", 2).await;
    let (both, plain) =
        (api.needing("Dois lasers", &[(laser, 2)]).await, api.service_named("Consulta", json!({})).await);
    let single = api.needing("Um laser", &[(laser, 1)]).await;
    let keep = |servico: i64, medico: i64| {
        let body = json!({ "medico_id": medico, "servico_id": servico, "data": TUESDAY, "hora": "09:00" });
        api.visitor("POST", "/api/publico/reservas", body)
    };
    api.gestora("PATCH", &format!("/api/medicos/{}", api.medico_id(0)), Some(json!({ "capacidade": 5 })))
        .await
        .expect(200);
    keep(plain, api.medico_id(0)).send(&api.router).await.expect(201);
    keep(both, api.medico_id(0)).send(&api.router).await.expect(201);
    keep(single, api.medico_id(1)).send(&api.router).await.expect_problem(409, "horario_ocupado");
    api.app.clock.set("2026-11-30T12:06:00Z".parse().unwrap());
    keep(plain, api.medico_id(0)).send(&api.router).await.expect(201);
    api.booked(api.medico_id(0), TUESDAY, "09:00", json!({ "servico_id": both })).await;
    api.sound().await;
}
