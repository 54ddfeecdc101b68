//! What people write and what waits to leave: bounded, for the queue and the sweep are all clinics'.

use serde_json::json;
use shared::testing::{OwnQueue, Request};

use crate::{Api, MARIA, PHONE};

fn path(id: i64) -> String {
    format!("/api/conversas/{id}/mensagens")
}

#[tokio::test]
async fn who_delivers_is_nudged_once_however_often_a_key_comes() {
    let queue = OwnQueue::create().await;
    let api = Api::with(|parts| parts.with_queue(queue.sender())).await;
    let id = api.patient(PHONE, "Oi").await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let request = Request::new("POST", &api.app.clinic.host(), &path(id))
        .bearer(&token)
        .header("idempotency-key", "uma")
        .json(&json!({ "texto": "Já vejo para você" }));
    let first = request.send(&api.router).await.expect(201);
    assert_eq!(queue.take().await.len(), 1);
    for _ in 0..3 {
        assert_eq!(request.send(&api.router).await.expect(201), first);
    }
    assert!(queue.take().await.is_empty(), "nothing was written, and nobody has to deliver anything");
    assert_eq!(
        api.app.database.number("select count(*) from saida where texto = 'Já vejo para você'").await,
        1
    );
}

#[tokio::test]
async fn somebody_writes_so_many_messages_in_a_minute_and_a_clinic_so_many() {
    let api = Api::new().await;
    let (id, theirs) = (api.patient(PHONE, "Oi").await, api.patient(MARIA, "Oi").await);
    let write = async |id: i64| api.staff("POST", &path(id), Some(json!({ "texto": "Um instante" }))).await;
    // Half to each: one person has fifty that wait at most.
    for nth in 0..60 {
        write(if nth % 2 == 0 { id } else { theirs }).await.expect(201);
    }
    write(id).await.expect_problem(429, "muitas_tentativas");
    // A colleague goes on.
    let (clinic, body) = (&api.app.clinic, Some(json!({ "texto": "Oi" })));
    api.send(clinic, &clinic.gestora, "POST", &path(id), body).await.expect(201);
}

#[tokio::test]
async fn so_many_messages_wait_to_one_person_and_of_a_clinic() {
    let api = Api::new().await;
    let (id, theirs) = (api.patient(PHONE, "Oi").await, api.patient(MARIA, "Oi").await);
    let fill = async |thread: i64, all: i64| {
        api.app
            .database
            .sql(&format!(
                "insert into saida (cliente_id, conversa_id, destino, texto, proxima_em)
                 select c.cliente_id, c.id, c.jid, 'x', now() from conversas c, generate_series(1, {all}) where c.id = {thread}"
            ))
            .await;
    };
    let write = async |id: i64| api.staff("POST", &path(id), Some(json!({ "texto": "Oi" }))).await;
    fill(id, 49).await;
    write(id).await.expect(201);
    let problem = write(id).await.expect_problem(409, "muitas_mensagens_esperando");
    assert!(problem["detail"].as_str().unwrap().contains("50 mensagens desta conversa"), "{problem}");
    write(theirs).await.expect(201);
    // Somebody else's, whom nobody writes to any more.
    let third = api.patient("5534900000012", "Oi").await;
    fill(third, 2000).await;
    let problem = write(theirs).await.expect_problem(409, "muitas_mensagens_esperando");
    assert!(problem["detail"].as_str().unwrap().contains("2000 mensagens da clínica"), "{problem}");
    // Whoever is in danger is answered all the same.
    let urgent = |yes: bool| format!("update conversas set urgente = {yes} where id = {theirs}");
    api.app.database.sql(&urgent(true)).await;
    write(theirs).await.expect(201);
    api.app.database.sql(&urgent(false)).await;
    // What waits at one clinic is no other's.
    let other = &api.app.other;
    let inbound = api.inbound(other, PHONE, shared::whatsapp::Content::Text("Oi".to_owned()));
    api.handle(&inbound).await;
    let elsewhere = format!("select id from conversas where cliente_id = {}", other.id);
    let elsewhere = api.app.database.number(&elsewhere).await;
    let body = Some(json!({ "texto": "Oi" }));
    api.send(other, &other.secretaria, "POST", &path(elsewhere), body).await.expect(201);
    // Once they left there is room again.
    api.app.database.sql("update saida set estado = 'enviada'").await;
    write(id).await.expect(201);
}
