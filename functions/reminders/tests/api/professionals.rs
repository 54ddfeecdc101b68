//! What professionals are told, by WhatsApp and by e-mail, and e-mails that do leave: a real conversation in SMTP over loopback.

use std::path::PathBuf;

use jiff::SignedDuration;
use jiff::civil::{date, time};
use reminders::sweep;
use shared::agenda::Audience;
use shared::agenda::change::{Move, reschedule};
use shared::agenda::series::{Repeat, Unit, book_series, cancel_rest};
use shared::agenda::status::Step;
use shared::auth::UserType;
use shared::db::agendamentos::{Author, Canal};
use shared::db::emails::{self, NewEmail};
use shared::email::Mailer;
use shared::parts::WorkerParts;
use shared::testing::TestApp;

use crate::rules::{STAFF, booked, booking, does};
use crate::{NO_EVOLUTION, smtp, system};

const PATIENT: Author = Author { canal: Canal::Whatsapp, user: None };

/// A mail server, and a worker that knows it.
pub(crate) async fn with_mail(app: &TestApp) -> (WorkerParts, PathBuf) {
    let folder = std::env::temp_dir().join(format!("hi-emails-{}", app.clinic.subdomain));
    std::fs::create_dir_all(&folder).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(smtp::serve(listener, folder.clone()));
    let mailer = Mailer::new(&url, "Horário Inteligente <avisos@exemplo.com.br>");
    assert!(mailer.is_some());
    (app.worker(NO_EVOLUTION).with_mailer(mailer), folder)
}

/// The e-mails a server has, oldest first; the folder is empty afterwards.
pub(crate) fn received(folder: &PathBuf) -> Vec<String> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::remove_file(file).unwrap();
            text
        })
        .collect()
}

async fn choose(app: &TestApp, medico: &str, whatsapp: bool, email: bool) {
    app.database
        .sql(&format!(
            "insert into avisos_medicos (cliente_id, medico_id, whatsapp, telefone, email)
             select cliente_id, id, {whatsapp}, '+5511955554444', {email} from medicos
             where cliente_id = {} and nome = '{medico}'",
            app.clinic.id
        ))
        .await;
}

const NOTICES: &str = "select texto from saida where conversa_id is null order by id";

#[tokio::test]
async fn each_event_is_one_notice_with_whom_when_and_by_whom() {
    let (app, worker) = system().await;
    choose(&app, "Dr. Marco", true, true).await;
    let thursday = (date(2026, 12, 3), time(10, 0, 0, 0));
    let made = booked((&app, &worker), &app.clinic, thursday, PATIENT).await;
    booked((&app, &worker), &app.other, thursday, PATIENT).await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let now = app.now();
    let change = Move { date: Some(date(2026, 12, 4)), ..Move::none(Audience::Staff) };
    worker
        .db
        .in_tenant(&tenant, async |tx| reschedule(tx, made.id, None, change, STAFF, now).await)
        .await
        .unwrap();
    does((&app, &worker), &made, Step::Cancel { by_patient: true, reason: None }).await.unwrap();
    does((&app, &worker), &made, Step::Cancel { by_patient: true, reason: None }).await.unwrap();
    let texts = app.database.texts(NOTICES).await;
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert_eq!(
        texts[0],
        "*Nova consulta*\nMaria Souza: quinta-feira, 03/12, às 10h\n\nMarcada pelo paciente, no WhatsApp."
    );
    assert!(texts[1].starts_with(
        "*Consulta remarcada*\nMaria Souza: de quinta-feira, 03/12, às 10h para sexta-feira, 04/12, às 10h"
    ));
    assert!(texts[2].starts_with("*Consulta cancelada*"), "{}", texts[2]);
    let to =
        "select string_agg(distinct destino || ' ' || cliente_id, ',') from saida where conversa_id is null";
    assert_eq!(app.database.text(to).await, format!("5511955554444 {}", app.clinic.id));
    let mails = app.database.texts("select para || ' ' || assunto from emails order by id").await;
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[0], "marco@clinica.com Nova consulta: quinta-feira, 03/12, às 10h");
    assert_eq!(
        app.database.number("select count(*) from conversas where telefone = '+5511955554444'").await,
        0
    );
}

