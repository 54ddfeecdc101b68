//! Nothing that every request reads grows without end, however many are made at once.

use std::collections::BTreeSet;

use jiff::civil::date;
use serde_json::{Value, json};
use shared::agenda::waiting;
use shared::db::agenda;
use shared::domain::feriados::{OwnDay, closed};
use shared::tenant::Tenant;
use shared::testing::Answer;

use super::counts;
use crate::{Api, TUESDAY};

impl Api {
    async fn tenant(&self) -> Tenant {
        let worker = self.app.worker("http://127.0.0.1:9");
        worker.tenants.by_instance(&self.app.clinic.instance).await.unwrap()
    }

    /// At most so many freed times gone on with, as a sweep does; how many there were.
    async fn goes_on(&self, most: usize) -> usize {
        let (tenant, now) = (self.tenant().await, self.app.now());
        let mut count = 0;
        while count < most
            && self.app.parts.db.in_tenant(&tenant, async |tx| waiting::go_on(tx, now).await).await.unwrap()
        {
            count += 1;
        }
        count
    }

    /// The same path asked with several bodies at once.
    async fn at_once_of(&self, path: &str, bodies: Vec<Value>) -> Vec<Answer> {
        let mut requests = Vec::new();
        for body in bodies {
            requests.push(self.request("POST", path, body).await);
        }
        self.at_once(requests).await
    }
}

/// So many were made, and all others refused for this.
fn made_and_refused(answers: &[Answer], made: usize, codigo: &str) {
    assert_eq!(counts(answers).get(&201), Some(&made), "{:?}", counts(answers));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status, &answer.json()["codigo"]), (409, &json!(codigo)), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_has_so_many_places_however_many_join_at_once() {
    let api = Api::new().await;
    for clinic in [&api.app.clinic, &api.app.other] {
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome) values ({0}, 'Sem Fone') returning id)
             insert into lista_espera (cliente_id, paciente_id) select {0}, id from p, generate_series(1, 1998)",
            clinic.id
        );
        api.app.database.sql(&sql).await;
    }
    let mut people = Vec::new();
    for at in 0..6 {
        people.push(
            api.person(
                &format!("Espera {}", ["A", "B", "C", "D", "E", "F"][at]),
                &format!("11 97777-00{at:02}"),
            )
            .await,
        );
    }
    let bodies = people.iter().map(|id| json!({ "paciente_id": id })).collect();
    made_and_refused(&api.at_once_of("/api/lista-espera", bodies).await, 2, "lista_de_espera_cheia");
    let other = &api.app.other;
    let theirs = json!({ "paciente_id": other.paciente });
    api.send(other, &other.secretaria, "POST", "/api/lista-espera", Some(theirs)).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_patient_waits_once_for_the_same_and_so_often_at_all() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let same = vec![json!({ "paciente_id": own.paciente, "periodo": "tarde" }); 5];
    made_and_refused(&api.at_once_of("/api/lista-espera", same).await, 1, "ja_existe");
    for clinic in [own, other] {
        let sql = format!(
            "insert into lista_espera (cliente_id, paciente_id, medico_id) select {}, {}, {} from generate_series(1, 17)",
            clinic.id, clinic.paciente, clinic.medico.id
        );
        api.app.database.sql(&sql).await;
    }
    let bodies = (1..=6).map(|day| json!({ "paciente_id": own.paciente, "dias": [day] })).collect();
    made_and_refused(&api.at_once_of("/api/lista-espera", bodies).await, 2, "lista_de_espera_cheia");
    // Who left may come again.
    let left = api
        .app
        .database
        .number(&format!("select max(id) from lista_espera where cliente_id = {}", own.id))
        .await;
    api.staff("DELETE", &format!("/api/lista-espera/{left}"), None).await.expect(204);
    let again = json!({ "paciente_id": own.paciente, "periodo": "noite" });
    api.staff("POST", "/api/lista-espera", Some(again)).await.expect(201);
    let theirs = json!({ "paciente_id": other.paciente, "periodo": "tarde" });
    api.send(other, &other.secretaria, "POST", "/api/lista-espera", Some(theirs)).await.expect(201);
}

