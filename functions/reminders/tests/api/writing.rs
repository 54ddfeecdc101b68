//! A clinic in which nothing ends, and how often one phone is written to.

use jiff::SignedDuration;
use jiff::civil::{Date, date, time};
use reminders::sweep;
use shared::agenda::Audience;
use shared::agenda::change::{Move, reschedule};
use shared::db::agendamentos::Agendamento;
use shared::parts::WorkerParts;
use shared::testing::{Clinic, TestApp};

use crate::delivery::evolution;
use crate::rules::{STAFF, booked, told};
use crate::sent::said_of;
use crate::system;

/// A patient of a clinic, a visit on Thursday at an hour, and its reminder, due since a minute of Wednesday, 10h in São Paulo.
async fn due(app: &TestApp, clinic: &Clinic, telefone: &str, (hour, minute): (u8, u8)) {
    let (id, medico) = (clinic.id, clinic.gestora.id);
    let sql = format!(
        "with p as (insert into pacientes (cliente_id, nome, telefone) values ({id}, 'Rui Sá', '+{telefone}') returning id),
         a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               select {id}, {medico}, p.id, t, t + interval '30 minutes' from p, (values (timestamptz '2026-12-03 {hour}:00-03')) v(t) returning id)
         insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
         select {id}, a.id, 'vespera', '2026-12-02 10:{minute:02}-03' from a"
    );
    app.database.sql(&sql).await;
}

const STUCK: &str = "5511955550001";
const WRITTEN: &str = "select destino from saida order by destino";

#[tokio::test]
async fn a_clinic_in_which_nothing_ends_keeps_nobody_waiting_and_comes_last_the_next_time() {
    let app = TestApp::new().await;
    let (url, asked) = evolution();
    let worker = app.worker(&url);
    due(&app, &app.clinic, STUCK, (9, 0)).await;
    due(&app, &app.clinic, "5511955550002", (10, 1)).await;
    due(&app, &app.other, "5511955550003", (9, 2)).await;
    // Whoever opens the thread of the first waits for this transaction.
    let held = app
        .database
        .hold(&format!(
            "insert into conversas (cliente_id, contato, telefone, jid) values ({}, '{STUCK}', '+{STUCK}', '{STUCK}')",
            app.clinic.id
        ))
        .await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let swept = sweep(&worker).await.unwrap();
    assert_eq!((swept.lembretes, swept.enviadas), (1, 1));
    assert!(asked.lock().unwrap()[0].contains(&app.other.instance));
    due(&app, &app.other, "5511955550004", (10, 3)).await;
    let order = "select hi_due_clientes::text from hi_due_clientes('2026-12-02 13:06Z', 9)";
    let (stuck, other) = (app.clinic.id.to_string(), app.other.id.to_string());
    assert_eq!(
        app.database.texts(order).await,
        [other.clone(), stuck.clone()],
        "due since before the other's"
    );
    // Now one at a time: what does not end is put off, and what waited behind it is written.
    for (minutes, written) in [(1, 1), (1, 1)] {
        app.clock.set(app.now() + SignedDuration::from_mins(minutes));
        assert_eq!(sweep(&worker).await.unwrap().lembretes, written);
    }
    let reached = app.database.texts(WRITTEN).await;
    assert_eq!(reached, ["5511955550002", "5511955550003", "5511955550004"]);
    drop(held);
    app.clock.set(app.now() + SignedDuration::from_mins(16));
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1, "late rather than never");
    assert!(app.database.texts(WRITTEN).await.contains(&STUCK.to_owned()));
    app.clock.set(app.now() + SignedDuration::from_mins(31));
    due(&app, &app.clinic, "5511955550005", (11, 0)).await;
    due(&app, &app.other, "5511955550006", (11, 1)).await;
    let later = format!("select hi_due_clientes::text from hi_due_clientes('{}', 9)", app.now());
    assert_eq!(app.database.texts(&later).await, [stuck, other], "half an hour later it has its place again");
}

