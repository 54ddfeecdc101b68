//! The waiting list when a time is freed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::testing::Request;

use super::{counts, only};
use crate::{Api, TUESDAY};

impl Api {
    /// So many people in the line for the gestora; the entries.
    async fn line(&self, people: usize, at_once: i64, more: Value) -> Vec<i64> {
        let rules = json!({ "espera_simultaneas": at_once });
        self.gestora("PATCH", "/api/clinica", Some(rules)).await.expect(200);
        let mut entries = Vec::new();
        for at in 0..people {
            let paciente = self
                .person(&format!("Espera {}", char::from(b"ABCDEFGHIJ"[at])), &format!("11 97777-00{at:02}"))
                .await;
            entries.push(self.waits(paciente, more.clone()).await);
        }
        entries
    }

    async fn waits(&self, paciente: i64, more: Value) -> i64 {
        let mut body = json!({ "paciente_id": paciente, "medico_id": self.medico_id(0) });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.staff("POST", "/api/lista-espera", Some(body)).await.expect(201)["id"].as_i64().unwrap()
    }

    async fn answering(&self, entry: i64, what: &str) -> Request {
        self.request("POST", &format!("/api/lista-espera/{entry}/{what}"), json!({})).await
    }

    async fn cancel(&self, id: i64) -> Value {
        self.staff("POST", &format!("/api/agendamentos/{id}/cancelamento"), Some(json!({}))).await.expect(200)
    }