#[tokio::test]
async fn who_did_it_or_does_not_want_to_know_is_not_told_and_another_professional_gets_what_is_handed_over() {
    let (app, worker) = system().await;
    choose(&app, "Dr. Marco", true, false).await;
    choose(&app, "Dra. Tânia", false, true).await;
    let own = Author { canal: Canal::Painel, user: Some((UserType::Medico, app.clinic.medico.id)) };
    let made = booked((&app, &worker), &app.clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), own).await;
    assert_eq!(app.database.number("select count(*) from saida").await, 0);
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let now = app.now();
    let tania = Some(app.clinic.gestora.id.to_string().parse().unwrap());
    let change = Move { medico_id: tania, ..Move::none(Audience::Staff) };
    worker
        .db
        .in_tenant(&tenant, async |tx| reschedule(tx, made.id, None, change, STAFF, now).await)
        .await
        .unwrap();
    let texts = app.database.texts(NOTICES).await;
    assert!(texts.len() == 1 && texts[0].contains("agora com Dra. Tânia"), "{texts:?}");
    let mails = app.database.texts("select para || ' ' || assunto from emails").await;
    assert_eq!(mails, ["tania@clinica.com Nova consulta: quinta-feira, 03/12, às 10h"]);
    app.database.sql("update avisos_medicos set cancelados = false").await;
    does((&app, &worker), &made, Step::Cancel { by_patient: false, reason: None }).await.unwrap();
    assert_eq!(app.database.number("select count(*) from emails").await, 1);
}

#[tokio::test]
async fn a_series_is_one_notice_when_it_is_made_and_one_when_it_ends() {
    let (app, worker) = system().await;
    choose(&app, "Dr. Marco", true, false).await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let wanted = booking(&app.clinic, date(2026, 12, 2), time(9, 0, 0, 0));
    let (repeat, now) = (Repeat { frequencia: Unit::Semanal, intervalo: 1, vezes: 5 }, app.now());
    let made = worker
        .db
        .in_tenant(&tenant, async |tx| book_series(tx, wanted, repeat, STAFF, now).await)
        .await
        .unwrap();
    let call_off = Step::Cancel { by_patient: false, reason: None };
    let id = made.id;
    worker
        .db
        .in_tenant(&tenant, async |tx| cancel_rest(tx, id, None, now, call_off, STAFF, now).await)
        .await
        .unwrap();
    let texts = app.database.texts(NOTICES).await;
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(
        texts[0].contains("5 consultas, a partir de quarta-feira, 02/12")
            && texts[1].starts_with("*Consultas canceladas*")
    );
}

#[tokio::test]
async fn an_email_is_sent_once_however_many_sweeps_run_and_reads_as_it_was_written() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    choose(&app, "Dr. Marco", false, true).await;
    booked((&app, &worker), &app.clinic, (date(2026, 12, 3), time(10, 0, 0, 0)), PATIENT).await;
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().emails });
    }
    assert_eq!(sweeps.join_all().await.into_iter().sum::<usize>(), 1);
    let mails = received(&folder);
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(mail.contains("To: marco@clinica.com\r\n") && mail.contains("<avisos@exemplo.com.br>"), "{mail}");
    assert!(
        mail.contains("Maria Souza: quinta-feira, 03/12") && mail.contains("text/plain; charset=utf-8"),
        "{mail}"
    );
    assert_eq!(app.database.text("select estado from emails").await, "enviado");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let app = TestApp::new().await;
    let (worker, folder) = with_mail(&app).await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let now = app.now();
    let insert = async |para: &str, chave: &str| {
        let new = NewEmail { para, assunto: "Olá", texto: "Olá", chave, agendamento_id: None, at: now };
        worker.db.in_tenant(&tenant, async |tx| emails::insert(tx, &new).await).await.unwrap();
    };
    for (para, chave) in [("recusado@x.com", "a"), ("ocupado@x.com", "b"), ("ocupado@x.com", "b")] {
        insert(para, chave).await;
    }
    assert_eq!(sweep(&worker).await.unwrap().emails, 0);
    let states = "select string_agg(estado || ' ' || tentativas, ',' order by id) from emails";
    assert_eq!(app.database.text(states).await, "falhou 1,pendente 1");
    assert_eq!(sweep(&worker).await.unwrap().clinicas, 0, "not before its time");
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.text(states).await, "falhou 1,pendente 2");
    app.clock.set(app.now() + SignedDuration::from_hours(49));
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.text(states).await, "falhou 1,falhou 3");
    // A worker that died in the middle loses nothing.
    insert("ana@x.com", "c").await;
    app.database
        .sql("update emails set estado = 'enviando', lease_ate = '2026-11-30 12:00Z' where chave = 'c'")
        .await;
    assert_eq!(sweep(&worker).await.unwrap().emails, 1);
    assert_eq!(received(&folder).len(), 1);
    // A month later nobody is named any more.
    app.clock.set(app.now() + SignedDuration::from_hours(31 * 24));
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number("select count(*) from emails").await, 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn without_a_server_emails_wait_and_are_given_up_after_two_days() {
    let (app, worker) = system().await;
    choose(&app, "Dr. Marco", false, true).await;
    booked((&app, &worker), &app.clinic, (date(2026, 12, 23), time(10, 0, 0, 0)), PATIENT).await;
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.text("select estado from emails").await, "pendente");
    app.clock.set(app.now() + SignedDuration::from_hours(49));
    sweep(&worker).await.unwrap();
    assert_eq!(
        app.database.text("select estado || ' ' || erro from emails").await,
        "falhou sem servidor de e-mail"
    );
}
