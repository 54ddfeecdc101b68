//! Requests that wait for approval.

use serde_json::json;

use super::{counts, only};
use crate::{Api, TUESDAY};

impl Api {
    /// A visitor's request for a time; its id.
    async fn requested(&self, servico: i64, hora: &str, telefone: &str) -> i64 {
        let body =
            json!({ "medico_id": self.medico_id(0), "servico_id": servico, "data": TUESDAY, "hora": hora });
        let kept = self.visitor("POST", "/api/publico/reservas", body).send(&self.router).await.expect(201);
        let path = format!("/api/publico/reservas/{}", kept["token"].as_str().unwrap());
        let who = json!({ "nome": "Paula Cruz", "telefone": telefone });
        self.visitor("POST", &format!("{path}/codigo"), who).send(&self.router).await.expect(202);
        let code = self.app.database.text("select texto from saida where texto like '*______* é o seu código%' order by id desc limit 1").await;
        let finish = self.visitor("POST", &format!("{path}/agendamento"), json!({ "codigo": &code[1..7] }));
        assert_eq!(finish.send(&self.router).await.expect(201)["situacao"], "aguardando");
        self.app.database.number("select max(id) from reservas where tipo = 'pedido'").await
    }

    async fn deciding(&self, id: i64, what: &str) -> shared::testing::Request {
        self.request("POST", &format!("/api/pedidos/{id}/{what}"), json!({})).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approved_several_times_at_once_it_is_one_appointment_and_one_message() {
    let api = Api::new().await;
    let servico = api.service_named("Exame", json!({ "aprovacao": true })).await;
    let id = api.requested(servico, "09:00", "11 98888-0201").await;
    let mut requests = Vec::new();
    for _ in 0..5 {
        requests.push(api.deciding(id, "aprovacao").await);
    }
    requests.push(api.booking_of("Lia Reis", api.medico_id(0), TUESDAY, "09:00", json!({})).await);
    let answers = api.at_once(requests).await;
    assert_eq!((counts(&answers)[&200], counts(&answers)[&409]), (5, 1), "a request keeps its time");
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
    let told = format!("select count(*) from saida where chave = 'pedido:{id}'");
    assert_eq!(api.app.database.number(&told).await, 1);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approved_and_refused_at_once_one_of_them_counts() {
    let api = Api::new().await;
    let servico = api.service_named("Exame", json!({ "aprovacao": true })).await;
    for (at, hour) in ["09:00", "10:00", "11:00"].iter().enumerate() {
        let id = api.requested(servico, hour, &format!("11 98888-03{at:02}")).await;
        let requests = vec![api.deciding(id, "aprovacao").await, api.deciding(id, "recusa").await];
        let answers = api.at_once(requests).await;
        let booked = format!("select count(*) from agendamentos where inicio_em = '2026-12-01 {hour}-03'");
        let approved = answers[0].status == 200;
        assert_eq!(api.app.database.number(&booked).await, i64::from(approved));
        only(&answers, 409).expect_problem(409, "pedido_encerrado");
        let told = format!("select count(*) from saida where chave = 'pedido:{id}'");
        assert_eq!(api.app.database.number(&told).await, 1);
    }
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_requests_do_not_block_whoever_is_first_has_the_time() {
    let api = Api::new().await;
    api.gestora("PATCH", "/api/clinica", Some(json!({ "pedidos_bloqueiam": false }))).await.expect(200);
    let servico = api.service_named("Exame", json!({ "aprovacao": true })).await;
    for (at, hour) in ["09:00", "10:00", "11:00"].iter().enumerate() {
        let first = api.requested(servico, hour, &format!("11 98888-04{at:02}")).await;
        let second = api.requested(servico, hour, &format!("11 98888-05{at:02}")).await;
        let requests = vec![
            api.deciding(first, "aprovacao").await,
            api.booking_of("Lia Reis", api.medico_id(0), TUESDAY, hour, json!({})).await,
            api.deciding(second, "aprovacao").await,
        ];
        let answers = api.at_once(requests).await;
        assert_eq!(answers.iter().filter(|answer| answer.status < 300).count(), 1, "{:?}", counts(&answers));
        let refused = answers
            .iter()
            .find(|answer| answer.status == 409)
            .unwrap()
            .expect_problem(409, "horario_ocupado");
        api.alternative_is_free(&refused, json!({})).await;
        api.sound().await;
    }
}

#[tokio::test]
async fn a_request_whose_time_has_come_is_closed_and_in_nobodys_way() {
    let api = Api::new().await;
    let servico = api.service_named("Exame", json!({ "aprovacao": true })).await;
    let id = api.requested(servico, "09:00", "11 98888-0601").await;
    api.app.clock.set("2026-12-01T12:00:00Z".parse().unwrap());
    api.deciding(id, "aprovacao").await.send(&api.router).await.expect_problem(409, "pedido_encerrado");
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    assert_eq!(listed["pedidos"], json!([]));
    api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    api.sound().await;
}
