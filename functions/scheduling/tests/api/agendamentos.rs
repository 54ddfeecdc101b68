//! Creating, reading and changing appointments.

use serde_json::json;
use shared::testing::Request;

use crate::{Api, TUESDAY};

#[tokio::test]
async fn a_booked_appointment_stands_in_the_agenda_of_its_day() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:30").await.expect(201);
    assert_eq!((made["data"].as_str(), made["hora"].as_str()), (Some(TUESDAY), Some("08:30")));
    assert_eq!(made["inicio_em"], "2026-12-01T11:30:00Z");
    assert_eq!((made["duracao"].as_i64(), made["status"].as_str()), (Some(30), Some("agendado")));
    assert_eq!(made["paciente_nome"], "Maria Souza");
    let listed =
        api.staff("GET", &format!("/api/agendamentos?de={TUESDAY}&ate={TUESDAY}"), None).await.expect(200);
    assert_eq!(listed["agendamentos"], json!([made]));
    let one = api.staff("GET", &format!("/api/agendamentos/{}", made["id"]), None).await.expect(200);
    assert_eq!(one, made);
    let history = format!(
        "select string_agg(acao || ':' || autor_tipo, ',') from historico where agendamento_id = {}",
        made["id"]
    );
    assert_eq!(api.app.database.text(&history).await, "criado:secretaria");
}

#[tokio::test]
async fn a_taken_time_answers_409_and_says_what_is_free_instead() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:30").await.expect(201);
    for hora in ["08:30", "08:15", "08:45"] {
        let problem = api.book(TUESDAY, hora).await.expect_problem(409, "horario_ocupado");
        let free: Vec<_> =
            problem["alternativas"].as_array().unwrap().iter().map(|slot| slot["hora"].clone()).collect();
        assert!(free.contains(&json!("08:00")) && free.contains(&json!("09:00")), "{free:?}");
        assert!(!problem.to_string().contains("Maria"), "who has the time is nobody's business");
    }
    api.book(TUESDAY, "09:00").await.expect(201);
}

#[tokio::test]
async fn what_the_agenda_does_not_offer_is_refused_with_alternatives() {
    let api = Api::new().await;
    for (data, hora) in [
        (TUESDAY, "07:30"),
        (TUESDAY, "11:45"),
        (TUESDAY, "13:00"),
        ("2026-12-05", "09:00"),
        ("2026-12-25", "09:00"),
        ("2026-11-30", "08:00"),
        ("2025-12-01", "08:00"),
    ] {
        let problem = api.book(data, hora).await.expect_problem(422, "horario_indisponivel");
        assert!(!problem["alternativas"].as_array().unwrap().is_empty(), "{data} {hora}");
    }
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 0);
}

#[tokio::test]
async fn an_encaixe_may_overlap_but_never_lie_in_the_past() {
    let api = Api::new().await;
    api.book(TUESDAY, "08:30").await.expect(201);
    let mut booking = api.booking(TUESDAY, "08:30");
    booking["encaixe"] = json!(true);
    let made = api.staff("POST", "/api/agendamentos", Some(booking.clone())).await.expect(201);
    assert_eq!(made["encaixe"], true);
    booking["data"] = json!("2026-11-27");
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect_problem(422, "horario_indisponivel");
}

#[tokio::test]
async fn moving_frees_the_old_time_and_takes_the_new_one() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:30").await.expect(201);
    let path = format!("/api/agendamentos/{}", made["id"]);
    let longer = api.staff("PATCH", &path, Some(json!({ "duracao": 60 }))).await.expect(200);
    assert_eq!((longer["hora"].as_str(), longer["duracao"].as_i64()), (Some("08:30"), Some(60)));
    let moved = api.staff("PATCH", &path, Some(json!({ "hora": "10:00", "duracao": 30 }))).await.expect(200);
    assert_eq!(moved["hora"], "10:00");
    api.book(TUESDAY, "08:30").await.expect(201);
    api.staff("PATCH", &path, Some(json!({ "hora": "08:30" }))).await.expect_problem(409, "horario_ocupado");
    let other = api.app.clinic.medico.id;
    let moved =
        api.staff("PATCH", &path, Some(json!({ "medico_id": other, "hora": "08:30" }))).await.expect(200);
    assert_eq!(moved["medico_id"], json!(other));
}

