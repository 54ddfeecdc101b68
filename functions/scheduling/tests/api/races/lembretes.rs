//! Reminders against moves and cancellations.

use serde_json::json;

use crate::Api;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_visit_moved_while_reminders_go_out_is_reminded_of_once_for_its_new_time() {
    let api = Api::new().await;
    let worker = api.app.worker("http://127.0.0.1:1");
    let paciente = api.app.clinic.paciente;
    let mut ids = Vec::new();
    for hour in ["09:00", "10:00", "11:00", "14:00"] {
        ids.push(api.booked(api.medico_id(0), "2026-12-03", hour, json!({ "paciente_id": paciente })).await);
    }
    // All were told that they are booked.
    api.app.clock.set("2026-11-30T12:01:00Z".parse().unwrap());
    assert_eq!(reminders::sweep(&worker).await.unwrap().lembretes, 4);
    api.app.database.sql("update saida set estado = 'enviada', chave = null").await;
    // The reminder of the first two is due; while it is written they are moved, one called off.
    api.app.clock.set("2026-12-02T13:30:00Z".parse().unwrap());
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let worker = worker.clone();
        sweeps.spawn(async move { reminders::sweep(&worker).await.unwrap().lembretes });
    }
    let requests = vec![
        api.request("PATCH", &format!("/api/agendamentos/{}", ids[0]), json!({ "data": "2026-12-10" })).await,
        api.request("POST", &format!("/api/agendamentos/{}/cancelamento", ids[1]), json!({})).await,
        api.request("PATCH", &format!("/api/agendamentos/{}", ids[3]), json!({ "hora": "15:00" })).await,
    ];
    for answer in api.at_once(requests).await {
        answer.expect(200);
    }
    sweeps.join_all().await;
    let early = api.app.database.number("select count(*) from saida where chave like 'lembrete:%'").await;
    assert!(early <= 2, "each at most once: {early}");
    let armed = format!(
        "select enviar_em = '2026-12-09 09:00-03' and estado = 'pendente' from lembretes where tipo = 'vespera' and agendamento_id = {}",
        ids[0]
    );
    assert_eq!(api.app.database.text(&armed).await, "true");
    // Later, all that is due goes out once; nothing for what was called off.
    for at in ["2026-12-02T18:10:00Z", "2026-12-09T12:10:00Z"] {
        api.app.clock.set(at.parse().unwrap());
        let mut sweeps = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let worker = worker.clone();
            sweeps.spawn(async move { reminders::sweep(&worker).await.unwrap().lembretes });
        }
        sweeps.join_all().await;
    }
    let new_time =
        "select count(*) from saida where texto like '%amanhã, 10/12%' and chave like 'lembrete:%'";
    assert_eq!(api.app.database.number(new_time).await, 1);
    let doubled = "select count(*) - count(distinct chave) from saida where chave like 'lembrete:%'";
    assert_eq!(api.app.database.number(doubled).await, 0);
    let pending =
        format!("select count(*) from lembretes where estado = 'pendente' and agendamento_id = {}", ids[1]);
    assert_eq!(api.app.database.number(&pending).await, 0);
    api.sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reminder_that_has_not_left_goes_with_the_time_it_speaks_of() {
    let api = Api::new().await;
    let worker = api.app.worker("http://127.0.0.1:1");
    let paciente = api.app.clinic.paciente;
    let moved = api.booked(api.medico_id(0), "2026-12-03", "09:00", json!({ "paciente_id": paciente })).await;
    let called_off =
        api.booked(api.medico_id(0), "2026-12-03", "10:00", json!({ "paciente_id": paciente })).await;
    api.app.clock.set("2026-12-02T13:30:00Z".parse().unwrap());
    // WhatsApp does not answer: both wait in the outbox.
    reminders::sweep(&worker).await.unwrap();
    let waiting = "select count(*) from saida where chave like 'lembrete:%' and estado = 'pendente'";
    assert_eq!(api.app.database.number(waiting).await, 2);
    api.staff("PATCH", &format!("/api/agendamentos/{moved}"), Some(json!({ "data": "2026-12-10" })))
        .await
        .expect(200);
    api.staff("POST", &format!("/api/agendamentos/{called_off}/cancelamento"), Some(json!({})))
        .await
        .expect(200);
    assert_eq!(api.app.database.number(waiting).await, 0);
}
