//! E-mails of several clinics, and messages of clinics that have nothing to send them through.

use jiff::SignedDuration;
use reminders::sweep;
use shared::agenda::emergency::{self, Emergency};
use shared::db::conversas;
use shared::domain::telefone::Telefone;
use shared::testing::{Clinic, TestApp};
use shared::whatsapp::Contact;

use crate::delivery::evolution;
use crate::professionals::{received, with_mail};
use crate::{NO_EVOLUTION, system};

/// E-mails that are due, the oldest first.
async fn write(app: &TestApp, clinic: impl std::fmt::Display, count: u32, minutes_ago: i64) {
    let at = app.now() - SignedDuration::from_mins(minutes_ago);
    app.database
        .sql(&format!(
            "insert into emails (cliente_id, para, assunto, texto, chave, proxima_em, criado_em)
             select {clinic}, 'c' || {clinic} || '@exemplo.com', 'Assunto', 'Texto', 'x' || n, '{at}', '{at}' from generate_series(1, {count}) n"
        ))
        .await;
}

#[tokio::test]
async fn a_clinic_with_many_emails_does_not_make_another_wait() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    // More busy clinics than are served at once.
    write(&app, app.clinic.id, 1000, 60).await;
    for letter in ["c", "d", "e", "f"] {
        let busy = Clinic::create(&app.database, letter).await;
        write(&app, busy.id, 200, 60).await;
    }
    write(&app, app.other.id, 2, 1).await;
    let swept = sweep(&worker).await.unwrap();
    let other = format!("To: c{}@exemplo.com", app.other.id);
    let mails = received(&folder);
    let places: Vec<_> =
        mails.iter().enumerate().filter(|(_, mail)| mail.contains(&other)).map(|(at, _)| at).collect();
    assert_eq!(places.len(), 2, "of {}", mails.len());
    assert!(places[1] < 40, "they are {places:?}");
    assert_eq!((swept.emails, mails.len()), (302, 302), "the rest is for the next sweeps");
}

/// Whatever got into a subject makes no header of its own, and no second e-mail.
#[tokio::test]
async fn a_subject_is_one_line_whatever_is_in_it() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    write(&app, app.clinic.id, 1, 1).await;
    app.database.sql(r"update emails set assunto = E'Consulta\r\nBcc: todos@exemplo.com\r\n\r\nCorpo'").await;
    sweep(&worker).await.unwrap();
    let mails = received(&folder);
    assert_eq!(mails.len(), 1);
    let (head, _) =
        mails[0].replace("\r\n", "\n").split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    assert!(head.contains(&format!("To: c{}@exemplo.com", app.clinic.id)), "{head}");
}

#[tokio::test]
async fn several_sweeps_send_each_email_once() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    write(&app, app.clinic.id, 30, 60).await;
    write(&app, app.other.id, 30, 60).await;
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().emails });
    }
    let count: usize = sweeps.join_all().await.into_iter().sum();
    assert_eq!((count, received(&folder).len()), (60, 60));
}

/// A clinic whose agenda was blocked for a month has hundreds of e-mails, and then somebody writes that they can't breathe.
#[tokio::test]
async fn an_emergency_leaves_before_whatever_waits_longer() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    write(&app, app.clinic.id, 100, 60).await;
    write(&app, app.other.id, 100, 60).await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let now = app.now();
    let contact = Contact {
        telefone: Some(Telefone::parse("5511988887777").unwrap()),
        lid: None,
        jid: "5511988887777@s.whatsapp.net".to_owned(),
    };
    worker
        .db
        .in_tenant(&tenant, async |tx| {
            let conversa = conversas::open(tx, &contact, Some("Joana"), now).await?;
            emergency::tell(tx, conversa.id, (Emergency::Body, None), now).await
        })
        .await
        .unwrap();
    let told = app.database.number("select count(*) from emails where chave like 'urgencia:%'").await;
    assert_eq!(told, 3);
    sweep(&worker).await.unwrap();
    let of = |mail: &&String| {
        mail.contains(&format!("To: c{}@exemplo.com", app.clinic.id)) || mail.contains("@clinica.com")
    };
    let mails = received(&folder);
    let first: Vec<_> = mails.iter().filter(of).take(3).map(|mail| mail.contains("@clinica.com")).collect();
    assert_eq!(first, [true; 3], "of {}", mails.len());
}

/// Nothing is tried, nothing is lost, and the clinic is not the first in line every minute for what can't leave.
#[tokio::test]
async fn a_clinic_without_an_account_keeps_its_messages_until_it_has_one() {
    let (app, _) = system().await;
    let (url, asked) = evolution();
    let worker = app.worker(&url);
    let (clinic, other, now) = (app.clinic.id, app.other.id, app.now());
    let instance = app.clinic.instance.clone();
    app.database
        .sql(&format!(
            "update clientes set whatsapp_instance = null where id = {clinic};
             with thread as (
               insert into conversas (cliente_id, contato, telefone, jid) select id, '5511977770001', '+5511977770001', '5511977770001'
               from clientes where id in ({clinic}, {other}) returning id, cliente_id)
             insert into saida (cliente_id, conversa_id, destino, texto, proxima_em)
             select cliente_id, id, '5511977770001', 'Olá', '{now}' from thread"
        ))
        .await;
    let state = format!(
        "select estado || ' ' || tentativas || ' ' || (proxima_em - '{now}'::timestamptz) from saida where cliente_id = {clinic}"
    );
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 1, "the other clinic's");
    assert_eq!(app.database.text(&state).await, "pendente 0 00:15:00");
    let due = format!("select count(*) from hi_due_clientes('{now}', 99) due where due = {clinic}");
    assert_eq!(app.database.number(&due).await, 0);
    app.clock.set(now + SignedDuration::from_mins(16));
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 0);
    assert_eq!(app.database.text(&state).await, "pendente 0 00:31:00");
    app.database
        .sql(&format!("update clientes set whatsapp_instance = '{instance}' where id = {clinic}"))
        .await;
    app.clock.set(now + SignedDuration::from_mins(32));
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 1);
    assert!(asked.lock().unwrap().last().unwrap().contains(&instance));
}

/// The account is Meta's, and the platform has no access to Meta.
#[tokio::test]
async fn an_account_nobody_serves_keeps_its_messages_too() {
    let (app, _) = system().await;
    let worker = app.worker(NO_EVOLUTION);
    let (clinic, now) = (app.clinic.id, app.now());
    let number = clinic.to_string();
    app.database
        .sql(&format!(
            "update clientes set whatsapp_provedor = 'cloud', whatsapp_cloud_id = '{number}' where id = {clinic};
             with thread as (
               insert into conversas (cliente_id, contato, telefone, jid) values ({clinic}, '5511977770001', '+5511977770001', '5511977770001')
               returning id)
             insert into saida (cliente_id, conversa_id, destino, texto, proxima_em)
             select {clinic}, id, '5511977770001', 'Olá', '{now}' from thread"
        ))
        .await;
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 0);
    let state = "select estado || ' ' || tentativas from saida";
    assert_eq!(app.database.text(state).await, "pendente 0");
    assert_eq!(
        app.database.number(&format!("select count(*) from saida where proxima_em > '{now}'")).await,
        1
    );
}
