//! Moved appointments, several clinics at once, and messages that do leave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use jiff::civil::date;
use reminders::{Swept, sweep};
use shared::agenda::Audience;
use shared::agenda::change::{Move, reschedule};
use shared::clock::Clock;
use shared::db::agendamentos::{Author, Canal};
use shared::testing::TestApp;

use crate::{WRITTEN, arm, system};

/// The lines that asked for something, as `POST /message/sendText/a_… HTTP/1.1`.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

/// A server that takes every message, as Evolution does.
pub(crate) fn evolution() -> (String, Asked) {
    evolution_then(|| {})
}

/// The same, and something happens before each answer.
fn evolution_then(then: impl Fn() + Send + 'static) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let seen = asked.clone();
    std::thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| answer(&stream, &seen, &then));
    });
    (url, asked)
}

fn answer(mut stream: &TcpStream, asked: &Asked, then: &impl Fn()) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        lines.push(line.trim().to_owned());
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let count = {
        let mut asked = asked.lock().unwrap();
        // What else is asked, of the connection, is told by `care`.
        let sent = lines.into_iter().next().filter(|line| line.contains("/message/"));
        let sends = sent.is_some();
        asked.extend(sent);
        (asked.len(), sends)
    };
    let (count, sends) = count;
    if sends {
        then();
    }
    let body = format!(
        "{{\"key\":{{\"remoteJid\":\"x\",\"fromMe\":true,\"id\":\"3EB0{count:018}\"}},\"status\":\"PENDING\"}}"
    );
    let head =
        format!("HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
    write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
}

/// The same appointment and reminder as [`arm`]'s, at the other clinic.
async fn arm_other(app: &TestApp) {
    let (clinic, medico, paciente) = (app.other.id, app.other.gestora.id, app.other.paciente);
    app.database
        .sql(&format!(
            "with made as (
               insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               values ({clinic}, {medico}, {paciente}, '2026-12-03 10:00-03', '2026-12-03 10:30-03') returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
             select {clinic}, id, 'vespera', '2026-12-02 10:00-03' from made"
        ))
        .await;
}

#[tokio::test]
async fn a_moved_appointment_is_reminded_of_again_on_the_day_before_its_new_day() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let id = app.database.text("select id from agendamentos").await.parse().unwrap();
    let change = Move { date: Some(date(2026, 12, 8)), ..Move::none(Audience::Staff) };
    let author = Author { canal: Canal::Whatsapp, user: None };
    let now = app.now();
    let moved =
        worker.db.in_tenant(&tenant, async |tx| reschedule(tx, id, None, change, author, now).await).await;
    moved.unwrap();
    assert_eq!(app.database.text("select estado from lembretes where tipo = 'vespera'").await, "pendente");
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 0, "not due yet");
    app.clock.set("2026-12-07T15:00:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
    let last = app.database.text("select texto from saida order by id desc limit 1").await;
    assert!(last.contains("amanhã, 08/12"), "{last}");
    assert_eq!(app.database.number(WRITTEN).await, 2);
}

#[tokio::test]
async fn each_clinics_reminder_leaves_once_and_through_its_own_instance() {
    let app = TestApp::new().await;
    let (url, asked) = evolution();
    let worker = app.worker(&url);
    arm(&app, "").await;
    arm_other(&app).await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().enviadas });
    }
    assert_eq!(sweeps.join_all().await.into_iter().sum::<usize>(), 2);
    let mut lines = asked.lock().unwrap().clone();
    lines.sort();
    let through = [&app.clinic, &app.other];
    assert_eq!(lines, through.map(|clinic| format!("POST /message/sendText/{} HTTP/1.1", clinic.instance)));
    let texts = app.database.texts("select texto from saida order by cliente_id").await;
    assert!(texts[0].contains("*Clínica a*") && texts[1].contains("*Clínica b*"), "{texts:?}");
    assert_eq!(app.database.number("select count(*) from mensagens where estado = 'enviada'").await, 2);
    assert_eq!(sweep(&worker).await.unwrap(), Swept { desconectadas: Some(0), ..Swept::default() });
}

#[tokio::test]
async fn a_message_that_could_not_leave_is_sent_by_a_later_sweep() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 0);
    let (url, asked) = evolution();
    let worker = app.worker(&url);
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 1);
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert_eq!(
        app.database.text("select estado || ' ' || whatsapp_id from saida").await,
        "enviada 3EB0000000000000000001"
    );
}

#[tokio::test]
async fn a_suspended_clinics_reminders_wait_and_the_others_do_not() {
    let (app, worker) = system().await;
    arm(&app, &format!("update clientes set suspenso_em = now() where id = {}", app.clinic.id)).await;
    arm_other(&app).await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
    let other = app.other.id;
    assert_eq!(
        app.database.number(&format!("select count(*) from saida where cliente_id = {other}")).await,
        1
    );
    app.database.sql("update clientes set suspenso_em = null").await;
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
}

/// A clinic wrote to a hundred people, the oldest of all, and each message takes WhatsApp four seconds.
#[tokio::test]
async fn a_clinics_long_queue_delays_nobody_elses_reminder_and_a_sweep_ends_in_time() {
    let app = TestApp::new().await;
    let (clinic, instances) =
        (app.clinic.id, [&app.clinic, &app.other].map(|clinic| clinic.instance.clone()));
    app.database
        .sql(&format!(
            "with made as (
               insert into conversas (cliente_id, contato, jid) select {clinic}, n, '55119666' || n from generate_series(10001, 10100) n
               returning id, jid)
             insert into saida (cliente_id, conversa_id, destino, texto, proxima_em)
             select {clinic}, id, jid, 'Olá', '2026-12-01 10:00-03' from made"
        ))
        .await;
    arm_other(&app).await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let (started, clock) = (app.now(), app.clock.clone());
    let (url, asked) = evolution_then(move || {
        let now = Clock::now(&*clock);
        clock.set(now + SignedDuration::from_secs(4));
    });
    let swept = sweep(&app.worker(&url)).await.unwrap();
    assert_eq!(swept.lembretes, 1);
    let lines = asked.lock().unwrap().clone();
    // In the time there is, the hundred alone would not have left.
    assert!(lines.iter().any(|line| line.contains(&instances[1])), "{lines:?}");
    assert!(swept.enviadas > 5 && swept.enviadas == lines.len(), "{swept:?}");
    assert!(app.now().duration_since(started) < SignedDuration::from_secs(55), "the function's time-out");
}