#[tokio::test]
async fn whoever_frees_a_time_looks_at_so_many_and_nobody_behind_them_is_forgotten() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    let long = api.make("/api/servicos", json!({ "nome": "Exame", "duracao_minutos": 60 })).await;
    api.book(TUESDAY, "08:30").await.expect(201);
    // Far more than are looked at, none of whom the time fits; behind them one whom it does.
    for (clinic, servico) in [(own, long.to_string()), (other, "null".to_owned())] {
        let sql = format!(
            "with pessoas as (
               insert into pacientes (cliente_id, nome, telefone)
               select {0}, 'Espera ' || i, '+55119' || 60000000 + i from generate_series(1, 900) i returning id)
             insert into lista_espera (cliente_id, paciente_id, servico_id) select {0}, id, {servico} from pessoas order by id",
            clinic.id
        );
        api.app.database.sql(&sql).await;
    }
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    api.frees(TUESDAY, "08:00").await;
    let first = format!("select min(id) from lista_espera where cliente_id = {}", own.id);
    let looked =
        format!("select depois_de - ({first}) + 1 from vagas_a_oferecer where cliente_id = {}", own.id);
    let places = api.app.database.number(&looked).await;
    assert!((100..=200).contains(&places), "{places} in the request");
    assert_eq!(api.entry(&entry).await["oferta"], Value::Null);
    // The sweep is told, of this clinic alone.
    let due = format!(
        "select count(*) from hi_due_clientes('{}', 100) d where d in ({}, {})",
        api.app.now(),
        own.id,
        other.id
    );
    assert_eq!(api.app.database.number(&due).await, 1);
    assert_eq!(api.goes_on(1).await, 1);
    assert!(api.app.database.number(&looked).await > places, "it goes on where it stopped");
    let more = api.goes_on(20).await;
    assert!((3..=8).contains(&more), "{more} times");
    assert_eq!(api.entry(&entry).await["oferta"]["estado"], "aberta");
    assert_eq!(api.app.database.number("select count(*) from ofertas_espera").await, 1, "of both clinics");
    assert_eq!(api.app.database.number("select count(*) from vagas_a_oferecer").await, 0);
}

