//! What one login may make the others wait for: questions that read much, changes that hold agendas, blocks without end, phones without end.

use serde_json::{Value, json};
use shared::db::TenantTx;
use shared::tenant::Host;
use shared::testing::{Clinic, Person, setting};

use crate::{Api, TUESDAY};

/// Transactions of this database that wait for another.
const WAITING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
const REPORT: &str = "/api/relatorios/cancelamentos?de=2026-11-01&ate=2026-11-30";

#[tokio::test]
async fn one_heavy_question_of_a_clinic_is_answered_at_a_time_few_wait_and_another_clinic_waits_for_none() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let turn = format!("select pg_advisory_xact_lock(hashtextextended('pesada:{}', 0))", own.id);
    let held = api.app.database.hold(&turn).await;
    let ask = async |path: &'static str| api.staff("GET", path, None).await;
    let duplicates = "/api/pacientes/duplicados";
    let waits = async { tokio::join!(ask(REPORT), ask(REPORT), ask(REPORT), ask(duplicates)) };
    let refused = async {
        while api.app.database.number(WAITING).await < 4 {
            tokio::task::yield_now().await;
        }
        let refused = ask(REPORT).await;
        assert_eq!(refused.header("retry-after"), "2");
        refused.expect_problem(429, "uma_consulta_pesada");
        held.commit().await;
    };
    let ((a, b, c, d), ()) = tokio::join!(waits, refused);
    for waited in [a, b, c, d] {
        waited.expect(200);
    }
    let _held = api.app.database.hold(&turn).await;
    ask(REPORT).await.expect_problem(429, "uma_consulta_pesada");
    for path in [REPORT, duplicates] {
        api.send(other, &other.secretaria, "GET", path, None).await.expect(200);
    }
    // What reads little waits for nobody.
    api.staff("GET", "/api/pacientes?busca=maria", None).await.expect(200);
}

#[tokio::test]
async fn a_heavy_question_and_its_turn_have_seconds_and_no_more() {
    let api = Api::new().await;
    let app = &api.app;
    for clinic in [&app.clinic, &app.other] {
        let Host::Clinic(tenant) = app.parts.gate.tenants.by_host(Some(&clinic.host())).await.unwrap() else {
            panic!("a clinic");
        };
        let most = async |tx: &mut TenantTx| Ok(setting(tx, "statement_timeout").await);
        let db = &app.parts.db;
        assert_eq!(db.in_turn(&tenant, most).await.unwrap(), "6s");
        assert_eq!(db.in_turn_to_search(&tenant, most).await.unwrap(), "6s");
        assert_ne!(db.in_tenant(&tenant, most).await.unwrap(), "6s", "of what reads little");
    }
}

#[tokio::test]
async fn a_user_looks_at_so_many_reports_and_pages_of_duplicates_in_a_minute() {
    let api = Api::new().await;
    let clinic = &api.app.clinic;
    for (path, most) in [(REPORT, 240), ("/api/pacientes/duplicados", 20)] {
        for _ in 0..most {
            api.staff("GET", path, None).await.expect(200);
        }
        api.staff("GET", path, None).await.expect_problem(429, "muitas_tentativas");
        api.gestora("GET", path, None).await.expect(200);
        let other = &api.app.other;
        api.send(other, &other.secretaria, "GET", path, None).await.expect(200);
    }
    let csv = format!("{REPORT}&formato=csv");
    let table = api.send(clinic, &clinic.secretaria, "GET", &csv, None).await;
    assert_eq!(table.status, 200, "a table has a count of its own");
}