#[tokio::test]
async fn confirming_and_cancelling_may_be_repeated_and_cancelling_frees_the_time() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:30").await.expect(201);
    let path = |action: &str| format!("/api/agendamentos/{}/{action}", made["id"]);
    for _ in 0..2 {
        let row = api.staff("POST", &path("confirmacao"), Some(json!({}))).await.expect(200);
        assert_eq!(row["status"], "confirmado");
    }
    for _ in 0..2 {
        let row =
            api.staff("POST", &path("cancelamento"), Some(json!({ "motivo": "viagem" }))).await.expect(200);
        assert_eq!(row["status"], "cancelado");
    }
    api.staff("POST", &path("confirmacao"), Some(json!({})))
        .await
        .expect_problem(409, "mudanca_de_status_invalida");
    api.book(TUESDAY, "08:30").await.expect(201);
    let reminders =
        format!("select string_agg(estado, ',') from lembretes where agendamento_id = {}", made["id"]);
    assert_eq!(api.app.database.text(&reminders).await, "cancelado,cancelado");
}

#[tokio::test]
async fn a_repeated_request_with_one_key_has_one_effect_and_one_answer() {
    let api = Api::new().await;
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let host = api.app.clinic.host();
    let send = async |body: &serde_json::Value| {
        let request =
            Request::new("POST", &host, "/api/agendamentos").bearer(&token).header("idempotency-key", "k-1");
        request.json(body).send(&api.router).await
    };
    let booking = api.booking(TUESDAY, "08:30");
    let first = send(&booking).await.expect(201);
    assert_eq!(send(&booking).await.expect(201), first);
    let another = api.booking(TUESDAY, "10:00");
    send(&another).await.expect_problem(422, "chave_de_idempotencia_reutilizada");
    assert_eq!(api.app.database.number("select count(*) from agendamentos").await, 1);
}

#[tokio::test]
async fn a_refused_request_keeps_its_key_free() {
    let api = Api::new().await;
    let made = api.book(TUESDAY, "08:30").await.expect(201);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let request = Request::new("POST", &api.app.clinic.host(), "/api/agendamentos")
        .bearer(&token)
        .header("idempotency-key", "k-2")
        .json(&api.booking(TUESDAY, "08:30"));
    request.send(&api.router).await.expect_problem(409, "horario_ocupado");
    api.staff("POST", &format!("/api/agendamentos/{}/cancelamento", made["id"]), Some(json!({})))
        .await
        .expect(200);
    request.send(&api.router).await.expect(201);
}

#[tokio::test]
async fn the_list_is_paged_by_cursor_without_gaps() {
    let api = Api::new().await;
    for hora in ["08:00", "08:30", "09:00", "09:30", "10:00"] {
        api.book(TUESDAY, hora).await.expect(201);
    }
    let mut hours = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/agendamentos?de={TUESDAY}&limite=2{cursor}");
        let page = api.staff("GET", &path, None).await.expect(200);
        hours.extend(
            page["agendamentos"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["hora"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["proximo"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(hours, ["08:00", "08:30", "09:00", "09:30", "10:00"]);
}

#[tokio::test]
async fn wrong_fields_are_all_named_and_malformed_json_tells_its_position() {
    let api = Api::new().await;
    let body = json!({ "medico_id": api.app.clinic.gestora.id, "data": "01/12/2026", "hora": "8h" });
    let problem =
        api.staff("POST", "/api/agendamentos", Some(body)).await.expect_problem(422, "campos_invalidos");
    let fields: Vec<_> =
        problem["campos"].as_array().unwrap().iter().map(|field| field["campo"].clone()).collect();
    assert_eq!(fields, [json!("data"), json!("hora"), json!("paciente_id")]);
    let token = api.app.token(&api.app.clinic.secretaria).await;
    let request = Request::new("POST", &api.app.clinic.host(), "/api/agendamentos").bearer(&token);
    let problem = request.body("application/json", "{\n  \"medico_id\": }").send(&api.router).await;
    let problem = problem.expect_problem(400, "corpo_malformado");
    assert!(problem["detail"].as_str().unwrap().contains("linha 2, coluna"), "{problem}");
}
