//! Measuring in the night: what Postgres says, what the counters said, and what is kept of both.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reminders::sweep;
use serde_json::json;
use shared::db::mensagens::{self, Autor, NewMensagem};
use shared::db::{TenantTx, conversas};
use shared::domain::telefone::Telefone;
use shared::id::{ClienteId, ConversaId};
use shared::ledger::Ledger;
use shared::ledger::counters::{Happened, Sums};
use shared::ledger::usage::{Spent, Usage};
use shared::parts::WorkerParts;
use shared::testing::{Clinic, Request, TestApp, dynamo};
use shared::whatsapp::Contact;

/// Clinics that were there long before.
async fn system() -> (TestApp, WorkerParts) {
    let (app, worker) = crate::system().await;
    app.database.sql("update clientes set criado_em = '2026-01-05 12:00Z'").await;
    (app, worker)
}

/// A thread of this phone.
async fn thread(worker: &WorkerParts, clinic: &Clinic, phone: &str) -> ConversaId {
    let telefone = Telefone::parse(phone).unwrap();
    let contact = Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone), lid: None };
    let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
    worker
        .db
        .in_tenant(&tenant, async |tx| Ok(conversas::open_quietly(tx, &contact).await?.id))
        .await
        .unwrap()
}

/// A message in it; `false` when it was there already.
async fn write(
    worker: &WorkerParts,
    clinic: &Clinic,
    (conversa_id, whatsapp_id): (ConversaId, &str),
    (autor, at): (Autor, Timestamp),
) -> bool {
    let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
    let new = NewMensagem {
        conversa_id,
        autor,
        tipo: "texto",
        texto: Some("oi"),
        citada: None,
        detalhes: None,
        whatsapp_id: Some(whatsapp_id),
        at,
    };
    let insert = async |tx: &mut TenantTx| Ok(mensagens::insert(tx, &new).await?.is_some());
    worker.db.in_tenant(&tenant, insert).await.unwrap()
}

async fn counters(worker: &WorkerParts, cliente: ClienteId, month: &str) -> Sums {
    worker.meter.flush().await;
    worker.ledger.counters(cliente, month).await.unwrap()
}

fn sums(of: &[(&str, u64)]) -> Sums {
    of.iter().map(|(name, sum)| ((*name).to_owned(), *sum)).collect()
}

/// The columns of a month, as text.
async fn kept(app: &TestApp, clinic: &Clinic, columns: &str) -> Vec<String> {
    let query = format!(
        "select concat_ws(' ', to_char(mes, 'MM'), {columns}) from uso_mensal where cliente_id = {} order by mes",
        clinic.id
    );
    app.database.texts(&query).await
}

const MESSAGES: &str = "mensagens_recebidas, mensagens_enviadas, mensagens_equipe, conversas";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_message_counts_once_in_its_clinic_and_one_rolled_back_never() {
    let (app, worker) = system().await;
    let now = app.now();
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    let theirs = thread(&worker, &app.other, "+5511999990001").await;
    for _ in 0..3 {
        write(&worker, &app.clinic, (ours, "a"), (Autor::Paciente, now)).await;
    }
    write(&worker, &app.clinic, (ours, "b"), (Autor::Bot, now)).await;
    write(&worker, &app.other, (theirs, "a"), (Autor::Paciente, now)).await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let new = NewMensagem {
        conversa_id: ours,
        autor: Autor::Paciente,
        tipo: "texto",
        texto: None,
        citada: None,
        detalhes: None,
        whatsapp_id: Some("c"),
        at: now,
    };
    let undone = async |tx: &mut TenantTx| {
        mensagens::insert(tx, &new).await?;
        Err::<(), _>(shared::problem::Problem::Internal)
    };
    worker.db.in_tenant(&tenant, undone).await.unwrap_err();
    let one = sums(&[("conversas", 1), ("mensagens_enviadas", 1), ("mensagens_recebidas", 1)]);
    assert_eq!(counters(&worker, app.clinic.id, "2026-11").await, one);
    assert_eq!(counters(&worker, app.clinic.id, "2026-11").await, one, "a second flush has nothing");
    let other = sums(&[("conversas", 1), ("mensagens_recebidas", 1)]);
    assert_eq!(counters(&worker, app.other.id, "2026-11").await, other);
}

