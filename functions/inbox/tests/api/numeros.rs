//! Whose WhatsApp it is that was connected, who asked for a code, how often, and what a clinic of Meta's can't do here.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::db::conexoes::{self, Estado, Seen};
use shared::whatsapp::ConnectionState::{Closed, Open};

use crate::Api;

const TRAIL: &str =
    "select concat_ws(' ', acao, autor_tipo, antes ->> 'numero', depois ->> 'numero') from auditoria
    where alvo = 'whatsapp' order by id";

impl Api {
    async fn asks_for(&self, number: &str) -> shared::testing::Answer {
        self.staff("POST", "/api/whatsapp/conexao", Some(json!({ "numero": number }))).await
    }

    async fn alerts(&self) -> Vec<String> {
        let shown = self.get("/api/whatsapp").await;
        let alerts = shown["alertas"].as_array().unwrap();
        alerts.iter().map(|alert| format!("{}: {}", alert["tipo"], alert["texto"])).collect()
    }
}

#[tokio::test]
async fn the_number_the_clinic_has_is_connected_without_an_alarm() {
    let api = Api::new().await;
    api.asks_for("(11) 99999-0000").await.expect(200);
    api.line().state = Some("open");
    api.pass(1);
    api.told(Open).await;
    assert_eq!(api.alerts().await, [""; 0]);
    assert_eq!(
        api.app.database.texts(TRAIL).await,
        [
            "whatsapp_codigo_pedido secretaria 5511999990000",
            "whatsapp_conectado secretaria",
            "whatsapp_numero_conectado sistema 5511999990000"
        ]
    );
    // Down and up again, it is nothing new.
    for state in [Closed, Open] {
        api.pass(1);
        api.told(state).await;
    }
    assert_eq!(api.app.database.texts(TRAIL).await.len(), 3);
    assert_eq!(api.app.database.number("select count(*) from alertas").await, 0);
}

#[tokio::test]
async fn another_number_than_the_clinic_had_is_seen_by_the_clinic_and_kept_for_good() {
    let api = Api::new().await;
    api.told(Open).await;
    api.pass(1);
    api.told(Closed).await;
    api.pass(1);
    // Somebody scans the code with their own phone.
    for _ in 0..2 {
        api.told_of(Open, "5521977776666").await;
        api.pass(1);
    }
    let alerts = api.alerts().await;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert!(
        alerts[0].contains("numero") && alerts[0].contains("(21) 97777-6666, e não (11) 99999-0000"),
        "{alerts:?}"
    );
    let changed = "whatsapp_numero_trocado sistema 5511999990000 5521977776666";
    assert_eq!(
        api.app.database.texts(TRAIL).await,
        ["whatsapp_numero_conectado sistema 5511999990000", changed]
    );
    // The other clinic sees nothing of it.
    let other = api.app.other.clone();
    let theirs = api.send(&other, &other.gestora, "GET", "/api/whatsapp", None).await.expect(200);
    assert_eq!(theirs["alertas"], json!([]));
    assert_eq!(
        api.app
            .database
            .number(&format!("select count(*) from auditoria where cliente_id = {}", other.id))
            .await,
        0
    );
    // The clinic's own phone is back.
    api.told(Closed).await;
    api.pass(1);
    api.told(Open).await;
    assert_eq!(api.alerts().await, [""; 0]);
    assert_eq!(api.app.database.text("select coalesce(numero_esperado, '-') from conexoes").await, "-");
}

#[tokio::test]
async fn another_number_than_a_code_was_asked_for_is_told_too() {
    let api = Api::new().await;
    // The operator wrote no number down: only the question says who should come.
    api.app.database.sql("update clientes set whatsapp_numero = null").await;
    api.asks_for("(11) 98888-1111").await.expect(200);
    api.line().state = Some("open");
    api.pass(1);
    api.told_of(Open, "5511988882222").await;
    let alerts = api.alerts().await;
    assert!(alerts.len() == 1 && alerts[0].contains("(11) 98888-2222, e não (11) 98888-1111"), "{alerts:?}");
    let trail = api.app.database.texts(TRAIL).await;
    assert_eq!(trail.last().unwrap(), "whatsapp_numero_trocado sistema 5511988881111 5511988882222");
}

#[tokio::test]
async fn a_code_to_type_is_asked_for_a_few_times_an_hour_and_each_time_has_a_name() {
    let api = Api::new().await;
    for _ in 0..6 {
        api.asks_for("(11) 98888-1111").await.expect(200);
    }
    api.asks_for("(11) 98888-1111").await.expect_problem(429, "muitas_tentativas");
    // To scan one rings on nobody's phone, and another clinic asks for itself.
    api.staff("POST", "/api/whatsapp/conexao", Some(json!({}))).await.expect(200);
    let other = api.app.other.clone();
    let body = json!({ "numero": "(11) 98888-1111" });
    api.send(&other, &other.gestora, "POST", "/api/whatsapp/conexao", Some(body)).await.expect(200);
    let clinic = api.app.clinic.clone();
    let asked = format!(
        "select count(*) from auditoria where acao = 'whatsapp_codigo_pedido' and cliente_id = {} and autor_tipo = 'secretaria'
           and autor_id = {} and depois ->> 'numero' = '5511988881111'",
        clinic.id, clinic.secretaria.id
    );
    assert_eq!(api.app.database.number(&asked).await, 6);
}

