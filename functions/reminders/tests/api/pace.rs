//! How fast messages leave: answers at once, what is sent by itself with pauses, however many workers send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use reminders::sweep;
use shared::db::conversas;
use shared::db::mensagens::Autor;
use shared::db::saida::{self, Claim, NewSaida};
use shared::domain::telefone::Telefone;
use shared::parts::WorkerParts;
use shared::testing::{Clinic, TestApp};
use shared::whatsapp::Contact;

use crate::NO_EVOLUTION;

/// Messages nobody asked for, each to somebody else.
async fn notices(app: &TestApp, clinic: &Clinic, count: usize) {
    let (id, now) = (clinic.id, app.now());
    app.database
        .sql(&format!(
            "with made as (
               insert into conversas (cliente_id, contato, jid) select {id}, n, '55119777' || n from generate_series(10001, 10000 + {count}) n
               returning id, jid)
             insert into saida (cliente_id, conversa_id, destino, texto, proxima_em) select {id}, id, jid, 'Aviso', '{now}' from made"
        ))
        .await;
}

async fn claim(worker: &WorkerParts, clinic: &Clinic) -> Claim {
    let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
    let now = worker.clock.now();
    let lease = std::time::Duration::from_mins(1);
    worker
        .db
        .in_tenant(&tenant, async |tx| saida::claim(tx, &clinic.instance, now, lease).await)
        .await
        .unwrap()
}

/// Claims by many workers at each step of the clock, until `seconds` are over: when each message left.
async fn leave(app: &TestApp, worker: &WorkerParts, clinic: &Clinic, seconds: i64) -> Vec<Timestamp> {
    let left = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..seconds * 2 {
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (worker, clinic, left) = (worker.clone(), clinic.clone(), left.clone());
            workers.spawn(async move {
                if let Claim::Message(_) = claim(&worker, &clinic).await {
                    left.lock().unwrap().push(worker.clock.now());
                }
            });
        }
        workers.join_all().await;
        app.clock.set(app.now() + SignedDuration::from_millis(500));
    }
    Arc::try_unwrap(left).unwrap().into_inner().unwrap()
}

fn gaps(left: &[Timestamp]) -> Vec<SignedDuration> {
    left.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect()
}

#[tokio::test]
async fn however_many_workers_send_notices_leave_one_by_one() {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    notices(&app, &app.clinic, 60).await;
    let left = leave(&app, &worker, &app.clinic, 60).await;
    let least = gaps(&left).into_iter().min().unwrap();
    assert!(least >= SignedDuration::from_millis(1500), "{least:?}");
    // 1.5 to 3 seconds, seen every half second.
    assert!((18..=40).contains(&left.len()), "{}", left.len());
    let different: std::collections::BTreeSet<_> = gaps(&left).into_iter().collect();
    assert!(different.len() > 1, "machines are regular");
}

#[tokio::test]
async fn a_number_that_is_new_writes_more_slowly() {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    notices(&app, &app.clinic, 30).await;
    let _ = claim(&worker, &app.clinic).await;
    let yesterday = app.now() - SignedDuration::from_hours(24);
    app.database.sql(&format!("update conexoes set numero_desde = '{yesterday}'")).await;
    app.clock.set(app.now() + SignedDuration::from_secs(5));
    let left = leave(&app, &worker, &app.clinic, 60).await;
    assert!((5..=10).contains(&left.len()), "{}", left.len());
    assert!(gaps(&left).into_iter().min().unwrap() >= SignedDuration::from_secs(6));
}

#[tokio::test]
async fn an_hour_has_an_end_and_the_next_one_goes_on() {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    notices(&app, &app.clinic, 5).await;
    assert!(matches!(claim(&worker, &app.clinic).await, Claim::Message(_)));
    let began = app.now();
    app.database.sql("update conexoes set hora_avisos = 600").await;
    app.clock.set(app.now() + SignedDuration::from_mins(10));
    let Claim::Wait(until) = claim(&worker, &app.clinic).await else { panic!("the hour is full") };
    assert_eq!(until, began + SignedDuration::from_hours(1));
    app.clock.set(until);
    assert!(matches!(claim(&worker, &app.clinic).await, Claim::Message(_)));
}