/// What the queue, a client or a flush repeats, side by side and more of it than one transaction holds.
#[tokio::test]
async fn an_event_counts_once_however_often_and_by_however_many_it_is_told() {
    let (app, worker) = system().await;
    let (own, other) = (app.clinic.id, app.other.id);
    let event = |at: usize| Happened { sum: "mensagens_recebidas", id: at.to_string(), amount: 1 };
    let mut telling = tokio::task::JoinSet::new();
    for part in [0..80, 40..120, 0..120, 100..120] {
        let (ledger, events): (_, Vec<_>) = (worker.ledger.clone(), part.map(event).collect());
        telling.spawn(async move {
            // Some are in each other's way; that is told, and they are told again.
            while ledger.add_events(own, "2026-11", &events).await.is_err() {}
        });
    }
    telling.join_all().await;
    assert_eq!(worker.ledger.counters(own, "2026-11").await.unwrap()["mensagens_recebidas"], 120);
    // The same names of another sum, and of another clinic, are other events.
    let sent = Happened { sum: "mensagens_enviadas", id: "1".to_owned(), amount: 1 };
    worker.ledger.add_events(own, "2026-11", &[sent.clone(), sent, event(1)]).await.unwrap();
    worker.ledger.add_events(other, "2026-11", &[event(1)]).await.unwrap();
    let all = worker.ledger.counters(own, "2026-11").await.unwrap();
    assert_eq!(all, sums(&[("mensagens_enviadas", 1), ("mensagens_recebidas", 120)]));
    assert_eq!(worker.ledger.counters(other, "2026-11").await.unwrap(), sums(&[("mensagens_recebidas", 1)]));
}

