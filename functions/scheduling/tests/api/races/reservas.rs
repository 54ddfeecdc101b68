//! Holds of the public page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{counts, only};
use crate::{Api, TUESDAY};

impl Api {
    pub(super) fn keeping(
        &self,
        servico: i64,
        medico: i64,
        hora: &str,
        token: Option<&str>,
    ) -> shared::testing::Request {
        let body = json!({ "medico_id": medico, "servico_id": servico, "data": TUESDAY, "hora": hora, "token": token });
        self.visitor("POST", "/api/publico/reservas", body)
    }

    /// Keeps a time and answers the token.
    pub(super) async fn kept_token(&self, servico: i64, medico: i64, hora: &str) -> String {
        let answer = self.keeping(servico, medico, hora, None).send(&self.router).await.expect(201);
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Has a code sent, and reads it on the phone.
    pub(super) async fn code_of(&self, token: &str, nome: &str, telefone: &str) -> String {
        let body = json!({ "nome": nome, "telefone": telefone });
        let path = format!("/api/publico/reservas/{token}/codigo");
        self.visitor("POST", &path, body).send(&self.router).await.expect(202);
        let text = self.app.database.text("select texto from saida where texto like '*______* é o seu código%' order by id desc limit 1").await;
        text[1..7].to_owned()
    }

    pub(super) fn finishing(&self, token: &str, code: &str) -> shared::testing::Request {
        self.visitor("POST", &format!("/api/publico/reservas/{token}/agendamento"), json!({ "codigo": code }))
    }

    pub(super) async fn open_holds_but_requests(&self) -> i64 {
        self.app
            .database
            .number("select count(*) from reservas where estado = 'aberta' and tipo <> 'pedido'")
            .await
    }

    async fn open_holds(&self) -> i64 {
        self.app.database.number("select count(*) from reservas where estado = 'aberta'").await
    }
}

pub(super) fn other_than(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_visitors_who_want_one_time_one_keeps_it_and_staff_has_it() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    for hour in ["09:00", "10:00", "11:00"] {
        let mut requests = vec![api.booking_of("Lia Reis", one, TUESDAY, hour, json!({})).await];
        requests.extend((0..4).map(|_| api.keeping(servico, one, hour, None)));
        let answers = api.at_once(requests).await;
        assert_eq!(answers[0].status, 201);
        assert!(counts(&answers)[&201] <= 2, "{:?}", counts(&answers));
        assert_eq!(api.open_holds().await, 0);
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
async fn one_network_keeps_five_times_however_many_it_asks_for_at_once() {
    let api = Api::new().await;
    let servico = api.service_named("Consulta", json!({})).await;
    let mut requests = Vec::new();
    for medico in [api.medico_id(0), api.medico_id(1)] {
        for hour in [8, 9, 10, 11, 14, 15, 16] {
            requests.extend(
                ["00", "30"].map(|half| api.keeping(servico, medico, &format!("{hour:02}:{half}"), None)),
            );
        }
    }
    let counted = counts(&api.at_once(requests).await);
    assert_eq!((counted[&201], counted[&429]), (5, 23), "{counted:?}");
    assert_eq!(api.open_holds().await, 5);
    let elsewhere = api.keeping(servico, api.medico_id(0), "17:00", None).from_address(&api.network(2));
    elsewhere.send(&api.router).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn visitors_wait_for_anothers_five_minutes_and_no_longer() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let token = api.kept_token(servico, one, "09:00").await;
    api.keeping(servico, one, "09:00", None).send(&api.router).await.expect_problem(409, "horario_ocupado");
    api.app.clock.set("2026-11-30T12:05:00Z".parse().unwrap());
    let mut requests = Vec::new();
    for at in 0..4 {
        requests.push(api.booking_of(&format!("Lia {at}"), one, TUESDAY, "09:00", json!({})).await);
    }
    only(&api.at_once(requests).await, 201);
    let path = format!("/api/publico/reservas/{token}/codigo");
    let body = json!({ "nome": "Zeca Melo", "telefone": "11 98888-0001" });
    api.visitor("POST", &path, body).send(&api.router).await.expect_problem(409, "reserva_vencida");
    api.finishing(&token, "123456").send(&api.router).await.expect_problem(409, "reserva_vencida");
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hold_is_exchanged_by_its_token_and_no_obstacle_to_its_owner() {
    let api = Api::new().await;
    let (one, two, servico) = (
        api.medico_id(0),
        api.medico_id(1),
        api.service_named("Consulta", json!({ "passo_minutos": 10 })).await,
    );
    let token = api.kept_token(servico, one, "09:00").await;
    api.keeping(servico, one, "09:10", Some(&token)).send(&api.router).await.expect(201);
    let mut requests: Vec<_> =
        ["09:10", "09:20", "10:00"].iter().map(|at| api.keeping(servico, one, at, Some(&token))).collect();
    requests.extend(["09:00", "14:00", "15:00"].iter().map(|at| api.keeping(servico, two, at, Some(&token))));
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers)[&201], 6);
    assert_eq!(api.open_holds().await, 1, "one visitor keeps one time");
    api.keeping(servico, two, "17:00", Some(&token)).send(&api.router).await.expect(201);
    api.booked(one, TUESDAY, "09:00", json!({})).await;
    api.booked(one, TUESDAY, "10:00", json!({})).await;
    api.visitor("DELETE", &format!("/api/publico/reservas/{token}"), json!({}))
        .send(&api.router)
        .await
        .expect(204);
    api.booked(two, TUESDAY, "17:00", json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn finishing_several_times_at_once_is_one_appointment() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let token = api.kept_token(servico, one, "09:00").await;
    let code = api.code_of(&token, "Nina Alves", "11 98888-0002").await;
    let requests = vec![
        api.finishing(&token, &code),
        api.finishing(&token, &code),
        api.booking_of("Lia Reis", one, TUESDAY, "09:00", json!({})).await,
        api.finishing(&token, &code),
    ];
    let mut answers = api.at_once(requests).await;
    // Staff has a time a visitor only keeps: whoever comes first books it, and the other side reads that it is gone.
    let staff = answers.remove(2);
    let (finished, refused) = if staff.status == 409 { (201, 0) } else { (409, 1) };
    assert!([201, 409].contains(&staff.status), "{}", staff.text);
    assert_eq!(counts(&answers), BTreeMap::from([(finished, 3)]), "staff: {}", staff.text);
    let bodies: Vec<Value> = answers.iter().map(shared::testing::Answer::json).collect();
    if finished == 201 {
        assert!(bodies.iter().all(|body| *body == bodies[0] && body["situacao"] == "marcado"), "{bodies:?}");
    }
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
    let nina = api.app.database.number("select count(*) from pacientes where nome = 'Nina Alves'").await;
    assert_eq!(nina, 1 - refused);
    assert_eq!(api.open_holds().await, 0);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn finishing_while_the_hold_is_exchanged_or_let_go_books_what_was_kept_or_nothing() {
    let api = Api::new().await;
    let (one, two, servico) =
        (api.medico_id(0), api.medico_id(1), api.service_named("Consulta", json!({})).await);
    for (at, hour) in ["09:00", "10:00", "11:00", "14:00"].iter().enumerate() {
        let token = api.kept_token(servico, one, hour).await;
        let code = api.code_of(&token, "Nina Alves", &format!("11 98888-01{at:02}")).await;
        let other = match at % 2 {
            0 => api.keeping(servico, two, hour, Some(&token)),
            _ => api.visitor("DELETE", &format!("/api/publico/reservas/{token}"), json!({})),
        };
        let answers = api.at_once(vec![api.finishing(&token, &code), other]).await;
        let booked = format!(
            "select count(*) from agendamentos where medico_id = {one} and inicio_em = '2026-12-01 {hour}-03'"
        );
        assert_eq!(
            api.app.database.number(&booked).await,
            i64::from(answers[0].status == 201),
            "{:?}",
            counts(&answers)
        );
        assert!([201, 409, 422].contains(&answers[0].status), "{}", answers[0].text);
    }
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_wrong_codes_end_it_also_when_they_come_at_once() {
    let api = Api::new().await;
    let (one, servico) = (api.medico_id(0), api.service_named("Consulta", json!({})).await);
    let token = api.kept_token(servico, one, "09:00").await;
    let code = api.code_of(&token, "Olga Dias", "11 98888-0003").await;
    let wrong = other_than(&code);
    for answer in api.at_once((0..10).map(|_| api.finishing(&token, &wrong)).collect()).await {
        answer.expect_problem(422, "codigo_incorreto");
    }
    api.finishing(&token, &code).send(&api.router).await.expect_problem(422, "codigo_incorreto");
    assert_eq!(api.app.database.number("select tentativas from codigos").await, 5);
    let again = api.code_of(&token, "Olga Dias", "11 98888-0003").await;
    api.finishing(&token, &again).send(&api.router).await.expect(201);
    api.sound().await;
}