#[tokio::test]
async fn one_large_change_of_a_clinic_is_made_at_a_time_few_wait_and_who_books_waits_for_none() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let mut series = api.booking("2026-12-02", "14:00");
    (series["frequencia"], series["vezes"]) = (json!("semanal"), json!(2));
    let made = api.staff("POST", "/api/series", Some(series.clone())).await.expect(201);
    let turn = format!("select pg_advisory_xact_lock(hashtextextended('mudanca:{}', 0))", own.id);
    let held = api.app.database.hold(&turn).await;
    let rules = json!({ "dia_minutos": 180 });
    let of_own = format!("/api/medicos/{}/lembretes", own.medico.id);
    let tells = |medico: &Person| {
        let mut body = block(Some(medico));
        body["afetados"] = json!("avisar");
        body
    };
    let own_rules = async || api.medico("PATCH", &of_own, Some(rules.clone())).await;
    let waits = async {
        tokio::join!(
            api.staff("PATCH", "/api/lembretes", Some(rules.clone())),
            own_rules(),
            own_rules(),
            api.medico("POST", "/api/bloqueios", Some(tells(&own.medico)))
        )
    };
    let refused = async {
        while api.app.database.number(WAITING).await < 4 {
            tokio::task::yield_now().await;
        }
        let refused = own_rules().await;
        assert_eq!(refused.header("retry-after"), "2");
        refused.expect_problem(429, "mudanca_em_curso");
        held.commit().await;
    };
    let ((a, b, c, d), ()) = tokio::join!(waits, refused);
    for (waited, status) in [(a, 200), (b, 200), (c, 200), (d, 201)] {
        waited.expect(status);
    }
    let _held = api.app.database.hold(&turn).await;
    own_rules().await.expect_problem(429, "mudanca_em_curso");
    for person in [&own.gestora, &own.medico] {
        api.staff("POST", "/api/bloqueios", Some(tells(person)))
            .await
            .expect_problem(429, "mudanca_em_curso");
    }
    api.staff("POST", "/api/series", Some(series)).await.expect_problem(429, "mudanca_em_curso");
    let call_off = format!("/api/series/{}/cancelamento", made["serie_id"]);
    api.staff("POST", &call_off, Some(json!({}))).await.expect_problem(429, "mudanca_em_curso");
    api.send(other, &other.secretaria, "PATCH", "/api/lembretes", Some(rules.clone())).await.expect(200);
    api.send(other, &other.medico, "POST", "/api/bloqueios", Some(tells(&other.medico))).await.expect(201);
    // What holds nobody long waits for nobody.
    api.staff("POST", "/api/bloqueios", Some(block(Some(&own.gestora)))).await.expect(201);
    api.book(TUESDAY, "10:00").await.expect(201);
}

#[tokio::test]
async fn one_person_of_a_clinic_is_erased_at_a_time_so_many_in_ten_minutes_and_another_clinic_waits_for_none()
{
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let reason = json!({ "motivo": "pedido da pessoa" });
    let erase = async |clinic: &Clinic| {
        let path = format!("/api/pacientes/{}/anonimizacao", clinic.paciente);
        api.send(clinic, &clinic.gestora, "POST", &path, Some(reason.clone())).await
    };
    let turn = format!("select pg_advisory_xact_lock(hashtextextended('mudanca:{}', 0))", own.id);
    let held = api.app.database.hold(&turn).await;
    erase(own).await.expect_problem(429, "mudanca_em_curso");
    erase(other).await.expect(200);
    held.commit().await;
    // What was refused is counted: whoever insists waits.
    for _ in 1..20 {
        erase(own).await.expect(200);
    }
    erase(own).await.expect_problem(429, "muitas_tentativas");
    erase(other).await.expect(200);
}

#[tokio::test]
async fn a_user_changes_rules_and_moves_visits_so_often_in_ten_minutes_and_previews_so_often_in_one() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let mut tells = block(Some(&own.medico));
    tells["afetados"] = json!("avisar");
    let of_own = format!("/api/medicos/{}/lembretes", own.medico.id);
    let series = json!({ "frequencia": "semanal", "vezes": 2, "medico_id": own.medico.id, "data": TUESDAY, "hora": "09:00",
                         "paciente_nome": "Rui Sá", "encaixe": true });
    let asked = [
        ("POST", "/api/series", series, 40),
        ("PATCH", of_own.as_str(), json!({}), 20),
        ("POST", "/api/bloqueios", tells, 20),
        ("POST", "/api/bloqueios/previa", block(Some(&own.medico)), 30),
    ];
    for (method, path, body, most) in asked {
        let ask = async || api.medico(method, path, Some(body.clone())).await;
        for nth in 0..most {
            let answer = ask().await;
            assert!(answer.status < 300, "{path} {nth}: {}", answer.status);
        }
        ask().await.expect_problem(429, "muitas_tentativas");
        assert!(api.staff(method, path, Some(body.clone())).await.status < 300, "{path}: another user");
    }
    // What only blocks is not counted.
    api.medico("POST", "/api/bloqueios", Some(block(Some(&own.medico)))).await.expect(201);
    let path = format!("/api/medicos/{}/lembretes", other.medico.id);
    api.send(other, &other.medico, "PATCH", &path, Some(json!({}))).await.expect(200);
    // A clinic has twice as many, whoever asks.
    for person in [&own.secretaria, &own.gestora] {
        for _ in 0..9 {
            api.send(own, person, "PATCH", "/api/lembretes", Some(json!({}))).await.expect(200);
        }
    }
    api.staff("PATCH", "/api/lembretes", Some(json!({}))).await.expect(200);
    api.staff("PATCH", "/api/lembretes", Some(json!({}))).await.expect_problem(429, "muitas_tentativas");
}