#[tokio::test]
async fn in_the_night_a_wrong_counter_is_found_said_and_set_right() {
    let (app, worker) = system().await;
    let now = app.now();
    let (own, other) = (app.clinic.id, app.other.id);
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    for (name, autor) in [("a", Autor::Paciente), ("b", Autor::Bot), ("c", Autor::Humano)] {
        write(&worker, &app.clinic, (ours, name), (autor, now)).await;
    }
    worker.meter.flush().await;
    // Lost, and told by somebody who should not have.
    let lost = Happened { sum: "mensagens_recebidas", id: "x".to_owned(), amount: 5 };
    let asked = Happened { sum: "requisicoes", id: "r".to_owned(), amount: 40 };
    worker.ledger.add_events(own, "2026-11", &[lost, asked]).await.unwrap();
    worker
        .ledger
        .add_events(other, "2026-10", &[Happened { sum: "conversas", id: "y".to_owned(), amount: 2 }])
        .await
        .unwrap();
    let used = Usage { calls: 1, tokens_in: 900, tokens_out: 50, cost_microusd: 3450, ..Usage::default() };
    assert!(worker.ledger.claim_thought(own, "m").await.unwrap());
    let day = jiff::civil::date(2026, 11, 30);
    let spent = Spent { month: "2026-11", message: "m", whose: "5511999990001", day, used: &used };
    worker.ledger.add_usage(own, &spent).await.unwrap();

    assert_eq!(sweep(&worker).await.unwrap().medidas, 2, "never measured is due");
    assert_eq!(kept(&app, &app.clinic, MESSAGES).await, ["10 0 0 0 0", "11 1 2 1 1"]);
    assert_eq!(kept(&app, &app.clinic, "desvio").await, ["10 {}", r#"11 {"mensagens_recebidas": 5}"#]);
    assert_eq!(kept(&app, &app.other, "conversas, desvio").await, [r#"10 0 {"conversas": 2}"#, "11 0 {}"]);
    let ia = "requisicoes, ia_chamadas, ia_tokens_entrada, ia_tokens_saida";
    assert_eq!(
        kept(&app, &app.clinic, ia).await,
        ["10 0 0 0 0", "11 40 1 900 50"],
        "what only the ledger knows"
    );
    let cost = format!(
        "select ia_custo_microusd from custos_mensais where cliente_id = {own} and mes = '2026-11-01'"
    );
    assert_eq!(app.database.number(&cost).await, 3450);
    let right =
        sums(&[("conversas", 1), ("mensagens_enviadas", 2), ("mensagens_recebidas", 1), ("requisicoes", 40)]);
    assert_eq!(counters(&worker, own, "2026-11").await, right, "and requests are left alone");
    assert_eq!(counters(&worker, other, "2026-10").await, sums(&[("conversas", 0)]));

    assert_eq!(sweep(&worker).await.unwrap().medidas, 0, "not again this day");
    app.clock.set(at("2026-12-01T05:59:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 0, "two fifty-nine");
    app.clock.set(at("2026-12-01T06:00:00Z"));
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().medidas });
    }
    assert_eq!(sweeps.join_all().await.into_iter().sum::<usize>(), 2, "each clinic once");
    assert_eq!(kept(&app, &app.clinic, "desvio").await, ["10 {}", "11 {}", "12 {}"]);
}

/// At four in the morning, UTC, it is December in São Paulo and November in Rio Branco.
#[tokio::test]
async fn a_month_and_a_night_are_those_of_the_clinics_own_clock() {
    let (app, worker) = system().await;
    let zone = format!("update clientes set fuso = 'America/Rio_Branco' where id = {}", app.other.id);
    app.database.sql(&zone).await;
    let midnight = at("2026-12-01T04:00:00Z");
    for clinic in [&app.clinic, &app.other] {
        let thread = thread(&worker, clinic, "+5511999990001").await;
        write(&worker, clinic, (thread, "a"), (Autor::Paciente, midnight)).await;
        write(&worker, clinic, (thread, "b"), (Autor::Bot, midnight)).await;
        // The conversation goes on in Rio Branco's December, and counts there too.
        write(&worker, clinic, (thread, "c"), (Autor::Paciente, at("2026-12-01T05:00:00Z"))).await;
        let (id, medico) = (clinic.id, clinic.medico.id);
        app.database
            .sql(&format!(
                "insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em, criado_em)
                 values ({id}, {medico}, {}, '{midnight}', '{midnight}'::timestamptz + interval '30 minutes', '{midnight}')",
                clinic.paciente
            ))
            .await;
    }
    let november = sums(&[("conversas", 1), ("mensagens_enviadas", 1), ("mensagens_recebidas", 1)]);
    let december = sums(&[("conversas", 1), ("mensagens_enviadas", 1), ("mensagens_recebidas", 2)]);
    let rest = sums(&[("conversas", 1), ("mensagens_recebidas", 1)]);
    assert_eq!(counters(&worker, app.clinic.id, "2026-12").await, december);
    assert_eq!(counters(&worker, app.clinic.id, "2026-11").await, Sums::new());
    assert_eq!(counters(&worker, app.other.id, "2026-11").await, november);
    assert_eq!(counters(&worker, app.other.id, "2026-12").await, rest);
    let later = "update medicoes set proxima_em = '2026-12-01 06:00Z'";
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    app.database.sql(later).await;
    for (time, measured) in [
        ("2026-12-01T06:00:00Z", 2),
        ("2026-12-01T08:00:00Z", 1),
        ("2026-12-02T05:59:00Z", 0),
        ("2026-12-02T06:00:00Z", 1),
    ] {
        app.clock.set(at(time));
        assert_eq!(
            sweep(&worker).await.unwrap().medidas,
            measured,
            "{time}: three o'clock is eight in Rio Branco"
        );
    }
    let all = "mensagens_recebidas, mensagens_enviadas, conversas, agendamentos, marcados_sql, pacientes_ativos, desvio";
    assert_eq!(
        kept(&app, &app.clinic, all).await,
        ["10 0 0 0 0 0 0 {}", "11 0 0 0 0 0 0 {}", "12 2 1 1 1 1 1 {}"]
    );
    assert_eq!(
        kept(&app, &app.other, all).await,
        ["10 0 0 0 0 0 0 {}", "11 1 1 1 1 1 1 {}", "12 1 0 1 0 0 1 {}"]
    );
}

#[tokio::test]
async fn what_happened_stays_counted_when_it_is_erased() {
    let (app, worker) = system().await;
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    write(&worker, &app.clinic, (ours, "a"), (Autor::Paciente, app.now())).await;
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    app.database.sql("delete from mensagens").await;
    app.clock.set(at("2026-12-01T06:00:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    assert_eq!(kept(&app, &app.clinic, MESSAGES).await[1], "11 1 0 0 1");
    assert_eq!(counters(&worker, app.clinic.id, "2026-11").await["mensagens_recebidas"], 1);
}

#[tokio::test]
async fn who_is_stopped_half_way_is_followed_by_another() {
    let (app, worker) = system().await;
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    write(&worker, &app.clinic, (ours, "a"), (Autor::Paciente, app.now())).await;
    let mut without = app.worker(crate::NO_EVOLUTION);
    without.ledger = Ledger::new(dynamo(), "nenhuma".to_owned(), Arc::clone(&app.clock) as _);
    assert_eq!(sweep(&without).await.unwrap().medidas, 0, "the ledger does not answer");
    assert_eq!(
        kept(&app, &app.clinic, "mensagens_recebidas, conferido_em is null").await,
        ["10 0 t", "11 1 t"]
    );
    assert_eq!(sweep(&worker).await.unwrap().medidas, 0, "somebody may still be at it");
    app.clock.set(app.now() + SignedDuration::from_mins(10));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    assert_eq!(
        kept(&app, &app.clinic, "mensagens_recebidas, conferido_em is null").await,
        ["10 0 f", "11 1 f"]
    );
}

#[tokio::test]
async fn what_is_kept_weighs_on_who_keeps_it() {
    let (app, worker) = system().await;
    let write = |clinic: &Clinic, many: u32| {
        format!(
            "with t as (insert into conversas (cliente_id, contato, telefone, jid) values ({0}, '+5511888880001', '+5511888880001', '5511888880001') returning id)
             insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
             select {0}, t.id, 'entrada', 'paciente', 'texto', repeat('palavra ', 20), 'recebida', '2026-11-30 12:00Z' from t, generate_series(1, {many})",
            clinic.id
        )
    };
    app.database.sql(&write(&app.clinic, 3000)).await;
    app.database.sql(&write(&app.other, 1000)).await;
    app.database.sql("analyze").await;
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    let bytes = async |clinic: &Clinic| -> i64 {
        kept(&app, clinic, "armazenamento_bytes").await[1][3..].parse().unwrap()
    };
    let (own, other) = (bytes(&app.clinic).await, bytes(&app.other).await);
    let disk = app.database.number("select pg_total_relation_size('mensagens')").await;
    assert!(
        (disk * 7 / 10..disk * 11 / 10).contains(&own),
        "three quarters of {disk}, and little else: {own}"
    );
    assert!((own * 3 / 10..own / 2).contains(&other), "{own} {other}");
}

#[tokio::test]
async fn what_a_month_weighed_is_told_no_more_when_it_is_over_nor_of_one_before_the_clinic() {
    let (app, worker) = system().await;
    let came = format!("update clientes set criado_em = '2026-11-02 12:00Z' where id = {}", app.clinic.id);
    app.database.sql(&came).await;
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    let months = async |clinic: &Clinic| kept(&app, clinic, "armazenamento_bytes").await;
    assert_eq!(months(&app.clinic).await.len(), 1, "it was not there in October");
    assert_eq!(months(&app.other).await.len(), 2);
    let mark = "update uso_mensal set armazenamento_bytes = 7";
    app.database.sql(mark).await;
    app.clock.set(at("2026-12-01T06:00:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    let november_and_december = months(&app.clinic).await;
    assert_eq!(november_and_december[0], "11 7");
    assert_ne!(november_and_december[1], "12 7");
}

#[tokio::test]
async fn the_last_days_of_a_closed_clinic_are_measured_once() {
    let (app, worker) = system().await;
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    write(&worker, &app.clinic, (ours, "a"), (Autor::Paciente, app.now())).await;
    let close = format!(
        "update clientes set ativo = false, encerrado_em = '{}' where id = {}",
        app.now() + SignedDuration::from_hours(1),
        app.clinic.id
    );
    app.database.sql(&close).await;
    // The night after, in which the other one is measured as every night.
    app.clock.set(at("2026-12-01T06:00:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    assert_eq!(kept(&app, &app.clinic, MESSAGES).await[1], "11 1 0 0 1");
    app.clock.set(at("2026-12-02T06:00:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 1, "only the other one");
}

/// A function that answers people tells the ledger some seconds later, when it is asked something again: the night comes between the two.
#[tokio::test]
async fn what_is_told_after_the_night_counted_it_counts_once() {
    let (app, worker) = system().await;
    let agenda = scheduling::router(app.parts.clone());
    let token = app.token(&app.clinic.secretaria).await;
    let booking = |hora: &str| {
        let (medico, paciente) = (app.clinic.gestora.id, app.clinic.paciente);
        let body =
            json!({ "medico_id": medico, "paciente_id": paciente, "data": "2026-12-01", "hora": hora });
        Request::new("POST", &app.clinic.host(), "/api/agendamentos").bearer(&token).json(&body)
    };
    booking("09:00").send(&agenda).await.expect(201);
    let ours = thread(&worker, &app.clinic, "+5511999990001").await;
    write(&worker, &app.clinic, (ours, "a"), (Autor::Paciente, app.now())).await;
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    assert_eq!(kept(&app, &app.clinic, "marcados_painel, desvio").await[1], "11 1 {}", "nothing was wrong");
    app.parts.gate.meter.flush().await;
    let all = counters(&worker, app.clinic.id, "2026-11").await;
    let told = ["marcados_painel", "mensagens_recebidas", "conversas"].map(|sum| all[sum]);
    assert_eq!(told, [1, 1, 1], "{all:?}");
    // What nobody will tell any more is found, and set right.
    let lost = Happened { sum: "marcados_painel", id: "ninguém".to_owned(), amount: 1 };
    worker.ledger.add_events(app.clinic.id, "2026-11", &[lost]).await.unwrap();
    app.clock.set(at("2026-12-01T06:00:00Z"));
    assert_eq!(sweep(&worker).await.unwrap().medidas, 2);
    assert_eq!(kept(&app, &app.clinic, "marcados_painel, desvio").await[1], r#"11 1 {"marcados_painel": 1}"#);
}
