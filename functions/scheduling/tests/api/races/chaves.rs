//! `Idempotency-Key` on every POST that creates, sent several times at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    /// Every POST that creates: path, table, a body, another body.
    fn creating(&self) -> Vec<(&'static str, &'static str, Value, Value)> {
        let (one, paciente) = (self.medico_id(0), self.app.clinic.paciente);
        let booking = |hora: &str| self.body_of("Ana Lima", one, TUESDAY, hora, json!({}));
        let series = |hora: &str| {
            self.body_of("Ana Lima", one, TUESDAY, hora, json!({ "frequencia": "semanal", "vezes": 2 }))
        };
        let block = |fim: &str| json!({ "medico_id": one, "inicio": "2026-12-10T08:00", "fim": fim });
        vec![
            ("/api/agendamentos", "agendamentos", booking("09:00"), booking("10:00")),
            ("/api/series", "series", series("11:00"), series("14:00")),
            ("/api/bloqueios", "bloqueios", block("2026-12-10T09:00"), block("2026-12-10T10:00")),
            ("/api/pacientes", "pacientes", json!({ "nome": "Zoé Luz" }), json!({ "nome": "Zoé Paz" })),
            (
                "/api/lista-espera",
                "lista_espera",
                json!({ "paciente_id": paciente }),
                json!({ "paciente_id": paciente, "periodo": "manha" }),
            ),
            (
                "/api/servicos",
                "servicos",
                json!({ "nome": "Exame", "duracao_minutos": 30 }),
                json!({ "nome": "Outro", "duracao_minutos": 30 }),
            ),
            (
                "/api/recursos",
                "recursos",
                json!({ "nome": "Sala 1", "tipo": "sala" }),
                json!({ "nome": "Sala 2", "tipo": "sala" }),
            ),
            ("/api/convenios", "convenios", json!({ "nome": "Unimed" }), json!({ "nome": "Amil" })),
            (
                "/api/feriados",
                "feriados",
                json!({ "dia": "2026-12-09", "nome": "Padroeira" }),
                json!({ "dia": "2026-12-10", "nome": "Padroeira" }),
            ),
        ]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_creates_once_and_another_body_under_it_is_refused() {
    let api = Api::new().await;
    for (path, table, body, other) in api.creating() {
        let count = format!("select count(*) from {table}");
        let before = api.app.database.number(&count).await;
        let key = format!("chave-{table}");
        let mut requests = Vec::new();
        for _ in 0..6 {
            requests.push(api.request("POST", path, body.clone()).await.header("idempotency-key", &key));
        }
        let answers = api.at_once(requests).await;
        assert_eq!(counts(&answers), BTreeMap::from([(201, 6)]), "{path}");
        assert!(answers.iter().all(|answer| answer.json() == answers[0].json()), "{path}");
        assert_eq!(api.app.database.number(&count).await - before, 1, "{path}");
        let mut requests = Vec::new();
        for at in 0..4 {
            let body = if at % 2 == 0 { other.clone() } else { body.clone() };
            requests.push(api.request("POST", path, body).await.header("idempotency-key", &key));
        }
        let answers = api.at_once(requests).await;
        assert_eq!(counts(&answers), BTreeMap::from([(201, 2), (422, 2)]), "{path}");
        assert_eq!(api.app.database.number(&count).await - before, 1, "{path}");
        // Two bodies under one new key at once: one of them is the key's.
        let requests = vec![
            api.request("POST", path, other.clone()).await.header("idempotency-key", &format!("{key}-2")),
            api.request("POST", path, body.clone()).await.header("idempotency-key", &format!("{key}-2")),
        ];
        let answers = api.at_once(requests).await;
        assert!(
            answers.iter().all(|answer| [201, 409, 422].contains(&answer.status)),
            "{path} {:?}",
            counts(&answers)
        );
    }
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refusal_keeps_no_key_and_another_persons_key_is_another() {
    let api = Api::new().await;
    let one = api.medico_id(0);
    let first = api.booked(one, TUESDAY, "09:00", json!({})).await;
    let body = api.body_of("Ana Lima", one, TUESDAY, "09:00", json!({}));
    let keyed = |request: shared::testing::Request| request.header("idempotency-key", "k");
    keyed(api.request("POST", "/api/agendamentos", body.clone()).await)
        .send(&api.router)
        .await
        .expect_problem(409, "horario_ocupado");
    api.staff("POST", &format!("/api/agendamentos/{first}/cancelamento"), Some(json!({}))).await.expect(200);
    keyed(api.request("POST", "/api/agendamentos", body.clone()).await).send(&api.router).await.expect(201);
    let gestora = shared::testing::Request::new("POST", &api.app.clinic.host(), "/api/agendamentos")
        .bearer(&api.app.token(&api.app.clinic.gestora).await)
        .json(&body);
    keyed(gestora).send(&api.router).await.expect_problem(409, "horario_ocupado");
}
