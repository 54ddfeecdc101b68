//! What a code of the public page proves, for how long and of what; which starts a stranger may keep; and the page without Redis.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::cache::Cache;
use shared::secrecy::SecretString;
use shared::testing::Request;

use crate::attacks::phone;
use crate::{Api, TUESDAY};

impl Api {
    /// A visitor's kept time, and the code that was sent for it.
    async fn kept_and_sent(&self, servico: &Value, hora: &str) -> (String, String) {
        let token = self.kept(servico, hora).await;
        self.ask_code(&token, "Carla Dias", &phone(self)).await.expect(202);
        (token, self.code().await)
    }

    async fn count(&self, rows: &str) -> i64 {
        self.app.database.number(&format!("select count(*) from {rows}")).await
    }
}

#[tokio::test]
async fn whoever_repeats_a_confirmation_hears_the_same_however_often_and_late() {
    let api = Api::new().await;
    let booked = api.service(json!({})).await;
    let asked = api.service(json!({ "nome": "Exame", "aprovacao": true })).await;
    for (servico, hora, situacao, later) in [
        (booked, "09:00", "marcado", "2026-11-30T12:30:00Z"),
        (asked, "10:00", "aguardando", "2026-11-30T13:30:00Z"),
    ] {
        let (token, code) = api.kept_and_sent(&servico, hora).await;
        let done = api.finish(&token, &code).await.expect(201);
        assert_eq!((&done["situacao"], &done["hora"]), (&json!(situacao), &json!(hora)));
        for time in 0..8 {
            assert_eq!(api.finish(&token, &code).await.expect(201), done, "{time}");
        }
        // By now neither what was kept nor the code would be good for anything new.
        api.app.clock.set(later.parse().unwrap());
        assert_eq!(api.finish(&token, &code).await.expect(201), done);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        api.finish(&token, wrong).await.expect_problem(422, "codigo_incorreto");
    }
    assert_eq!(api.count("agendamentos").await, 1);
    assert_eq!(api.count("reservas where tipo = 'pedido' and estado = 'aberta'").await, 1);
    assert_eq!(api.count("pacientes where nome = 'Carla Dias'").await, 1);
}

#[tokio::test]
async fn a_repeated_code_tells_what_became_of_the_request() {
    let api = Api::new().await;
    let servico = api.service(json!({ "aprovacao": true })).await;
    let mut proofs = Vec::new();
    for (hora, answer, status) in [("09:00", "aprovacao", 200), ("10:00", "recusa", 200)] {
        let (token, code) = api.kept_and_sent(&servico, hora).await;
        api.finish(&token, &code).await.expect(201);
        let id = api.app.database.number("select max(id) from reservas where tipo = 'pedido'").await;
        let path = format!("/api/pedidos/{id}/{answer}");
        assert_eq!(api.staff("POST", &path, None).await.status, status);
        proofs.push((token, code));
    }
    let approved = api.finish(&proofs[0].0, &proofs[0].1).await.expect(201);
    assert_eq!((&approved["situacao"], &approved["hora"]), (&json!("marcado"), &json!("09:00")));
    api.finish(&proofs[1].0, &proofs[1].1).await.expect_problem(409, "reserva_vencida");
    assert_eq!(api.count("agendamentos").await, 1);
}

#[tokio::test]
async fn a_repeated_code_makes_no_patient_of_the_name_that_was_put_right() {
    let api = Api::new().await;
    let booked = api.service(json!({})).await;
    let asked = api.service(json!({ "nome": "Exame", "aprovacao": true })).await;
    for (servico, hora) in [(booked, "09:00"), (asked, "10:00")] {
        let (token, code) = api.kept_and_sent(&servico, hora).await;
        let done = api.finish(&token, &code).await.expect(201);
        let id = api.app.database.number("select max(id) from pacientes where nome = 'Carla Dias'").await;
        api.staff("PATCH", &format!("/api/pacientes/{id}"), Some(json!({ "nome": "Carla Dias Prado" })))
            .await
            .expect(200);
        assert_eq!(api.finish(&token, &code).await.expect(201), done);
        assert_eq!(api.count("pacientes where nome = 'Carla Dias'").await, 0, "{hora}");
    }
}

#[tokio::test]
async fn a_code_that_comes_after_the_time_was_let_go_books_nothing() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let (token, code) = api.kept_and_sent(&servico, "09:00").await;
    api.app.clock.set("2026-11-30T13:00:00Z".parse().unwrap());
    api.finish(&token, &code).await.expect_problem(409, "reserva_vencida");
    assert_eq!(api.count("agendamentos").await, 0);
    assert_eq!(api.count("pacientes where nome = 'Carla Dias'").await, 0);
    api.book(TUESDAY, "09:00").await.expect(201);
}

