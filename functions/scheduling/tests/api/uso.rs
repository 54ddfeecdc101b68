//! `GET /api/uso`, and what requests and bookings add to it.

use serde_json::json;
use shared::id::ClienteId;
use shared::ledger::counters::Sums;
use shared::testing::Request;

use crate::{Api, TUESDAY};

impl Api {
    async fn counters(&self, cliente: ClienteId) -> Sums {
        self.app.parts.gate.meter.flush().await;
        self.app.parts.ledger.counters(cliente, "2026-11").await.unwrap()
    }
}

#[tokio::test]
async fn a_booking_counts_once_by_its_channel_however_often_it_is_sent() {
    let api = Api::new().await;
    let (host, token) = (api.app.clinic.host(), api.app.token(&api.app.clinic.secretaria).await);
    let booking = api.booking(TUESDAY, "08:00");
    for _ in 0..3 {
        let request = Request::new("POST", &host, "/api/agendamentos").bearer(&token).json(&booking);
        request.header("idempotency-key", "uma").send(&api.router).await.expect(201);
    }
    api.staff("POST", "/api/agendamentos", Some(booking)).await.expect(409);
    let sums = api.counters(api.app.clinic.id).await;
    assert_eq!((sums["marcados_painel"], sums["requisicoes"]), (1, 4), "the refused one is a request too");
    assert_eq!(api.counters(api.app.other.id).await, Sums::new());
}

#[tokio::test]
async fn a_series_counts_each_of_its_visits_and_a_stranger_at_the_address_is_a_request() {
    let api = Api::new().await;
    for time in ["08:00", "09:00"] {
        api.staff("POST", "/api/agendamentos", Some(api.booking(TUESDAY, time))).await.expect(201);
    }
    let host = api.app.other.host();
    Request::new("GET", &host, "/api/publico/clinica").send(&api.router).await.expect(200);
    Request::new("GET", &host, "/api/pacientes").send(&api.router).await.expect(401);
    assert_eq!(api.counters(api.app.clinic.id).await["marcados_painel"], 2);
    let other = api.counters(api.app.other.id).await;
    assert_eq!(other["requisicoes"], 1, "who is not let in is not the clinic's request");
}

#[tokio::test]
async fn a_flush_begins_by_itself_when_much_waits_or_for_long() {
    let api = Api::new().await;
    let (host, path) = (api.app.clinic.host(), "/api/publico/clinica");
    let counted = async || {
        for _ in 0..200 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            let sums = api.app.parts.ledger.counters(api.app.clinic.id, "2026-11").await.unwrap();
            if let Some(sum) = sums.get("requisicoes") {
                return *sum;
            }
        }
        0
    };
    Request::new("GET", &host, path).send(&api.router).await.expect(200);
    api.app.clock.set(api.app.now() + jiff::SignedDuration::from_secs(20));
    Request::new("GET", &host, path).send(&api.router).await.expect(200);
    assert_eq!(counted().await, 2);
}

#[tokio::test]
async fn a_gestor_reads_the_own_months_the_running_one_and_the_limits_and_nobody_else_does() {
    let api = Api::new().await;
    let (own, other) = (api.app.clinic.id, api.app.other.id);
    api.app
        .database
        .sql(&format!(
            "insert into uso_mensal (cliente_id, mes, mensagens_recebidas, medido_em) values
               ({own}, '2026-09-01', 7, now()), ({own}, '2026-10-01', 8, now()), ({other}, '2026-10-01', 99, now());
             insert into custos_mensais values ({own}, '2026-10-01', 123456);
             update planos set limite_agendamentos_mes = 10, limite_mensagens_mes = null, limite_profissionais = 5,
               ia_permitida = true, limite_ia_turnos_mes = 7 where nome = 'basico'"
        ))
        .await;
    api.staff("POST", "/api/agendamentos", Some(api.booking(TUESDAY, "08:00"))).await.expect(201);
    api.counters(own).await;
    let read = api.gestora("GET", "/api/uso", None).await.expect(200);
    let months: Vec<_> = read["meses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["mes"], &one["mensagens_recebidas"]))
        .collect();
    assert_eq!(months, [(&json!("2026-10-01"), &json!(8)), (&json!("2026-09-01"), &json!(7))]);
    assert_eq!((&read["agora"]["mes"], &read["agora"]["marcados_painel"]), (&json!("2026-11"), &json!(1)));
    let limits = json!([
        { "limite": "agendamentos", "usado": 0, "maximo": 10, "excedente_centavos": null },
        { "limite": "profissionais", "usado": 2, "maximo": 5, "excedente_centavos": null },
        { "limite": "unidades", "usado": 1, "maximo": 1, "excedente_centavos": null },
        { "limite": "turnos", "usado": 0, "maximo": 7, "excedente_centavos": null }
    ]);
    assert_eq!(read["limites"], limits, "the visit is in December");
    assert!(!read.to_string().contains("custo"), "what it costs the platform is not the clinic's");
    let one = api.gestora("GET", "/api/uso?meses=1", None).await.expect(200);
    assert_eq!(one["meses"].as_array().unwrap().len(), 1);
    for wrong in ["0", "25", "x", "-1", ""] {
        let path = format!("/api/uso?meses={wrong}");
        api.gestora("GET", &path, None).await.expect_problem(422, "campos_invalidos");
    }
    api.staff("GET", "/api/uso", None).await.expect_problem(403, "sem_permissao");
    api.medico("GET", "/api/uso", None).await.expect_problem(403, "sem_permissao");
    let theirs = api.send(&api.app.other, &api.app.other.gestora, "GET", "/api/uso", None).await.expect(200);
    assert_eq!(theirs["meses"][0]["mensagens_recebidas"], 99);
    let table = format!("select 1 from uso_mensal where cliente_id <> {own}");
    assert_eq!(
        api.app.database.sql_as("hi_app", Some(own.to_string().parse().unwrap()), &table).await,
        Ok(0)
    );
}