/// Their token lives on for a while; what the clinic shares does not go with it.
#[tokio::test]
async fn who_was_dismissed_uses_up_no_large_change_of_the_clinics() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let ask = async |clinic: &Clinic, person: &Person| {
        api.send(clinic, person, "PATCH", "/api/lembretes", Some(json!({}))).await
    };
    for person in [&own.secretaria, &own.gestora] {
        let table = if person.id == own.gestora.id && person.gestor { "medicos" } else { "secretarias" };
        let works = |ativo: bool| format!("update {table} set ativo = {ativo} where id = {}", person.id);
        api.app.database.sql(&works(false)).await;
        for _ in 0..21 {
            ask(own, person).await.expect_problem(401, "nao_autenticado");
        }
        api.app.database.sql(&works(true)).await;
    }
    for _ in 0..20 {
        ask(own, &own.secretaria).await.expect(200);
    }
    ask(own, &own.secretaria).await.expect_problem(429, "muitas_tentativas");
    ask(other, &other.secretaria).await.expect(200);
}

/// Blocks of a professional, or of the whole clinic, a minute each, that end tomorrow.
async fn blocks(api: &Api, clinic: &Clinic, medico: Option<&Person>, count: i32) {
    let whose = medico.map_or_else(|| "null".to_owned(), |medico| medico.id.to_string());
    let sql = format!(
        "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em)
         select {}, {whose}, '2026-12-01 03:00-03', '2026-12-01 03:01-03' from generate_series(1, {count})",
        clinic.id
    );
    api.app.database.sql(&sql).await;
}

fn block(medico: Option<&Person>) -> Value {
    let medico = medico.map(|medico| medico.id);
    json!({ "medico_id": medico, "inicio": "2026-12-01T08:00", "fim": "2026-12-01T09:00" })
}

#[tokio::test]
async fn an_agenda_has_so_many_blocks_ahead_however_many_are_made_at_once() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    for (clinic, medico) in [(own, Some(&own.medico)), (own, None), (other, Some(&other.medico))] {
        blocks(&api, clinic, medico, 498).await;
    }
    // What is over is in nobody's way.
    let over = format!(
        "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em)
         select {}, {}, '2026-11-27 08:00-03', '2026-11-27 09:00-03' from generate_series(1, 499)",
        own.id, own.medico.id
    );
    api.app.database.sql(&over).await;
    let make = async || api.medico("POST", "/api/bloqueios", Some(block(Some(&own.medico)))).await.status;
    let mut statuses = <[_; 5]>::from(tokio::join!(make(), make(), make(), make(), make()));
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409, 409, 409]);
    let refused = api.medico("POST", "/api/bloqueios", Some(block(Some(&own.medico)))).await;
    refused.expect_problem(409, "muitos_bloqueios");
    // One that is over by now counts those since.
    let late = json!({ "medico_id": own.medico.id, "inicio": "2026-11-27T07:00", "fim": "2026-11-27T07:30" });
    api.medico("POST", "/api/bloqueios", Some(late)).await.expect_problem(409, "muitos_bloqueios");
    api.staff("POST", "/api/bloqueios", Some(block(Some(&own.gestora)))).await.expect(201);
    api.staff("POST", "/api/bloqueios", Some(block(None))).await.expect(201);
    api.send(other, &other.medico, "POST", "/api/bloqueios", Some(block(Some(&other.medico))))
        .await
        .expect(201);
    let gone = "select min(id) from bloqueios where medico_id is not null and fim_em > '2026-11-30'";
    let gone = api.app.database.number(gone).await;
    api.medico("DELETE", &format!("/api/bloqueios/{gone}"), None).await.expect(204);
    api.medico("POST", "/api/bloqueios", Some(block(Some(&own.medico)))).await.expect(201);
}