#[tokio::test]
async fn few_of_who_did_not_come_are_written_to_in_one_sweep_and_all_in_the_end() {
    let (app, worker) = system().await;
    for (clinic, count) in [(&app.clinic, 7), (&app.other, 2)] {
        let sql = format!(
            "with p as (insert into pacientes (cliente_id, nome, telefone)
                        select {id}, 'Rui Sá', '+551195555100' || n from generate_series(1, {count}) n returning id),
             a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, status, encaixe)
                   select {id}, {medico}, p.id, '2026-11-30 08:00-03', '2026-11-30 08:30-03', 'faltou', true from p returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) select {id}, a.id, 'falta', '2026-11-30 09:00-03' from a",
            id = clinic.id,
            medico = clinic.medico.id
        );
        app.database.sql(&sql).await;
    }
    let mut swept = Vec::new();
    for _ in 0..3 {
        app.clock.set(app.now() + SignedDuration::from_mins(1));
        swept.push(sweep(&worker).await.unwrap().lembretes);
    }
    assert_eq!(swept, [7, 2, 0], "five and two, then the other two");
    assert_eq!(
        app.database.number("select count(distinct destino) from saida where chave like 'falta:%'").await,
        7
    );
}

const AGAIN: &str = "update lembretes set estado = 'pendente', vez = vez + 1 where estado = 'falhou'";

#[tokio::test]
async fn a_phone_is_reminded_ten_times_a_day_at_each_clinic_and_what_is_beyond_does_not_count_as_sent() {
    let (app, worker) = system().await;
    for (clinic, count) in [(&app.clinic, 12), (&app.other, 1)] {
        let sql = format!(
            "with a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, encaixe)
                        select {id}, {medico}, {paciente}, '2026-12-03 15:00-03', '2026-12-03 15:30-03', true
                        from generate_series(1, {count}) returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) select {id}, a.id, 'vespera', '2026-12-02 10:00-03' from a",
            id = clinic.id,
            medico = clinic.medico.id,
            paciente = clinic.paciente
        );
        app.database.sql(&sql).await;
    }
    app.clock.set("2026-12-02T13:00:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 11);
    let of = async |clinic: &Clinic, estado: &str| {
        let count = format!(
            "select count(*) from lembretes where cliente_id = {} and estado = '{estado}'",
            clinic.id
        );
        app.database.number(&count).await
    };
    assert_eq!([of(&app.clinic, "enviado").await, of(&app.clinic, "falhou").await], [10, 2]);
    assert_eq!([of(&app.other, "enviado").await, of(&app.other, "falhou").await], [1, 0]);
    let beyond = "select min(agendamento_id) from lembretes where estado = 'falhou'";
    assert_eq!(said_of((&app, &worker), beyond).await, ["vespera falhou medida 2026-12-02T13:00:00Z"]);
    app.database.sql(AGAIN).await;
    app.clock.set("2026-12-03T12:59:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 0);
    app.database.sql(AGAIN).await;
    app.clock.set("2026-12-03T13:01:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 2, "a day is over");
}

#[tokio::test]
async fn what_one_professional_books_for_a_phone_silences_neither_a_colleague_nor_the_eve_of_a_visit() {
    let (app, worker) = system().await;
    let clinic = &app.clinic;
    let visits = |medico: &str, count: u32, tipo: &str| {
        format!(
            "with a as (insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, encaixe)
                        select {id}, {medico}, {paciente}, '2026-12-03 15:00-03', '2026-12-03 15:30-03', true
                        from generate_series(1, {count}) returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em) select {id}, a.id, '{tipo}', '2026-12-02 10:00-03' from a",
            id = clinic.id,
            paciente = clinic.paciente
        )
    };
    let (own, colleague) = (clinic.medico.id.to_string(), "(select max(id) from medicos)");
    let hire = format!(
        "insert into medicos (cliente_id, nome, email) values ({}, 'Dra. Outra', 'outra@a.com')",
        clinic.id
    );
    app.database.sql(&hire).await;
    app.database.sql(&visits(&own, 12, "confirmacao")).await;
    app.clock.set("2026-12-02T13:00:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 10);
    app.database.sql(&visits(colleague, 1, "confirmacao")).await;
    app.database.sql(&visits(&own, 1, "vespera")).await;
    app.database.sql(&visits(colleague, 1, "vespera")).await;
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 3);
    // All together have a measure, too.
    app.database.sql(&visits(colleague, 12, "confirmacao")).await;
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 9);
    app.database.sql(&hire.replace("outra@", "terceira@")).await;
    app.database.sql(&visits(colleague, 2, "confirmacao")).await;
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 0);
    let count = "select count(*) from lembretes where tipo = 'confirmacao' and estado = 'enviado'";
    assert_eq!(app.database.number(count).await, 20);
}

