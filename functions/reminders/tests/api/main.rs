//! `reminders` as the schedule calls it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

mod alerts;
mod care;
mod catch_up;
mod cobranca;
mod delivery;
mod emails;
mod foreign;
mod incidents;
mod limits;
mod lines;
mod metering;
mod missed;
mod notes;
mod offers;
mod pace;
mod plans;
mod professionals;
mod quiet;
mod retention;
mod rules;
mod sent;
/// The laptop's mail server.
#[path = "../../../../local/src/smtp.rs"]
mod smtp;
mod writing;

use jiff::SignedDuration;
use reminders::sweep;
use shared::agenda::Audience;
use shared::agenda::status::{self, Step};
use shared::db::agendamentos::{Author, Canal};
use shared::db::conversas;
use shared::db::lembretes::{self, Which};
use shared::db::mensagens::Autor;
use shared::db::saida::{self, NewSaida};
use shared::domain::telefone::Telefone;
use shared::parts::WorkerParts;
use shared::testing::TestApp;
use shared::whatsapp::Contact;
use tokio::sync::Notify;

/// Nobody listens there: messages stay in the outbox, where the tests look at them.
pub(crate) const NO_EVOLUTION: &str = "http://127.0.0.1:1";

async fn system() -> (TestApp, WorkerParts) {
    let app = TestApp::new().await;
    let worker = app.worker(NO_EVOLUTION);
    (app, worker)
}

/// An appointment on Thursday, 3 December 2026, 10:00, with a reminder armed for the day before.
async fn arm(app: &TestApp, more: &str) {
    let (clinic, medico, paciente) = (app.clinic.id, app.clinic.gestora.id, app.clinic.paciente);
    app.database
        .sql(&format!(
            "with made as (
               insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               values ({clinic}, {medico}, {paciente}, '2026-12-03 10:00-03', '2026-12-03 10:30-03') returning id)
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
             select {clinic}, id, 'vespera', '2026-12-02 10:00-03' from made; {more}"
        ))
        .await;
}

const WRITTEN: &str = "select count(*) from saida";

#[tokio::test]
async fn a_due_reminder_is_written_once_however_many_sweeps_run() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number(WRITTEN).await, 0, "not due yet");
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let mut sweeps = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let worker = worker.clone();
        sweeps.spawn(async move { sweep(&worker).await.unwrap().lembretes });
    }
    let count: usize = sweeps.join_all().await.into_iter().sum();
    assert_eq!((count, app.database.number(WRITTEN).await), (1, 1));
    let text = app.database.text("select texto from saida").await;
    assert!(text.contains("Maria") && text.contains("amanhã, 03/12") && text.contains("10h"), "{text}");
    let template = "select concat_ws(' ', modelo ->> 'nome', modelo ->> 'paciente', modelo ->> 'dia', modelo ->> 'hora') from saida";
    assert_eq!(app.database.text(template).await, "lembrete_consulta Maria amanhã, 03/12 10h");
    assert!(!text.contains("Clínica Geral"), "no specialty: others may read the phone");
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number(WRITTEN).await, 1);
}

/// A sweep's transaction is open, its message written, while the visit is called off: the message must not leave.
#[tokio::test]
async fn a_visit_called_off_while_its_reminder_is_written_is_not_reminded_of() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let now = app.now();
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let written = Notify::new();
    let reminds = worker.db.in_tenant(&tenant, async |tx| {
        let [due] = &lembretes::claim(tx, Which::Coming, 50, now).await?[..] else { panic!("one is due") };
        let telefone = Telefone::parse(due.telefone.as_deref().unwrap()).unwrap();
        let contact = Contact { jid: telefone.digits().to_owned(), telefone: Some(telefone), lid: None };
        let conversa = conversas::open_quietly(tx, &contact).await?;
        let (destino, chave) = (conversa.jid.as_str(), Some("lembrete:1:1"));
        let new =
            NewSaida { conversa_id: conversa.id, destino, texto: "Lembrete", chave, at: now, modelo: None };
        let saida = saida::insert(tx, &new, Autor::Bot).await?;
        written.notify_one();
        while app.database.number(WAITING).await == 0 {
            tokio::task::yield_now().await;
        }
        lembretes::finish(tx, due.id, saida, None, now).await
    });
    let calls_off = async {
        written.notified().await;
        let id = app.database.number("select id from agendamentos").await.to_string().parse().unwrap();
        let call_off = Step::Cancel { by_patient: false, reason: None };
        let author = (Author { canal: Canal::Painel, user: None }, Audience::Staff);
        worker.db.in_tenant(&tenant, async |tx| status::step(tx, id, None, call_off, author, now).await).await
    };
    let (reminded, called_off) = tokio::join!(reminds, calls_off);
    reminded.unwrap();
    called_off.unwrap();
    assert_eq!(app.database.text("select estado from saida").await, "cancelada");
}

/// Transactions of this database that wait for another.
const WAITING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

