//! Nothing that every request reads grows without end, however many are made at once.

use serde_json::{Value, json};
use shared::testing::Answer;

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    /// The same path asked with several bodies at once.
    async fn at_once_of(&self, path: &str, bodies: Vec<Value>) -> Vec<Answer> {
        let mut requests = Vec::new();
        for body in bodies {
            requests.push(self.request("POST", path, body).await);
        }
        self.at_once(requests).await
    }
}

/// So many were made, and all others refused for this.
fn made_and_refused(answers: &[Answer], made: usize, codigo: &str) {
    assert_eq!(counts(answers).get(&201), Some(&made), "{:?}", counts(answers));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status, &answer.json()["codigo"]), (409, &json!(codigo)), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_of_a_professional_has_so_many_encaixes_however_many_are_made_at_once() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    for clinic in [own, other] {
        // The last two do not stand.
        let sql = format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, encaixe, status, cancelado_em)
             select {}, {}, {}, '2026-12-01 12:00Z', '2026-12-01 12:30Z', true, case when i > 48 then 'cancelado' else 'agendado' end,
                    case when i > 48 then '2026-11-30 11:00Z'::timestamptz end
             from generate_series(1, 50) i",
            clinic.id, clinic.gestora.id, clinic.paciente
        );
        api.app.database.sql(&sql).await;
    }
    let squeezed = |data: &str, hora: &str| {
        let mut body = api.booking(data, hora);
        body["encaixe"] = json!(true);
        body
    };
    let bodies = (0..6).map(|at| squeezed(TUESDAY, &format!("{:02}:00", 9 + at))).collect();
    made_and_refused(&api.at_once_of("/api/agendamentos", bodies).await, 2, "muitos_encaixes");
    // Another day, another professional, a free time, another clinic.
    let elsewhere =
        api.staff("POST", "/api/agendamentos", Some(squeezed("2026-12-02", "09:00"))).await.expect(201);
    let mut colleague = squeezed(TUESDAY, "09:00");
    colleague["medico_id"] = json!(own.medico.id);
    api.staff("POST", "/api/agendamentos", Some(colleague)).await.expect(201);
    api.book(TUESDAY, "16:30").await.expect(201);
    let theirs = json!({ "medico_id": other.gestora.id, "data": TUESDAY, "hora": "09:00", "paciente_id": other.paciente, "encaixe": true });
    api.send(other, &other.secretaria, "POST", "/api/agendamentos", Some(theirs)).await.expect(201);
    // Nor by moving one, nor in a series; one that is there may move within its day.
    let path = format!("/api/agendamentos/{}", elsewhere["id"]);
    api.staff("PATCH", &path, Some(json!({ "data": TUESDAY }))).await.expect_problem(409, "muitos_encaixes");
    let mut series = json!({ "frequencia": "diaria", "vezes": 2 });
    for (key, value) in squeezed(TUESDAY, "15:00").as_object().unwrap() {
        series[key] = value.clone();
    }
    let made = api.staff("POST", "/api/series", Some(series)).await.expect(201);
    assert_eq!(
        (&made["recusados"][0]["motivo"], made["marcados"].as_array().unwrap().len()),
        (&json!("muitos_encaixes"), 1)
    );
    let there = format!(
        "select min(id) from agendamentos where cliente_id = {} and encaixe and status = 'agendado'",
        own.id
    );
    let there = api.app.database.number(&there).await;
    api.staff("PATCH", &format!("/api/agendamentos/{there}"), Some(json!({ "hora": "17:00" })))
        .await
        .expect(200);
}
