//! What a clinic's plan allows in a month, whoever books and however.

use serde_json::{Value, json};
use shared::testing::Answer;

use crate::{Api, TUESDAY};

/// Named in the refusal, with what to do.
fn expect_limit(answer: &Answer, most: i64) {
    let problem = answer.expect_problem(409, "limite_do_plano");
    assert_eq!(problem["limite"], json!({ "nome": "agendamentos", "maximo": most }));
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&format!("{most} agendamentos por mês")) && detail.contains("mude de plano"),
        "{detail}"
    );
}

impl Api {
    async fn plan_of(&self, most: i64) {
        self.app
            .database
            .sql(&format!("update planos set limite_agendamentos_mes = {most} where nome = 'basico'"))
            .await;
    }

    async fn step(&self, made: &Value, step: &str, body: Value) -> Answer {
        self.staff("POST", &format!("/api/agendamentos/{}/{step}", made["id"]), Some(body)).await
    }
}

#[tokio::test]
async fn of_many_who_book_at_once_as_many_get_in_as_the_plan_has() {
    let api = Api::new().await;
    api.plan_of(3).await;
    let hours = ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"];
    let book = |hora: &'static str| {
        let medico = if hora.ends_with("30") { &api.app.clinic.medico } else { &api.app.clinic.gestora };
        // Two professionals, so that no lock of one makes them queue.
        let body = json!({ "medico_id": medico.id });
        api.book_with(TUESDAY, hora, body)
    };
    let [one, two, three, four, five, six] = hours.map(book);
    let answers: [Answer; 6] = tokio::join!(one, two, three, four, five, six).into();
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        expect_limit(refused, 3);
    }
    let (clinic, other) = (&api.app.clinic, &api.app.other);
    let count = format!("select count(*) from agendamentos where cliente_id = {}", clinic.id);
    assert_eq!(api.app.database.number(&count).await, 3);
    // Another month has room, and so has another clinic of the same plan.
    api.book("2027-01-05", "08:00").await.expect(201);
    let body = json!({ "medico_id": other.gestora.id, "data": TUESDAY, "hora": "08:00", "paciente_id": other.paciente });
    api.send(other, &other.secretaria, "POST", "/api/agendamentos", Some(body)).await.expect(201);
}

#[tokio::test]
async fn what_is_called_off_gives_room_and_needs_it_again() {
    let api = Api::new().await;
    api.plan_of(1).await;
    let first = api.book(TUESDAY, "08:00").await.expect(201);
    expect_limit(&api.book(TUESDAY, "09:00").await, 1);
    api.step(&first, "cancelamento", json!({})).await.expect(200);
    let second = api.book(TUESDAY, "09:00").await.expect(201);
    let again =
        api.staff("POST", &format!("/api/agendamentos/{}/reativacao", first["id"]), Some(json!({}))).await;
    expect_limit(&again, 1);
    // Within its month it moves; into one that is full it does not, and stays where it was.
    let path = format!("/api/agendamentos/{}", second["id"]);
    api.staff("PATCH", &path, Some(json!({ "hora": "10:00" }))).await.expect(200);
    let january = api.book("2027-01-05", "08:00").await.expect(201);
    let path = format!("/api/agendamentos/{}", january["id"]);
    expect_limit(&api.staff("PATCH", &path, Some(json!({ "data": TUESDAY, "hora": "11:00" }))).await, 1);
    assert_eq!(api.staff("GET", &path, None).await.expect(200)["data"], json!("2027-01-05"));
    api.plan_of(2).await;
    api.staff("PATCH", &path, Some(json!({ "data": TUESDAY, "hora": "11:00" }))).await.expect(200);
}

#[tokio::test]
async fn a_series_is_booked_as_far_as_the_plan_goes_and_says_why_not_further() {
    let api = Api::new().await;
    api.plan_of(2).await;
    let mut body = api.booking(TUESDAY, "09:00");
    (body["frequencia"], body["vezes"]) = (json!("semanal"), json!(6));
    let made = api.staff("POST", "/api/series", Some(body.clone())).await.expect(201);
    let days: Vec<&Value> = made["marcados"].as_array().unwrap().iter().map(|one| &one["data"]).collect();
    assert_eq!(days, ["2026-12-01", "2026-12-08", "2027-01-05"]);
    assert!(made.to_string().contains("limite_do_plano"), "{made}");
    body["vezes"] = json!(2);
    body["hora"] = json!("10:00");
    expect_limit(&api.staff("POST", "/api/series", Some(body)).await, 2);
}

/// Plans do not concern patients: they are told to speak with the clinic, and nothing of them is lost.
#[tokio::test]
async fn a_visitor_is_told_to_speak_with_the_clinic() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    api.plan_of(1).await;
    let token = api.kept(&servico, "09:00").await;
    api.book(TUESDAY, "15:00").await.expect(201);
    api.ask_code(&token, "Joana Lima", "(11) 98888-7777").await.expect(202);
    let code = api.code().await;
    let problem = api.finish(&token, &code).await.expect_problem(422, "horario_indisponivel");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("fale com a clínica") && !detail.contains("plano"), "{detail}");
    api.plan_of(2).await;
    api.finish(&token, &code).await.expect(201);
}

/// What a patient asked for or was offered before the month was full is booked by nobody once it is, and waits for room.
#[tokio::test]
async fn a_request_and_an_offer_wait_for_room() {
    let api = Api::new().await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let token = api.kept(&servico, "09:00").await;
    api.ask_code(&token, "Carla Dias", "11 97777-0001").await.expect(202);
    api.finish(&token, &api.code().await).await.expect(201);
    let ana = api.patient("Ana Lima", "11 97777-0002").await;
    let waits = api.wait(&ana, json!({})).await;
    api.frees(TUESDAY, "15:00").await;
    assert_eq!(api.entry(&waits).await["oferta"]["estado"], "aberta");
    let listed = api.staff("GET", "/api/pedidos", None).await.expect(200);
    let request = format!("/api/pedidos/{}/aprovacao", listed["pedidos"][0]["id"]);
    let offer = format!("/api/lista-espera/{waits}/aceite");
    api.plan_of(0).await;
    for path in [&request, &offer] {
        expect_limit(&api.staff("POST", path, Some(json!({}))).await, 0);
    }
    api.plan_of(2).await;
    for path in [&request, &offer] {
        api.staff("POST", path, Some(json!({}))).await.expect(200);
    }
    expect_limit(&api.book(TUESDAY, "10:00").await, 2);
}

/// A visit that took place is one, whatever is made of it afterwards.
#[tokio::test]
async fn what_is_called_off_after_it_began_counts() {
    let api = Api::new().await;
    api.plan_of(1).await;
    let made = api.book(TUESDAY, "09:00").await.expect(201);
    api.app.clock.set("2026-12-01T12:10:00Z".parse().unwrap());
    api.step(&made, "cancelamento", json!({})).await.expect(200);
    expect_limit(&api.book(TUESDAY, "15:00").await, 1);
    let used = api.gestora("GET", "/api/uso", None).await.expect(200)["limites"][0].clone();
    assert_eq!((&used["limite"], &used["usado"]), (&json!("agendamentos"), &json!(1)));
}