/// Writes to somebody who wrote so many minutes ago, or never did.
async fn write(app: &TestApp, worker: &WorkerParts, phone: &str, wrote: Option<i64>, autor: Autor) {
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let contact = Contact {
        telefone: Some(Telefone::parse(phone).unwrap()),
        lid: None,
        jid: format!("{phone}@s.whatsapp.net"),
    };
    let now = app.now();
    let id = worker
        .db
        .in_tenant(&tenant, async |tx| Ok(conversas::open_quietly(tx, &contact).await?.id))
        .await
        .unwrap();
    if let Some(minutes) = wrote {
        let at = now - SignedDuration::from_mins(minutes);
        app.database
            .sql(&format!(
                "insert into mensagens (cliente_id, conversa_id, direcao, autor, tipo, texto, estado, criado_em)
                 values ({}, {id}, 'entrada', 'paciente', 'texto', 'oi', 'recebida', '{at}')",
                app.clinic.id
            ))
            .await;
    }
    worker
        .db
        .in_tenant(&tenant, async |tx| {
            let new = NewSaida {
                conversa_id: id,
                destino: &contact.jid,
                texto: phone,
                chave: None,
                at: now,
                modelo: None,
            };
            saida::insert(tx, &new, autor).await
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn who_is_in_conversation_is_answered_before_a_hundred_notices_and_at_once() {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    notices(&app, &app.clinic, 100).await;
    assert!(matches!(claim(&worker, &app.clinic).await, Claim::Message(_)), "a notice has just left");
    write(&app, &worker, "5511911110001", Some(1), Autor::Bot).await;
    write(&app, &worker, "5511911110002", None, Autor::Humano).await;
    write(&app, &worker, "5511911110003", Some(40), Autor::Bot).await;
    write(&app, &worker, "5511911110004", Some(3), Autor::Bot).await;
    let mut said = Vec::new();
    loop {
        match claim(&worker, &app.clinic).await {
            Claim::Message(claimed) => said.push(claimed.texto),
            Claim::Wait(_) => break,
            Claim::Nothing => panic!("a hundred wait"),
        }
    }
    assert_eq!(said, ["5511911110001", "5511911110002", "5511911110004"]);
}

#[tokio::test]
async fn a_person_reads_what_was_said_to_them_in_order() {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    notices(&app, &app.clinic, 3).await;
    let _ = claim(&worker, &app.clinic).await;
    write(&app, &worker, "5511911110001", None, Autor::Bot).await;
    app.database.sql("update saida set texto = 'primeira' where texto = '5511911110001'").await;
    write(&app, &worker, "5511911110001", Some(1), Autor::Bot).await;
    let Claim::Message(first) = claim(&worker, &app.clinic).await else { panic!("they are in conversation") };
    assert_eq!(first.texto, "primeira");
    assert!(matches!(claim(&worker, &app.clinic).await, Claim::Wait(_)), "one of theirs is on its way");
}

#[tokio::test]
async fn one_clinics_pace_is_not_anothers_and_a_sweep_sends_both_in_time() {
    let app = TestApp::new().await;
    let (url, asked) = crate::delivery::evolution();
    let worker = app.worker(&url);
    notices(&app, &app.clinic, 40).await;
    notices(&app, &app.other, 40).await;
    let started = app.now();
    let swept = sweep(&worker).await.unwrap();
    assert!(app.now().duration_since(started) <= SignedDuration::from_secs(45), "within the function's time");
    let mut each: HashMap<String, usize> = HashMap::new();
    for line in asked.lock().unwrap().iter() {
        *each.entry(line.clone()).or_default() += 1;
    }
    assert_eq!(each.len(), 2, "{each:?}");
    assert!(each.values().all(|count| (4..=24).contains(count)), "{each:?}");
    assert_eq!(swept.enviadas, each.values().sum::<usize>());
}