#[tokio::test]
async fn a_code_proves_only_the_time_it_was_sent_for() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let (token, code) = api.kept_and_sent(&servico, "09:00").await;
    let mut other = json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": TUESDAY, "hora": "10:00" });
    other["token"] = json!(token);
    api.visit("POST", "/api/publico/reservas", Some(other)).await.expect(201);
    // Somebody who looks at the phone saw a code, not what it is for: the other time is proven by a code of its own.
    api.finish(&token, &code).await.expect_problem(422, "codigo_incorreto");
    let (apart, _) = api.kept_and_sent(&servico, "11:00").await;
    api.finish(&apart, &code).await.expect_problem(422, "codigo_incorreto");
    assert_eq!(api.count("agendamentos").await, 0);
    api.ask_code(&token, "Carla Dias", &phone(&api)).await.expect(202);
    assert_eq!(api.finish(&token, &api.code().await).await.expect(201)["hora"], "10:00");
}

#[tokio::test]
async fn a_token_is_unknown_at_another_clinics_address() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let (token, code) = api.kept_and_sent(&servico, "09:00").await;
    let unknown = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let elsewhere = async |method: &str, token: &str, path: &str| {
        let path = format!("/api/publico/reservas/{token}{path}");
        let body = json!({ "nome": "Carla Dias", "telefone": phone(&api), "codigo": code });
        let request = Request::new(method, &api.app.other.host(), &path).json(&body);
        let answer = request.send(&api.router).await;
        (answer.status, answer.text.replace(token, ""))
    };
    for (method, path, status) in
        [("POST", "/codigo", 404), ("POST", "/agendamento", 404), ("DELETE", "", 204)]
    {
        let answer = elsewhere(method, &token, path).await;
        assert_eq!(answer.0, status, "{path}");
        assert_eq!(answer, elsewhere(method, unknown, path).await);
    }
    assert_eq!(api.count("saida").await, 1, "the code of the own clinic, and no other");
    assert_eq!(api.finish(&token, &code).await.expect(201)["situacao"], "marcado");
}

#[tokio::test]
async fn what_is_not_free_is_not_kept() {
    let api = Api::new().await;
    let servico = api.service(json!({})).await;
    let block = json!({ "medico_id": api.app.clinic.gestora.id, "inicio": "2026-12-02T08:00", "fim": "2026-12-02T12:00" });
    api.staff("POST", "/api/bloqueios", Some(block)).await.expect(201);
    api.book(TUESDAY, "08:00").await.expect(201);
    let ask = async |data: &str, hora: &str| {
        let body = json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": data, "hora": hora });
        api.visit("POST", "/api/publico/reservas", Some(body)).await
    };
    for (data, hora, detail) in [
        ("2026-11-30", "08:30", "Esse horário já passou."),
        ("2026-11-30", "09:30", "Esse horário está perto demais para marcar por aqui."),
        ("2027-03-01", "09:00", "A agenda ainda não está aberta para essa data."),
        ("2026-12-02", "09:00", "O profissional não atende nesse horário."),
        (TUESDAY, "11:45", "A consulta não cabe no horário de atendimento desse dia."),
        ("2026-12-05", "09:00", "Não há atendimento nesse dia."),
        (TUESDAY, "09:10", "Por aqui se marca só nos horários oferecidos."),
        ("2026-12-25", "09:00", "É feriado (Natal)."),
    ] {
        let problem = ask(data, hora).await.expect_problem(422, "horario_indisponivel");
        assert_eq!(problem["detail"], detail, "{data} {hora}");
    }
    let taken = ask(TUESDAY, "08:00").await.expect_problem(409, "horario_ocupado");
    assert_eq!(api.count("reservas").await, 0);
    // The first that is free, and the last day that is open.
    let free = &taken["alternativas"][0];
    ask(free["data"].as_str().unwrap(), free["hora"].as_str().unwrap()).await.expect(201);
    ask("2026-11-30", "10:00").await.expect(201);
    ask("2027-02-26", "09:00").await.expect(201);
}

#[tokio::test]
async fn what_a_visitor_is_offered_is_kept_whatever_the_grid() {
    let api = Api::new().await;
    // After it free time begins beside every mark.
    api.book_with(TUESDAY, "08:10", json!({ "duracao": 25 })).await.expect(201);
    for (grade, passo) in [("relogio", 45), ("periodo", 20), ("dia", 50), ("otimizada", 40)] {
        let servico = api.service(json!({ "nome": grade, "grade": grade, "passo_minutos": passo })).await;
        let path = format!("/api/publico/horarios-disponiveis?data={TUESDAY}&servico_id={servico}");
        let path = format!("{path}&medico_id={}", api.app.clinic.gestora.id);
        let offered = api.public(&path).await["horarios"].clone();
        let mut body =
            json!({ "medico_id": api.app.clinic.gestora.id, "servico_id": servico, "data": TUESDAY });
        for hora in offered.as_array().unwrap().iter().take(5) {
            body["hora"] = hora.clone();
            let kept = api.visit("POST", "/api/publico/reservas", Some(body.clone())).await.expect(201);
            body["token"] = kept["token"].clone();
        }
        let gone = format!("/api/publico/reservas/{}", body["token"].as_str().unwrap());
        assert_eq!(api.visit("DELETE", &gone, None).await.status, 204);
    }
}