    /// Who is being asked, in the order of the line.
    async fn asked(&self) -> Vec<i64> {
        let query =
            "select e.lista_espera_id::text from ofertas_espera e join ofertas o on o.id = e.oferta_id
                     where o.estado = 'aberta' and e.estado = 'oferecida' order by e.lista_espera_id";
        self.app.database.texts(query).await.iter().map(|id| id.parse().unwrap()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_who_accept_at_once_one_has_the_time_and_nine_keep_their_place() {
    let api = Api::new().await;
    let freed = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    let later = api.booked(api.medico_id(0), TUESDAY, "10:00", json!({})).await;
    let line = api.line(10, 10, json!({})).await;
    api.cancel(freed).await;
    assert_eq!(api.asked().await, line);
    let mut requests = Vec::new();
    for entry in &line {
        requests.push(api.answering(*entry, "aceite").await);
    }
    for _ in 0..3 {
        requests.push(api.booking_of("Fura Fila", api.medico_id(0), TUESDAY, "09:00", json!({})).await);
    }
    let answers = api.at_once(requests).await;
    assert_eq!(counts(&answers), BTreeMap::from([(200, 1), (409, 12)]));
    let won = answers.iter().position(|answer| answer.status == 200).unwrap();
    assert!(won < 10);
    for (at, answer) in answers.iter().take(10).enumerate().filter(|(at, _)| *at != won) {
        assert_eq!(answer.json()["codigo"], "oferta_encerrada", "{at}");
    }
    let again = api.answering(line[won], "aceite").await.send(&api.router).await.expect(200);
    assert_eq!(again["id"], answers[won].json()["id"], "said twice, the same appointment");
    api.sound().await;
    // The next time goes to the others, in the order they had.
    let rules = json!({ "espera_simultaneas": 4 });
    api.gestora("PATCH", "/api/clinica", Some(rules)).await.expect(200);
    api.cancel(later).await;
    let rest: Vec<i64> = line.iter().copied().filter(|entry| *entry != line[won]).collect();
    assert_eq!(api.asked().await, rest[..4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_was_slower_is_asked_again_when_the_winner_gives_the_time_back() {
    let api = Api::new().await;
    let freed = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    let line = api.line(3, 3, json!({})).await;
    api.cancel(freed).await;
    let made = api.answering(line[0], "aceite").await.send(&api.router).await.expect(200);
    api.answering(line[1], "recusa").await.send(&api.router).await.expect_problem(409, "oferta_encerrada");
    api.cancel(made["id"].as_i64().unwrap()).await;
    assert_eq!(api.asked().await, line[1..]);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_offered_time_is_kept_from_staff_until_the_offer_ends() {
    let api = Api::new().await;
    let freed = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
    let line = api.line(1, 3, json!({})).await;
    api.cancel(freed).await;
    let refused = api
        .booking_of("Lia Reis", api.medico_id(0), TUESDAY, "09:00", json!({}))
        .await
        .send(&api.router)
        .await;
    api.alternative_is_free(&refused.expect_problem(409, "horario_ocupado"), json!({})).await;
    let requests = vec![
        api.answering(line[0], "aceite").await,
        api.booking_of("Lia Reis", api.medico_id(0), TUESDAY, "09:00", json!({})).await,
        api.answering(line[0], "recusa").await,
    ];
    let answers = api.at_once(requests).await;
    let standing =
        "select count(*) from agendamentos where inicio_em = '2026-12-01 09:00-03' and hi_ocupa(status)";
    let taken = answers.iter().take(2).filter(|answer| answer.status < 300).count();
    assert!(taken <= 1, "{:?}", counts(&answers));
    assert_eq!(api.app.database.number(standing).await, i64::try_from(taken).unwrap());
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_offer_nobody_takes_goes_to_the_next_once_however_many_sweeps_run() {
    let api = Api::new().await;
    let worker = api.app.worker("http://127.0.0.1:1");
    let freed = api.booked(api.medico_id(0), TUESDAY, "15:00", json!({})).await;
    let line = api.line(4, 1, json!({})).await;
    api.cancel(freed).await;
    assert_eq!(api.asked().await, line[..1]);
    for (round, minute) in ["12:31", "13:02"].iter().enumerate() {
        api.app.clock.set(format!("2026-11-30T{minute}:00Z").parse().unwrap());
        api.app.database.sql("update saida set estado = 'enviada' where estado = 'pendente'").await;
        let late = api.answering(line[round], "aceite").await;
        let mut sweeps = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let worker = worker.clone();
            sweeps.spawn(async move { reminders::sweep(&worker).await.unwrap().ofertas });
        }
        let answers = api.at_once(vec![late]).await;
        only(&answers, 409).expect_problem(409, "oferta_encerrada");
        sweeps.join_all().await;
        assert_eq!(api.asked().await, line[round + 1..round + 2], "one after the other");
    }
    // A no passes it on at once.
    api.answering(line[2], "recusa").await.send(&api.router).await.expect(200);
    assert_eq!(api.asked().await, line[3..]);
    let asked_twice = "select count(*) - count(distinct (lista_espera_id, o.medico_id, o.inicio_em))
                       from ofertas_espera e join ofertas o on o.id = e.oferta_id";
    assert_eq!(api.app.database.number(asked_twice).await, 0);
    assert_eq!(api.app.database.number("select count(*) from saida where chave like 'oferta:%'").await, 4);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_let_a_time_go_is_not_offered_it_also_when_it_is_passed_on() {
    let api = Api::new().await;
    let line = api.line(2, 1, json!({})).await;
    let paciente = api
        .app
        .database
        .number(&format!("select paciente_id from lista_espera where id = {}", line[1]))
        .await;
    let own = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({ "paciente_id": paciente })).await;
    let moved = api.booked(api.medico_id(0), TUESDAY, "10:00", json!({ "paciente_id": paciente })).await;
    api.cancel(own).await;
    assert_eq!(api.asked().await, line[..1]);
    api.answering(line[0], "recusa").await.send(&api.router).await.expect(200);
    assert!(api.asked().await.is_empty(), "the next in line is who called it off");
    api.staff("PATCH", &format!("/api/agendamentos/{moved}"), Some(json!({ "hora": "16:00" })))
        .await
        .expect(200);
    api.answering(line[0], "recusa").await.send(&api.router).await.expect(200);
    assert!(api.asked().await.is_empty());
    api.booked(api.medico_id(0), TUESDAY, "09:00", json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_times_freed_at_once_go_to_different_people_and_nobody_is_asked_twice() {
    let api = Api::new().await;
    let (one, two) = (api.medico_id(0), api.medico_id(1));
    let mut freed = Vec::new();
    for hour in ["09:00", "10:00", "11:00"] {
        freed.push(api.booked(one, TUESDAY, hour, json!({})).await);
        freed.push(api.booked(two, TUESDAY, hour, json!({})).await);
    }
    let line = api.line(8, 1, json!({ "medico_id": null })).await;
    let paciente = api
        .app
        .database
        .number(&format!("select paciente_id from lista_espera where id = {}", line[0]))
        .await;
    api.waits(paciente, json!({})).await;
    let mut requests = Vec::new();
    for id in freed {
        requests.push(api.request("POST", &format!("/api/agendamentos/{id}/cancelamento"), json!({})).await);
    }
    requests.push(api.request("DELETE", &format!("/api/lista-espera/{}", line[7]), json!({})).await);
    api.at_once(requests).await;
    assert_eq!(api.asked().await, line[..6]);
    let people = "select count(*) - count(distinct l.paciente_id) from ofertas_espera e
                  join lista_espera l on l.id = e.lista_espera_id join ofertas o on o.id = e.oferta_id where o.estado = 'aberta'";
    assert_eq!(api.app.database.number(people).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_time_is_kept_for_the_longest_visit_and_offered_only_to_those_it_fits() {
    let api = Api::new().await;
    let long = api.service_named("Longa", json!({ "duracao_minutos": 60 })).await;
    let longest = api.service_named("Muito longa", json!({ "duracao_minutos": 90 })).await;
    let freed = api.booked(api.medico_id(0), TUESDAY, "09:00", json!({ "duracao": 60 })).await;
    api.booked(api.medico_id(0), TUESDAY, "10:00", json!({})).await;
    let mut line = api.line(1, 5, json!({ "servico_id": longest })).await;
    let ana = api.person("Ana Curta", "11 97777-0101").await;
    let bia = api.person("Bia Longa", "11 97777-0102").await;
    line.push(api.waits(ana, json!({})).await);
    line.push(api.waits(bia, json!({ "servico_id": long })).await);
    api.cancel(freed).await;
    assert_eq!(api.asked().await, line[1..]);
    let inside = api.booking_of("Lia Reis", api.medico_id(0), TUESDAY, "09:30", json!({})).await;
    inside.send(&api.router).await.expect_problem(409, "horario_ocupado");
    let answers = api
        .at_once(vec![api.answering(line[1], "aceite").await, api.answering(line[2], "aceite").await])
        .await;
    only(&answers, 200);
    only(&answers, 409).expect_problem(409, "oferta_encerrada");
    api.sound().await;
}