/// Moves a visit.
async fn put((app, worker): (&TestApp, &WorkerParts), visit: &Agendamento, day: Date, hour: i8) {
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let (id, now) = (visit.id, app.now());
    let change = Move { date: Some(day), time: Some(time(hour, 0, 0, 0)), ..Move::none(Audience::Staff) };
    let work = async |tx: &mut shared::db::TenantTx| reschedule(tx, id, None, change, STAFF, now).await;
    worker.db.in_tenant(&tenant, work).await.unwrap();
}

#[tokio::test]
async fn who_was_told_within_the_hour_is_told_once_more_of_the_last_place_when_it_is_over() {
    let (app, worker) = system().await;
    let parts = (&app, &worker);
    let made = booked(parts, &app.clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), STAFF).await;
    assert_eq!(told(&app, &worker, "2026-11-30T12:01:00Z").await.len(), 1);
    for (minute, hour) in [(2, 11), (3, 14), (4, 15), (30, 16)] {
        put(parts, &made, date(2026, 12, 4), hour).await;
        let told = told(&app, &worker, &format!("2026-11-30T12:{minute:02}:00Z")).await;
        assert!(told.is_empty(), "{told:?}");
    }
    assert!(told(&app, &worker, "2026-11-30T13:00:00Z").await.is_empty());
    let last = told(&app, &worker, "2026-11-30T13:01:00Z").await;
    assert!(last.len() == 1 && last[0].contains("sexta-feira, 04/12, às *16h*"), "{last:?}");
    // An hour of silence later there is nothing to wait for.
    put(parts, &made, date(2026, 12, 7), 9).await;
    assert!(told(&app, &worker, "2026-11-30T13:10:00Z").await.is_empty());
    assert_eq!(told(&app, &worker, "2026-11-30T15:00:00Z").await.len(), 1);
    app.clock.set("2026-11-30T17:00:00Z".parse().unwrap());
    put(parts, &made, date(2026, 12, 7), 10).await;
    let moved = told(&app, &worker, "2026-11-30T17:01:00Z").await;
    assert!(moved.len() == 1 && moved[0].contains("07/12, às *10h*"), "{moved:?}");
}

#[tokio::test]
async fn where_a_visit_begins_soon_its_patient_is_told_at_once_however_often_it_moves() {
    let (app, worker) = system().await;
    let parts = (&app, &worker);
    let made = booked(parts, &app.clinic, (date(2026, 11, 30), time(14, 0, 0, 0)), STAFF).await;
    assert_eq!(told(&app, &worker, "2026-11-30T12:01:00Z").await.len(), 1);
    put(parts, &made, date(2026, 12, 1), 10).await;
    assert!(told(&app, &worker, "2026-11-30T12:02:00Z").await.is_empty(), "tomorrow does not hurry");
    put(parts, &made, date(2026, 11, 30), 11).await;
    let soon = told(&app, &worker, "2026-11-30T12:03:00Z").await;
    assert!(soon.len() == 1 && soon[0].contains("*11h*"), "{soon:?}");
}

/// What is no clinic's goes on when the clinics can't be listed: one that fills the tables holds up its own messages, not everybody's care.
#[tokio::test]
async fn what_is_done_without_the_list_of_clinics_is_done_when_there_is_none() {
    let app = TestApp::new().await;
    let worker = app.worker("http://127.0.0.1:1");
    app.database
        .sql(
            "insert into pagamentos_ilegiveis (origem, digesto, bytes, corpo, recebido_em) values ('asaas', repeat('0', 64), 1, 'x', '2020-01-01');
             alter function hi_due_clientes(timestamptz, integer) rename to hi_due_clientes_antes",
        )
        .await;
    assert!(sweep(&worker).await.is_err());
    let kept = "select count(*) from pagamentos_ilegiveis where corpo is not null";
    assert_eq!(app.database.number(kept).await, 0);
    app.database
        .sql("alter function hi_due_clientes_antes(timestamptz, integer) rename to hi_due_clientes")
        .await;
    assert!(sweep(&worker).await.is_ok());
}