/// The same system in a process that has no Redis.
fn without_redis(api: &mut Api) {
    let parts = &api.app.parts;
    let cache = Cache::lazy(&SecretString::from("redis://127.0.0.1:1")).unwrap();
    let (db, ledger, verifier) = (parts.db.clone(), parts.ledger.clone(), parts.gate.verifier.clone());
    let domains = ["localhost".to_owned()];
    let clock = Arc::clone(&parts.clock);
    let parts = shared::parts::HttpParts::new(db, cache, ledger, verifier, &domains, clock);
    api.router = scheduling::router(parts);
}

#[tokio::test]
async fn without_redis_the_page_answers_and_counts_more_strictly() {
    let mut api = Api::new().await;
    let servico = api.service(json!({})).await;
    without_redis(&mut api);
    let day = format!("horarios-disponiveis?data={TUESDAY}&servico_id={servico}");
    for path in ["clinica", "servicos", "medicos", "convenios", &day] {
        api.public(&format!("/api/publico/{path}")).await;
    }
    let (token, code) = api.kept_and_sent(&servico, "09:00").await;
    assert_eq!(api.finish(&token, &code).await.expect(201)["situacao"], "marcado");
    // A fourth of what all processes together allow, and no less for another clinic's visitors.
    for _ in 0..6 {
        assert_eq!(api.visit("DELETE", "/api/publico/reservas/nada", None).await.status, 204);
    }
    let limited = api.visit("DELETE", "/api/publico/reservas/nada", None).await;
    limited.expect_problem(429, "muitas_tentativas");
    assert!(!limited.header("retry-after").is_empty());
    let elsewhere = Request::new("DELETE", &api.app.other.host(), "/api/publico/reservas/nada");
    assert_eq!(elsewhere.send(&api.router).await.status, 204);
    api.app.clock.set("2026-11-30T13:00:00Z".parse().unwrap());
    assert_eq!(api.visit("DELETE", "/api/publico/reservas/nada", None).await.status, 204);
}

/// The codes of a clinic leave by its own number: however many sources ask, and whatever happened to Redis, they are few.
#[tokio::test]
async fn without_redis_the_codes_of_a_clinic_are_fewer_from_however_many_sources() {
    let mut api = Api::new().await;
    let servico = api.service(json!({})).await;
    let other = &api.app.other;
    let body = json!({ "nome": "Consulta" });
    let made = api.send(other, &other.gestora, "POST", "/api/servicos", Some(body)).await;
    let theirs = made.expect(201)["id"].clone();
    without_redis(&mut api);
    let token = api.kept(&servico, "09:00").await;
    let ask = async |host: &str, token: &str, nth: u32| {
        let body = json!({ "nome": "Ana Lima", "telefone": format!("11 97777-1{nth:03}") });
        let path = format!("/api/publico/reservas/{token}/codigo");
        let asked = Request::new("POST", host, &path).from_address(&api.network(nth));
        asked.json(&body).send(&api.router).await
    };
    // A fourth of the sixty that all processes together allow.
    for nth in 0..15 {
        assert_eq!(ask(&api.app.clinic.host(), &token, nth).await.status, 202, "{nth}");
    }
    for nth in 15..18 {
        let limited = ask(&api.app.clinic.host(), &token, nth).await;
        limited.expect_problem(429, "muitos_codigos");
        assert_eq!(limited.header("retry-after"), "3600");
    }
    assert_eq!(api.messages().await.len(), 15);
    let other = &api.app.other;
    let body =
        json!({ "medico_id": other.gestora.id, "servico_id": theirs, "data": TUESDAY, "hora": "09:00" });
    let kept =
        Request::new("POST", &other.host(), "/api/publico/reservas").json(&body).send(&api.router).await;
    let kept = kept.expect(201);
    assert_eq!(ask(&other.host(), kept["token"].as_str().unwrap(), 20).await.status, 202);
}

/// What was remembered of the clinic in Redis is no way round what Postgres says of it now.
#[tokio::test]
async fn without_redis_a_suspended_clinic_is_suspended_and_one_that_paid_is_not() {
    let mut api = Api::new().await;
    api.staff("GET", "/api/medicos", None).await.expect(200);
    without_redis(&mut api);
    let set = async |value: &str| {
        let set = format!("update clientes set suspenso_em = {value} where id = {}", api.app.clinic.id);
        api.app.database.sql(&set).await;
    };
    set("now()").await;
    api.staff("GET", "/api/medicos", None).await.expect_problem(402, "clinica_suspensa");
    let other = &api.app.other;
    api.send(other, &other.secretaria, "GET", "/api/medicos", None).await.expect(200);
    set("null").await;
    // A refusal is remembered for some seconds.
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(2));
    api.staff("GET", "/api/medicos", None).await.expect(200);
}
