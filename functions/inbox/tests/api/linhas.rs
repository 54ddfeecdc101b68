//! A line of another system's on the same Evolution has the name of the clinic's: nothing is done with it, by whichever way.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shared::whatsapp::Content;

use crate::{Api, MARIA, PHONE};

const TEST: &str = "/api/whatsapp/teste";

impl Api {
    /// The clinic's name is free on our side and taken at Evolution.
    async fn is_not_its_own(&self) {
        let own = format!("update clientes set whatsapp_feita_em = null where id = {}", self.app.clinic.id);
        self.app.database.sql(&own).await;
        self.evolution.instance.lock().unwrap().state = Some("open");
    }

    async fn waiting(&self) -> String {
        let now = self.app.now();
        let query = format!(
            "select coalesce(string_agg(estado || ' ' || (proxima_em > '{now}') || ' ' || tentativas, ',' order by id), '') from saida where cliente_id = {}",
            self.app.clinic.id
        );
        self.app.database.text(&query).await
    }
}

#[tokio::test]
async fn nothing_leaves_through_a_line_that_is_not_the_clinics_and_its_phone_is_not_logged_out() {
    let api = Api::new().await;
    let (own, other) = (api.app.clinic.clone(), api.app.other.clone());
    api.is_not_its_own().await;
    let body = Some(json!({ "telefone": "(11) 98888-7777" }));
    // The first is asked with what is kept of the clinic, whatever that is.
    for _ in 0..2 {
        api.staff("POST", TEST, body.clone()).await.expect_problem(409, "conflito");
        let ended = api.send(&own, &own.gestora, "POST", "/api/whatsapp/desconexao", None).await;
        ended.expect_problem(409, "conflito");
    }
    assert_eq!(api.evolution.instance.lock().unwrap().asked, Vec::<String>::new());
    assert_eq!(api.evolution.instance.lock().unwrap().state, Some("open"), "the phone is somebody else's");
    assert_eq!(api.app.database.number("select count(*) from saida").await, 0);
    let theirs = api.send(&other, &other.secretaria, "POST", TEST, body).await;
    theirs.expect(201);
}

#[tokio::test]
async fn what_waits_for_a_line_stays_until_it_is_made_and_nobody_asks_for_it_meanwhile() {
    let api = Api::new().await;
    let id = api.patient(MARIA, "oi").await;
    let before = api.sent().len();
    api.is_not_its_own().await;
    api.answer(id, "Bom dia, Maria.").await;
    for _ in 0..3 {
        api.deliver().await;
        assert_eq!(
            (api.sent().len(), api.waiting().await),
            (before, "enviada false 1,pendente true 0".to_owned())
        );
    }
    let due = format!(
        "select count(*) from hi_due_clientes('{}', 99) due where due = {}",
        api.app.now(),
        api.app.clinic.id
    );
    assert_eq!(api.app.database.number(&due).await, 0, "not every minute");
    api.evolution.instance.lock().unwrap().state = None;
    api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await.expect(200);
    api.pass(16);
    api.deliver().await;
    assert_eq!(api.sent().last().map(String::as_str), Some("Bom dia, Maria."));
}

#[tokio::test]
async fn no_file_is_fetched_through_it_and_no_message_is_marked_as_read() {
    let api = Api::new().await;
    let picture = Content::Image { caption: None, media: None };
    api.handle(&api.inbound(&api.app.clinic, PHONE, picture)).await;
    let id = api.thread(PHONE).await;
    let page = api.get(&format!("/api/conversas/{id}/mensagens")).await;
    let sent =
        page["mensagens"].as_array().unwrap().iter().find(|one| one["tipo"] == "imagem").unwrap().clone();
    let path = format!("/api/conversas/{id}/mensagens/{}/arquivo", sent["id"]);
    api.is_not_its_own().await;
    // What is kept of a clinic for some seconds is found to be old by whatever is asked next.
    api.get("/api/whatsapp").await;
    for _ in 0..2 {
        api.staff("GET", &path, None).await.expect_problem(409, "conflito");
    }
    assert_eq!(api.fetched(), 0);
    // What the clinic's own gate once let in is kept, and answered when there is a line.
    *api.evolution.refuses.lock().unwrap() = Some(StatusCode::IM_A_TEAPOT);
    let thread = api.patient(PHONE, "quero marcar").await;
    assert!(api.evolution.refuses.lock().unwrap().is_some(), "nothing was sent");
    let told = api.get(&format!("/api/conversas/{thread}/mensagens")).await;
    assert_eq!(told["mensagens"][0]["estado"], Value::from("pendente"));
}