#[tokio::test]
async fn a_series_that_is_called_off_looks_at_the_line_no_more_than_one_visit_does() {
    let api = Api::new().await;
    let long = api.make("/api/servicos", json!({ "nome": "Exame", "duracao_minutos": 300 })).await;
    let sql = format!(
        "with pessoas as (
           insert into pacientes (cliente_id, nome, telefone)
           select {0}, 'Espera ' || i, '+55119' || 60000000 + i from generate_series(1, 150) i returning id)
         insert into lista_espera (cliente_id, paciente_id, servico_id) select {0}, id, {long} from pessoas order by id",
        api.app.clinic.id
    );
    api.app.database.sql(&sql).await;
    let ana = api.patient("Ana Lima", "11 98888-0001").await;
    let entry = api.wait(&ana, json!({})).await;
    let mut series = json!({ "frequencia": "semanal", "vezes": 4 });
    for (key, value) in api.booking(TUESDAY, "08:00").as_object().unwrap() {
        series[key] = value.clone();
    }
    let made = api.staff("POST", "/api/series", Some(series)).await.expect(201);
    let path = format!("/api/series/{}/cancelamento", made["serie_id"]);
    api.staff("POST", &path, Some(json!({}))).await.expect(200);
    // The first of the times was looked for to the end of the line, the others are the sweep's.
    assert_eq!(api.entry(&entry).await["oferta"]["data"], TUESDAY);
    assert_eq!(api.app.database.number("select count(*) from vagas_a_oferecer").await, 3);
    assert_eq!(api.goes_on(20).await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clinic_has_so_many_own_days_however_many_are_made_at_once() {
    let api = Api::new().await;
    for clinic in [&api.app.clinic, &api.app.other] {
        let sql = format!(
            "insert into feriados (cliente_id, dia, nome, fechado, anual)
             select {}, '2026-02-04', 'Dia ' || i, true, true from generate_series(1, 398) i",
            clinic.id
        );
        api.app.database.sql(&sql).await;
    }
    let day = |nth: usize| json!({ "dia": "2026-02-05", "nome": format!("Outro {nth}") });
    made_and_refused(&api.at_once_of("/api/feriados", (0..6).map(day).collect()).await, 2, "muitos_feriados");
    let other = &api.app.other;
    api.send(other, &other.secretaria, "POST", "/api/feriados", Some(day(9))).await.expect(201);
    let gone = format!("select max(id) from feriados where cliente_id = {}", api.app.clinic.id);
    let gone = api.app.database.number(&gone).await;
    api.staff("DELETE", &format!("/api/feriados/{gone}"), None).await.expect(204);
    api.staff("POST", "/api/feriados", Some(day(10))).await.expect(201);
}

#[tokio::test]
async fn of_the_own_days_those_of_the_dates_asked_about_are_read_and_close_them_as_all_would() {
    let api = Api::new().await;
    let rows = [
        ("2020-12-31", true),
        ("2020-01-02", true),
        ("2024-02-29", true),
        ("2021-07-09", true),
        ("2027-03-05", false),
        ("2020-03-05", false),
    ];
    for (dia, anual) in rows {
        for clinic in [&api.app.clinic, &api.app.other] {
            let sql = format!(
                "insert into feriados (cliente_id, dia, nome, fechado, anual) values ({}, '{dia}', 'Dia {dia}', true, {anual})",
                clinic.id
            );
            api.app.database.sql(&sql).await;
        }
    }
    let all: Vec<OwnDay> = rows.iter().map(|(dia, anual)| own_day(dia, *anual)).collect();
    let tenant = api.tenant().await;
    for (first, last, read) in [
        (date(2026, 12, 1), date(2026, 12, 1), 0),
        (date(2026, 12, 20), date(2027, 1, 10), 2),
        (date(2026, 12, 31), date(2026, 12, 31), 1),
        (date(2027, 1, 2), date(2027, 1, 2), 1),
        (date(2027, 2, 20), date(2027, 3, 10), 2),
        (date(2028, 2, 29), date(2028, 2, 29), 1),
        (date(2028, 2, 28), date(2028, 3, 1), 1),
        (date(2027, 6, 1), date(2027, 8, 1), 1),
        (date(2027, 3, 1), date(2028, 2, 29), 5),
        (date(2027, 1, 3), date(2029, 1, 1), 5),
    ] {
        let open =
            api.app.parts.db.in_tenant(&tenant, async |tx| agenda::open(tx, &[], (first, last), None).await);
        let found = open.await.unwrap().feriados;
        assert_eq!(found.len(), read, "{first} {last}");
        let own: Vec<OwnDay> = found.iter().map(|row| own_day(&row.dia.to_string(), row.anual)).collect();
        let mut day = first;
        while day <= last {
            let none = BTreeSet::new();
            assert_eq!(closed(day, &none, &own), closed(day, &none, &all), "{day}");
            day = day.tomorrow().unwrap();
        }
    }
}

fn own_day(dia: &str, anual: bool) -> OwnDay {
    OwnDay { day: dia.parse().unwrap(), name: format!("Dia {dia}"), closed: true, every_year: anual }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_has_so_many_patients_however_they_come_to_it() {
    let api = Api::new().await;
    let other = &api.app.other;
    for clinic in [&api.app.clinic, other] {
        let sql = format!(
            "insert into pacientes (cliente_id, nome, telefone) select {}, 'Pessoa ' || i, '+5511988887777' from generate_series(1, 48) i",
            clinic.id
        );
        api.app.database.sql(&sql).await;
    }
    let person = |nome: &str| json!({ "nome": nome, "telefone": "11 98888-7777" });
    let names = ["Ana Lima", "Bia Reis", "Caio Dias", "Davi Melo", "Eva Sousa"];
    let mut requests = Vec::new();
    for nome in names.iter().take(3) {
        requests.push(api.request("POST", "/api/pacientes", person(nome)).await);
    }
    let by_name = json!({ "paciente_telefone": "11 98888-7777" });
    for (nome, hora) in names.iter().skip(3).zip(["09:00", "10:00"]) {
        requests.push(api.booking_of(nome, api.medico_id(0), TUESDAY, hora, by_name.clone()).await);
    }
    made_and_refused(&api.at_once(requests).await, 2, "muitos_no_telefone");
    let change = Some(json!({ "telefone": "11 98888-7777" }));
    let path = format!("/api/pacientes/{}", api.app.clinic.paciente);
    api.staff("PATCH", &path, change).await.expect_problem(409, "muitos_no_telefone");
    // Whoever is there already is found, and the other clinic has its own.
    let known = api.booking_of("Pessoa 7", api.medico_id(0), TUESDAY, "11:00", by_name).await;
    known.send(&api.router).await.expect(201);
    api.send(other, &other.secretaria, "POST", "/api/pacientes", Some(person("Ana Lima"))).await.expect(201);
}

#[tokio::test]
async fn rows_that_were_united_fill_a_phone_in_the_end() {
    let api = Api::new().await;
    for (clinic, many) in [(&api.app.clinic, 199), (&api.app.other, 200)] {
        let sql = format!(
            "insert into pacientes (cliente_id, nome, telefone, ativo, fundido_em_id)
             select {0}, 'Pessoa ' || i, '+5511988887777', false, {1} from generate_series(1, {many}) i",
            clinic.id, clinic.paciente
        );
        api.app.database.sql(&sql).await;
    }
    let make = async |nome: &str| {
        api.staff("POST", "/api/pacientes", Some(json!({ "nome": nome, "telefone": "11 98888-7777" }))).await
    };
    make("Ana Lima").await.expect(201);
    make("Bia Reis").await.expect_problem(409, "muitos_no_telefone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_of_a_professional_has_so_many_encaixes_however_many_are_made_at_once() {
    let api = Api::new().await;
    let (own, other) = (&api.app.clinic, &api.app.other);
    for clinic in [own, other] {
        // The last two do not stand.
        let sql = format!(
            "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, encaixe, status, cancelado_em)
             select {}, {}, {}, '2026-12-01 12:00Z', '2026-12-01 12:30Z', true, case when i > 48 then 'cancelado' else 'agendado' end,
                    case when i > 48 then '2026-11-30 11:00Z'::timestamptz end
             from generate_series(1, 50) i",
            clinic.id, clinic.gestora.id, clinic.paciente
        );
        api.app.database.sql(&sql).await;
    }
    let squeezed = |data: &str, hora: &str| {
        let mut body = api.booking(data, hora);
        body["encaixe"] = json!(true);
        body
    };
    let bodies = (0..6).map(|at| squeezed(TUESDAY, &format!("{:02}:00", 9 + at))).collect();
    made_and_refused(&api.at_once_of("/api/agendamentos", bodies).await, 2, "muitos_encaixes");
    // Another day, another professional, a free time, another clinic.
    let elsewhere =
        api.staff("POST", "/api/agendamentos", Some(squeezed("2026-12-02", "09:00"))).await.expect(201);
    let mut colleague = squeezed(TUESDAY, "09:00");
    colleague["medico_id"] = json!(own.medico.id);
    api.staff("POST", "/api/agendamentos", Some(colleague)).await.expect(201);
    api.book(TUESDAY, "16:30").await.expect(201);
    let theirs = json!({ "medico_id": other.gestora.id, "data": TUESDAY, "hora": "09:00", "paciente_id": other.paciente, "encaixe": true });
    api.send(other, &other.secretaria, "POST", "/api/agendamentos", Some(theirs)).await.expect(201);
    // Nor by moving one, nor in a series; one that is there may move within its day.
    let path = format!("/api/agendamentos/{}", elsewhere["id"]);
    api.staff("PATCH", &path, Some(json!({ "data": TUESDAY }))).await.expect_problem(409, "muitos_encaixes");
    let mut series = json!({ "frequencia": "diaria", "vezes": 2 });
    for (key, value) in squeezed(TUESDAY, "15:00").as_object().unwrap() {
        series[key] = value.clone();
    }
    let made = api.staff("POST", "/api/series", Some(series)).await.expect(201);
    assert_eq!(
        (&made["recusados"][0]["motivo"], made["marcados"].as_array().unwrap().len()),
        (&json!("muitos_encaixes"), 1)
    );
    let there = format!(
        "select min(id) from agendamentos where cliente_id = {} and encaixe and status = 'agendado'",
        own.id
    );
    let there = api.app.database.number(&there).await;
    api.staff("PATCH", &format!("/api/agendamentos/{there}"), Some(json!({ "hora": "17:00" })))
        .await
        .expect(200);
}