#[tokio::test]
async fn who_was_dismissed_uses_up_no_code_and_no_test_of_the_clinics() {
    let api = Api::new().await;
    let (own, other) = (api.app.clinic.clone(), api.app.other.clone());
    api.app
        .database
        .sql(&format!("update secretarias set ativo = false where id = {}", own.secretaria.id))
        .await;
    let asks = [
        ("/api/whatsapp/conexao", json!({ "numero": "(11) 98888-1111" })),
        ("/api/whatsapp/teste", json!({ "telefone": "(11) 98888-1111" })),
    ];
    for (path, body) in &asks {
        for _ in 0..31 {
            api.staff("POST", path, Some(body.clone())).await.expect_problem(401, "nao_autenticado");
        }
    }
    for (clinic, (path, body)) in
        [&own, &other].into_iter().flat_map(|clinic| asks.iter().map(move |ask| (clinic, ask)))
    {
        let answer = api.send(clinic, &clinic.gestora, "POST", path, Some(body.clone())).await;
        assert!(answer.status < 300 || answer.status == 409, "{path}: {}", answer.status);
    }
}

/// A clinic's accounts know nothing of one another, and none is forgotten because another is used.
#[tokio::test]
async fn what_is_known_of_an_account_stays_while_the_clinic_uses_another() {
    let api = Api::new().await;
    api.told(Open).await;
    let missed = "2026-11-29T12:00:00Z";
    api.app.database.sql(&format!("update conexoes set recuperar_desde = '{missed}'")).await;
    let tenant = api.worker.tenants.by_instance(&api.app.clinic.instance).await.unwrap();
    let now = api.app.now();
    let seen = Seen { estado: Estado::Fechada, motivo: None, account: None, stamp: None, at: now };
    api.worker
        .db
        .in_tenant(&tenant, async |tx| {
            conexoes::enter(tx, "outra_linha", &seen).await?;
            conexoes::take_turn(tx, "outra_linha", now).await
        })
        .await
        .unwrap();
    let known = "select string_agg(concat_ws(' ', estado, numero, recuperar_desde is not null), ', ' order by numero) from conexoes";
    assert_eq!(api.app.database.text(known).await, "aberta 5511999990000 t, fechada f");
    let shown = api.get("/api/whatsapp").await;
    assert_eq!((&shown["situacao"], &shown["numero"]), (&json!("conectado"), &json!("(11) 99999-0000")));
}

#[tokio::test]
async fn a_clinic_tries_its_connection_twenty_times_a_day() {
    let api = Api::new().await;
    api.told(Open).await;
    let test = |phone: String| Some(json!({ "telefone": phone }));
    let path = "/api/whatsapp/teste";
    // Others ask at the same time, and the ten-minute limit is another test's.
    api.app
        .database
        .sql(&format!(
            "insert into saida (cliente_id, destino, texto, chave, proxima_em, estado)
             select {}, 'x', 'x', 'teste:2026-11-30:' || n, now(), 'enviada' from generate_series(1, 18) n",
            api.app.clinic.id
        ))
        .await;
    let (one, two) = tokio::join!(
        api.staff("POST", path, test("(11) 98888-7777".into())),
        api.staff("POST", path, test("(11) 98888-6666".into()))
    );
    one.expect(201);
    two.expect(201);
    let refused = api.staff("POST", path, test("(11) 98888-5555".into())).await;
    assert_eq!(refused.headers["retry-after"], "54000", "fifteen hours to midnight");
    refused.expect_problem(429, "limite_do_dia");
    assert_eq!(api.app.database.number("select count(*) from saida where chave like 'teste:%'").await, 20);
    // Another clinic has a day of its own, and tomorrow is another day.
    let other = api.app.other.clone();
    api.send(&other, &other.gestora, "POST", path, test("(11) 98888-7777".into())).await.expect(201);
    api.app.clock.set(api.app.now() + SignedDuration::from_hours(15));
    let again = api
        .send(&api.app.clinic, &api.app.clinic.gestora, "POST", path, test("(11) 98888-7777".into()))
        .await;
    again.expect(201);
}

#[tokio::test]
async fn a_clinic_at_meta_connects_ends_and_tries_nothing_here() {
    let api = Api::new().await;
    api.told(Open).await;
    let clinic = api.app.clinic.clone();
    let meta = format!(
        "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '{}' where id = {}",
        clinic.id, clinic.id
    );
    api.app.database.sql(&meta).await;
    let asked = api.line().asked.len();
    for (path, body) in [
        ("/api/whatsapp/conexao", Some(json!({}))),
        ("/api/whatsapp/conexao", Some(json!({ "numero": "(11) 99999-0000" }))),
        ("/api/whatsapp/desconexao", None),
        ("/api/whatsapp/teste", Some(json!({ "telefone": "(11) 98888-7777" }))),
    ] {
        let refused = api.send(&clinic, &clinic.gestora, "POST", path, body).await;
        assert!(refused.text.contains("Meta"), "{path}: {}", refused.text);
        refused.expect_problem(409, "conflito");
    }
    assert_eq!(api.line().asked.len(), asked, "Evolution hears of nothing");
    assert_eq!(api.app.database.number("select count(*) from saida").await, 0);
    // What the old instance still tells changes nothing.
    let before: Value = api.get("/api/whatsapp").await;
    api.pass(1);
    api.told_of(Open, "5521977776666").await;
    api.told(Closed).await;
    assert_eq!(
        api.app.database.text("select string_agg(estado || numero, ' ') from conexoes").await,
        "aberta5511999990000"
    );
    assert_eq!(api.get("/api/whatsapp").await["situacao"], before["situacao"]);
}