#[tokio::test]
async fn after_an_outage_a_reminder_is_late_rather_than_lost_but_not_after_the_visit() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-03T11:00:00Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert!(app.database.text("select texto from saida").await.contains("hoje, 03/12"));
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-03T14:00:00Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number(WRITTEN).await, 0);
    assert_eq!(app.database.text("select estado from lembretes").await, "cancelado");
}

#[tokio::test]
async fn cancelled_unwanted_and_unreachable_ones_send_nothing_and_stop_nobody() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    let (clinic, medico) = (app.clinic.id, app.clinic.medico.id);
    app.database
        .sql(&format!(
            "update agendamentos set status = 'cancelado';
             insert into pacientes (cliente_id, nome, telefone, aceita_lembretes) values
               ({clinic}, 'Sem Telefone', null, true), ({clinic}, 'Não Quer', '+5511977770001', false),
               ({clinic}, 'Quer', '+5511977770002', true);
             insert into agendamentos (cliente_id, medico_id, paciente_id, inicio_em, fim_em)
               select {clinic}, {medico}, id, at, at + interval '30 minutes'
               from pacientes cross join lateral (select timestamptz '2026-12-03 08:00-03' + id % 10 * interval '30 minutes') t(at)
               where cliente_id = {clinic} and nome <> 'Maria Souza';
             insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
               select {clinic}, id, 'vespera', '2026-12-02 10:00-03' from agendamentos where medico_id = {medico};"
        ))
        .await;
    app.clock.set(app.now() + SignedDuration::from_hours(50));
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
    assert_eq!(app.database.text("select destino from saida").await, "5511977770002");
    assert_eq!(app.database.number("select count(*) from lembretes where estado = 'pendente'").await, 0);
}

/// As of a version that was taken back: the next one still finds what it armed, and who is told something else meanwhile is told that too.
#[tokio::test]
async fn a_kind_only_another_version_knows_waits_for_it_and_keeps_nobody_waiting() {
    let (app, worker) = system().await;
    let armed = "alter table lembretes drop constraint lembretes_tipo_check;
                 insert into lembretes (cliente_id, agendamento_id, tipo, enviar_em)
                   select cliente_id, id, 'preparo', '2026-12-02 09:30-03' from agendamentos";
    arm(&app, armed).await;
    let of = |tipo: &str| {
        format!("select concat_ws(' ', estado, saida_id is null) from lembretes where tipo = '{tipo}'")
    };
    app.clock.set("2026-12-02T12:30:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 0);
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1);
    assert_eq!(app.database.text(&of("vespera")).await, "enviado f");
    assert_eq!(app.database.text(&of("preparo")).await, "pendente t");
    let known = "update lembretes set tipo = 'dia' where tipo = 'preparo'";
    app.database.sql(known).await;
    app.clock.set("2026-12-02T13:20:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 1, "by whoever knows it");
}

#[tokio::test]
async fn with_evolution_away_messages_stay_and_are_tried_again_later() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    assert_eq!(sweep(&worker).await.unwrap().enviadas, 0);
    let state = "select estado || ' ' || tentativas from saida";
    assert_eq!(app.database.text(state).await, "pendente 1");
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.text(state).await, "pendente 1", "not before its time");
    app.clock.set(app.now() + SignedDuration::from_secs(30));
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.text(state).await, "pendente 2");
}

#[tokio::test]
async fn a_quiet_clinic_forgets_too_once_every_message_has_its_turn() {
    let (app, worker) = system().await;
    arm(&app, "").await;
    let (quiet, medico) = (app.other.id, app.other.medico.id);
    app.database
        .sql(&format!(
            "with kept as (
               insert into reservas (cliente_id, medico_id, tipo, dono, origem, inicio_em, fim_em, ocupado_de, ocupado_ate, expira_em)
               select {quiet}, {medico}, 'escolha', 'site:x', repeat('0', 32), t, t + interval '1 hour', t, t + interval '1 hour',
                      '2026-11-30 12:00Z' from (values (timestamptz '2026-12-01 12:00Z')) v(t) returning id)
             insert into codigos (cliente_id, reserva_id, nome, telefone, hash, expira_em)
             select {quiet}, id, 'Carla Dias', '+5511977770001', 'x', '2026-11-30 12:10Z' from kept;
             insert into idempotencia (cliente_id, chave, rota, corpo_hash, criado_em)
             values ({quiet}, 'k', 'POST /api/pacientes', '', '2026-11-30 12:00Z');"
        ))
        .await;
    let left = "select (select count(*) from reservas) + (select count(*) from codigos) + (select count(*) from idempotencia)";
    app.clock.set("2026-12-01T12:59:00Z".parse().unwrap());
    sweep(&worker).await.unwrap();
    assert_eq!(app.database.number(left).await, 3, "a day and an hour after");
    app.clock.set("2026-12-02T13:05:00Z".parse().unwrap());
    let order =
        app.database.texts("select hi_due_clientes::text from hi_due_clientes('2026-12-02 13:05Z', 9)").await;
    assert_eq!(order, [app.clinic.id.to_string(), quiet.to_string()]);
    assert_eq!(sweep(&worker).await.unwrap().clinicas, 2);
    assert_eq!(app.database.number(left).await, 0);
}