#[tokio::test]
async fn blocks_that_overlap_close_what_they_close_together_and_holidays_stay_holidays() {
    let api = Api::new().await;
    let (clinic, gestora) = (&api.app.clinic, &api.app.clinic.gestora);
    let sql = format!(
        "insert into bloqueios (cliente_id, medico_id, inicio_em, fim_em, tipo) values
           ({0}, {1}, '2026-12-01 08:00-03', '2026-12-01 09:30-03', 'reuniao'), ({0}, {1}, '2026-12-01 09:00-03', '2026-12-01 10:00-03', 'folga'),
           ({0}, null, '2026-12-01 10:00-03', '2026-12-01 10:30-03', 'bloqueio'), ({0}, {1}, '2026-12-01 11:30-03', '2026-12-01 23:00-03', 'bloqueio'),
           ({0}, {1}, '2026-12-02 00:00-03', '2026-12-03 00:00-03', 'ferias'), ({0}, {1}, '2026-12-02 09:00-03', '2026-12-02 10:00-03', 'bloqueio')",
        clinic.id, gestora.id
    );
    api.app.database.sql(&sql).await;
    let refused = async |hora: &str, data: &str| {
        let answer = api.book(data, hora).await;
        if answer.status == 201 { None } else { Some(answer.json()["detail"].as_str().unwrap().to_owned()) }
    };
    for hora in ["08:00", "09:30", "10:00", "11:30", "15:00"] {
        assert!(refused(hora, TUESDAY).await.is_some(), "{hora}");
    }
    assert_eq!(refused("10:30", TUESDAY).await, None);
    assert!(refused("09:00", "2026-12-02").await.unwrap().contains("férias"));
}

#[tokio::test]
async fn a_medico_writes_so_many_phones_in_a_day_and_who_keeps_the_agenda_as_many_as_there_are() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let body = |nth: i32| Some(json!({ "nome": "Rui Sá", "telefone": format!("11 95555-{nth:04}") }));
    for nth in 0..58 {
        api.medico("POST", "/api/pacientes", body(nth)).await.expect(201);
    }
    let book = |hora: &str, telefone: &str| {
        Some(
            json!({ "medico_id": own.medico.id, "data": TUESDAY, "hora": hora, "paciente_nome": "Rui Sá", "paciente_telefone": telefone }),
        )
    };
    // One the clinic has is counted like any other; a person without one costs nothing, nor does the phone of a patient of theirs.
    api.medico("POST", "/api/pacientes", body(3)).await.expect(201);
    api.medico("POST", "/api/pacientes", Some(json!({ "nome": "Rui Sá" }))).await.expect(201);
    api.medico("POST", "/api/agendamentos", book("09:00", "11 95555-0060")).await.expect(201);
    api.medico("POST", "/api/agendamentos", book("10:00", "11 95555-0060")).await.expect(201);
    api.medico("POST", "/api/agendamentos", book("11:00", "11 95555-0061"))
        .await
        .expect_problem(429, "muitas_tentativas");
    api.medico("POST", "/api/pacientes", body(62)).await.expect_problem(429, "muitas_tentativas");
    let visit = api.app.database.number("select min(paciente_id) from agendamentos").await;
    let change = Some(json!({ "telefone": "11 95555-0063" }));
    let path = format!("/api/pacientes/{visit}");
    api.medico("PATCH", &path, change.clone()).await.expect_problem(429, "muitas_tentativas");
    api.medico("PATCH", &path, Some(json!({ "telefone": null }))).await.expect(200);
    api.staff("PATCH", &path, change).await.expect(200);
    api.gestora("POST", "/api/pacientes", body(64)).await.expect(201);
    api.send(other, &other.medico, "POST", "/api/pacientes", body(65)).await.expect(201);
    api.medico("POST", "/api/pacientes", body(64)).await.expect_problem(429, "muitas_tentativas");
    let same = Some(json!({ "nome": "Bia Reis", "telefone": "11 95555-0063" }));
    api.medico("POST", "/api/pacientes", same).await.expect(201);
}
