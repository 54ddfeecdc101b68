//! How much a visit's history may hold, and how much of it is told.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{Api, TUESDAY};

impl Api {
    async fn history_of(&self, visit: &Value, query: &str) -> Value {
        let path = format!("/api/agendamentos/{}/historico{query}", visit["id"]);
        self.staff("GET", &path, None).await.expect(200)
    }

    /// So many changes of a visit that were made some hours ago, each with a mark.
    async fn changed_before(&self, visit: &Value, count: u32, hours: u32) {
        let sql = format!(
            "insert into historico (cliente_id, agendamento_id, em, acao, canal, autor_tipo, autor_id, antes, depois)
             select cliente_id, id, timestamptz '{}' - interval '{hours} hours', 'remarcado', 'painel', 'secretaria', {}, '{{}}',
                    jsonb_build_object('nota', n)
             from agendamentos, generate_series(1, {count}) n where id = {}",
            self.app.now(),
            self.app.clinic.secretaria.id,
            visit["id"]
        );
        self.app.database.sql(&sql).await;
    }
}

#[tokio::test]
async fn staff_changes_a_visit_fifty_times_in_a_day_and_may_always_call_it_off() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "14:00").await.expect(201);
    let other = api.book(TUESDAY, "11:00").await.expect(201);
    // Of the fifty, the booking is one.
    api.changed_before(&made, 47, 2).await;
    let hours = ["14:30", "15:00", "15:30"];
    for hora in &hours[..2] {
        api.patch(&made, json!({ "hora": hora })).await.expect(200);
    }
    let refused = api.patch(&made, json!({ "hora": hours[2] })).await;
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(wait, 22 * 3600);
    let problem = refused.expect_problem(429, "muitas_mudancas");
    assert!(problem["detail"].as_str().unwrap().contains("Espere 22 horas"), "{problem}");
    let seen = api.staff("GET", &format!("/api/agendamentos/{}", made["id"]), None).await.expect(200);
    assert_eq!((&seen["hora"], &seen["versao"]), (&json!("15:00"), &json!(3)), "it was undone");
    // What changes nothing, and notes, are no change; other visits and the other clinic go on.
    api.patch(&made, json!({ "hora": "15:00", "observacoes": "ligou" })).await.expect(200);
    api.patch(&other, json!({ "hora": "11:30" })).await.expect(200);
    let clinic = &api.app.other;
    let booking = json!({ "medico_id": clinic.gestora.id, "data": TUESDAY, "hora": "08:00", "paciente_id": clinic.paciente });
    let theirs =
        api.send(clinic, &clinic.secretaria, "POST", "/api/agendamentos", Some(booking)).await.expect(201);
    let path = format!("/api/agendamentos/{}", theirs["id"]);
    api.send(clinic, &clinic.secretaria, "PATCH", &path, Some(json!({ "hora": "08:30" }))).await.expect(200);
    // Called off it may be, and then it does not stand again today.
    api.act(&made, "cancelamento").await.expect(200);
    api.act(&made, "reativacao").await.expect_problem(429, "muitas_mudancas");
    api.app.clock.set(api.app.now() + SignedDuration::from_hours(23));
    api.act(&made, "reativacao").await.expect(200);
}

#[tokio::test]
async fn an_arrival_that_is_said_and_taken_back_is_counted() {
    let api = Api::new().await;
    let made = api.book("2026-11-30", "10:00").await.expect(201);
    api.changed_before(&made, 49, 1).await;
    api.act(&made, "chegada").await.expect_problem(429, "muitas_mudancas");
    // It goes on: what leads to an end is never refused.
    api.act(&made, "inicio").await.expect(200);
}

#[tokio::test]
async fn a_history_is_told_in_pages_the_last_changes_first_and_taken_along_up_to_a_thousand() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:00").await.expect(201);
    let all = api.history_of(&made, "").await;
    assert_eq!((all["historico"].as_array().unwrap().len(), &all["proximo"]), (1, &Value::Null));
    api.changed_before(&made, 399, 30).await;
    let notes = |page: &Value| {
        let rows = page["historico"].as_array().unwrap();
        let note = |row: &Value| row["depois"]["nota"].as_i64();
        (rows.len(), note(&rows[0]), note(&rows[rows.len() - 1]))
    };
    let last = api.history_of(&made, "").await;
    assert_eq!(notes(&last), (200, Some(200), Some(399)));
    let first = api.history_of(&made, &format!("?cursor={}", last["proximo"].as_str().unwrap())).await;
    assert_eq!((notes(&first), &first["proximo"]), ((200, None, Some(199)), &Value::Null));
    let path = format!("/api/agendamentos/{}/historico?cursor=x", made["id"]);
    api.staff("GET", &path, None).await.expect_problem(422, "campos_invalidos");

    let path = format!("/api/pacientes/{}/exportacao", api.app.clinic.paciente);
    let copy = async || api.staff("GET", &path, None).await.expect(200)["agendamentos"][0].clone();
    let whole = copy().await;
    assert_eq!((notes(&whole), &whole["historico_incompleto"]), ((400, None, Some(399)), &json!(false)));
    api.changed_before(&made, 601, 30).await;
    let some = copy().await;
    assert_eq!((notes(&some), &some["historico_incompleto"]), ((1000, Some(1), Some(601)), &json!(true)));
}
