//! Which messages go out when, by the rules of clinic and professional: booked and moved for real, swept as the minutes pass.

use jiff::SignedDuration;
use jiff::civil::{Date, Time, date, time};
use reminders::sweep;
use shared::agenda::book::{Booking, Who, book};
use shared::agenda::change::{Move, reschedule};
use shared::agenda::series::{Repeat, Unit, book_series};
use shared::agenda::status::{Step, step};
use shared::agenda::{Audience, rules_changed};
use shared::db::agendamentos::{Agendamento, Author, Canal};
use shared::parts::WorkerParts;
use shared::problem::Problem;
use shared::testing::{Clinic, TestApp};
use shared::whatsapp::screen::fits;

use crate::system;

pub(crate) const STAFF: Author = Author { canal: Canal::Painel, user: None };
const PATIENT: Author = Author { canal: Canal::Whatsapp, user: None };

pub(crate) fn booking(clinic: &Clinic, date: Date, time: Time) -> Booking {
    Booking {
        medico_id: clinic.medico.id.to_string().parse().unwrap(),
        date,
        time,
        duration: None,
        servico_id: None,
        convenio_id: None,
        who: Who::Known(clinic.paciente.to_string().parse().unwrap()),
        motivo: None,
        encaixe: false,
        retorno_de: None,
        audience: Audience::Staff,
        owner: None,
    }
}

/// Books at a clinic, by whom it is said.
pub(crate) async fn booked(
    (app, worker): (&TestApp, &WorkerParts),
    clinic: &Clinic,
    (date, time): (Date, Time),
    author: Author,
) -> Agendamento {
    let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
    let (wanted, now) = (booking(clinic, date, time), app.now());
    worker.db.in_tenant(&tenant, async |tx| book(tx, wanted, author, now).await).await.unwrap()
}

pub(crate) async fn does(
    (app, worker): (&TestApp, &WorkerParts),
    visit: &Agendamento,
    what: Step<'_>,
) -> Result<Agendamento, Problem> {
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let (id, now) = (visit.id, app.now());
    worker
        .db
        .in_tenant(&tenant, async |tx| step(tx, id, None, what, (STAFF, Audience::Staff), now).await)
        .await
}

/// What was written since the last look, as `tipo text`.
pub(crate) async fn told(app: &TestApp, worker: &WorkerParts, at: &str) -> Vec<String> {
    app.clock.set(at.parse().unwrap());
    let before = app.database.number("select coalesce(max(id), 0) from saida").await;
    sweep(worker).await.unwrap();
    let texts = app.database.texts(&format!("select texto from saida where id > {before} order by id")).await;
    assert!(texts.iter().all(|text| fits(text)), "longer than a screen: {texts:?}");
    texts
}

const THURSDAY: Date = date(2026, 12, 3);

#[tokio::test]
async fn a_visit_is_confirmed_then_reminded_of_the_day_before_and_two_hours_before() {
    let (app, worker) = system().await;
    booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), STAFF).await;
    let confirmed = told(&app, &worker, "2026-11-30T12:01:00Z").await;
    assert_eq!(confirmed.len(), 1, "{confirmed:?}");
    assert!(
        confirmed[0].contains("está marcada: quinta-feira, 03/12, às *10h*, com Dr. Marco"),
        "{confirmed:?}"
    );
    assert!(confirmed[0].contains("*1* para confirmar") && !confirmed[0].contains("Cardiologia"));
    assert!(told(&app, &worker, "2026-12-02T12:59:00Z").await.is_empty());
    let eve = told(&app, &worker, "2026-12-02T13:00:00Z").await;
    assert!(eve.len() == 1 && eve[0].contains("é amanhã, 03/12, às *10h*"), "{eve:?}");
    assert!(told(&app, &worker, "2026-12-03T10:59:00Z").await.is_empty());
    let day = told(&app, &worker, "2026-12-03T11:00:00Z").await;
    assert!(day.len() == 1 && day[0].contains("é hoje, 03/12, às *10h*"), "{day:?}");
    assert!(told(&app, &worker, "2026-12-03T12:59:00Z").await.is_empty());
}

/// Of a clinic with several doors the message says which; of one with one it says nothing of doors.
#[tokio::test]
async fn where_there_are_several_places_a_reminder_says_which() {
    let (app, worker) = system().await;
    let (clinic, medico) = (app.clinic.id, &app.clinic.medico.id);
    let door = format!(
        "update medicos set unidade_id = (select id from unidades where cliente_id = {clinic} and nome = 'Principal') where id = {medico}"
    );
    app.database.sql(&door).await;
    booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), STAFF).await;
    let told_of_one = told(&app, &worker, "2026-11-30T12:01:00Z").await;
    assert!(
        told_of_one[0].contains("com Dr. Marco.") && !told_of_one[0].contains("unidade"),
        "{told_of_one:?}"
    );
    let more =
        format!("insert into unidades (cliente_id, nome, endereco) values ({clinic}, 'Norte', 'Rua B, 2')");
    app.database.sql(&more).await;
    let eve = told(&app, &worker, "2026-12-02T13:00:00Z").await;
    assert!(eve[0].contains("sua consulta com Dr. Marco (unidade Principal) é amanhã"), "{eve:?}");
    let modelo = app.database.text("select modelo::text from saida order by id desc limit 1").await;
    assert!(modelo.contains("Dr. Marco (unidade Principal)"), "{modelo}");
}

#[tokio::test]
async fn who_booked_in_the_chat_is_not_told_again_and_who_said_yes_is_not_asked_again() {
    let (app, worker) = system().await;
    let made = booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), PATIENT).await;
    assert!(told(&app, &worker, "2026-11-30T12:01:00Z").await.is_empty());
    does((&app, &worker), &made, Step::Confirm).await.unwrap();
    let eve = told(&app, &worker, "2026-12-02T13:00:00Z").await;
    assert!(eve.len() == 1 && eve[0].contains("*2* para remarcar") && !eve[0].contains("*1*"), "{eve:?}");
    let last = "select modelo->>'nome' from saida order by id desc limit 1";
    assert_eq!(app.database.texts(last).await, ["lembrete_confirmada"], "nor by the template at Meta");
}

#[tokio::test]
async fn who_books_for_in_an_hour_gets_no_reminder() {
    let (app, worker) = system().await;
    booked((&app, &worker), &app.clinic, (date(2026, 11, 30), time(10, 0, 0, 0)), PATIENT).await;
    assert_eq!(app.database.number("select count(*) from lembretes").await, 0);
    for at in ["2026-11-30T12:01:00Z", "2026-11-30T12:59:00Z"] {
        assert!(told(&app, &worker, at).await.is_empty());
    }
}

#[tokio::test]
async fn what_an_outage_left_of_two_reminders_is_one_with_the_right_words() {
    let (app, worker) = system().await;
    booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), STAFF).await;
    let late = told(&app, &worker, "2026-12-03T11:30:00Z").await;
    assert!(late.len() == 1 && late[0].contains("é hoje, 03/12, às *10h*"), "{late:?}");
    assert_eq!(app.database.number("select count(*) from lembretes where estado = 'pendente'").await, 0);
    // One that comes shortly before the next takes its place, too.
    booked((&app, &worker), &app.clinic, (date(2026, 12, 10), time(10, 0, 0, 0)), PATIENT).await;
    assert_eq!(told(&app, &worker, "2026-12-10T10:50:00Z").await.len(), 0, "it is night");
    let morning = told(&app, &worker, "2026-12-10T11:00:00Z").await;
    assert!(morning.len() == 1 && morning[0].contains("hoje"), "{morning:?}");
}

#[tokio::test]
async fn what_is_late_at_night_waits_for_the_morning() {
    let (app, worker) = system().await;
    booked((&app, &worker), &app.clinic, (THURSDAY, time(15, 0, 0, 0)), PATIENT).await;
    assert!(told(&app, &worker, "2026-12-03T01:00:00Z").await.is_empty(), "22h");
    assert!(told(&app, &worker, "2026-12-03T10:59:00Z").await.is_empty());
    let eve = told(&app, &worker, "2026-12-03T11:00:00Z").await;
    assert!(eve.len() == 1 && eve[0].contains("hoje, 03/12, às *15h*"), "{eve:?}");
}

#[tokio::test]
async fn a_move_arms_everything_again_and_the_patient_is_told_of_the_new_time_once() {
    let (app, worker) = system().await;
    let made = booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), STAFF).await;
    assert_eq!(told(&app, &worker, "2026-12-02T13:00:00Z").await.len(), 1);
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let now = app.now();
    let put = async |to: Date, author: Author| {
        let change = Move { date: Some(to), ..Move::none(Audience::Staff) };
        worker
            .db
            .in_tenant(&tenant, async |tx| reschedule(tx, made.id, None, change, author, now).await)
            .await
            .unwrap();
    };
    put(date(2026, 12, 8), STAFF).await;
    put(date(2026, 12, 7), STAFF).await;
    // Back to where it was: it is reminded of there once more.
    put(date(2026, 12, 8), STAFF).await;
    let moved = told(&app, &worker, "2026-12-02T13:01:00Z").await;
    assert!(moved.len() == 1 && moved[0].contains("terça-feira, 08/12"), "{moved:?}");
    put(THURSDAY, PATIENT).await;
    assert!(told(&app, &worker, "2026-12-02T13:02:00Z").await.is_empty());
    let day = told(&app, &worker, "2026-12-03T11:00:00Z").await;
    assert!(day.len() == 1 && day[0].contains("hoje"), "{day:?}");
    does((&app, &worker), &made, Step::Cancel { by_patient: false, reason: None }).await.unwrap();
    assert_eq!(app.database.number("select count(*) from lembretes where estado = 'pendente'").await, 0);
}

#[tokio::test]
async fn a_series_is_one_message_and_each_visit_of_it_is_reminded_of() {
    let (app, worker) = system().await;
    let tenant = worker.tenants.by_instance(&app.clinic.instance).await.unwrap();
    let wanted = booking(&app.clinic, date(2026, 12, 2), time(9, 0, 0, 0));
    let (repeat, now) = (Repeat { frequencia: Unit::Semanal, intervalo: 1, vezes: 6 }, app.now());
    let made = worker
        .db
        .in_tenant(&tenant, async |tx| book_series(tx, wanted, repeat, STAFF, now).await)
        .await
        .unwrap();
    assert_eq!(made.made.len(), 6, "{:?}", made.refused);
    let confirmed = told(&app, &worker, "2026-11-30T12:01:00Z").await;
    assert_eq!(confirmed.len(), 1, "{confirmed:?}");
    let text = &confirmed[0];
    assert!(
        text.contains("quarta-feira, 02/12, às 9h") && text.contains("e mais 2.") && !text.contains("*1*"),
        "{text}"
    );
    assert_eq!(told(&app, &worker, "2026-12-01T12:00:00Z").await.len(), 1);
    assert_eq!(told(&app, &worker, "2026-12-08T12:00:00Z").await.len(), 1);
}

#[tokio::test]
async fn a_professionals_own_rule_goes_before_the_clinics_and_a_change_reaches_what_is_booked() {
    let (app, worker) = system().await;
    let clinic = &app.clinic;
    let (marco, tania) = (clinic.medico.id, clinic.gestora.id);
    app.database
        .sql(&format!(
            "insert into regras_lembrete (cliente_id, medico_id, vespera_minutos, dia_ativo) values ({0}, null, 2880, null), ({0}, {marco}, null, false)",
            clinic.id
        ))
        .await;
    let of_marco = booked((&app, &worker), clinic, (THURSDAY, time(10, 0, 0, 0)), PATIENT).await;
    let other = booked((&app, &worker), &app.other, (THURSDAY, time(10, 0, 0, 0)), PATIENT).await;
    let armed = async |visit: &Agendamento| {
        let query = format!(
            "select tipo || ' ' || to_char(enviar_em at time zone 'America/Sao_Paulo', 'MM-DD HH24:MI') from lembretes
             where agendamento_id = {} and estado = 'pendente' order by tipo",
            visit.id
        );
        app.database.texts(&query).await
    };
    assert_eq!(armed(&of_marco).await, ["vespera 12-01 10:00"]);
    assert_eq!(armed(&other).await, ["dia 12-03 08:00", "vespera 12-02 10:00"]);
    let tenant = worker.tenants.by_instance(&clinic.instance).await.unwrap();
    let now = app.now();
    let changed = async |sql: String| {
        app.database.sql(&sql).await;
        worker.db.in_tenant(&tenant, async |tx| rules_changed(tx, None, now).await).await.unwrap();
    };
    changed(format!(
        "update regras_lembrete set vespera_minutos = 1440 where cliente_id = {} and medico_id is null",
        clinic.id
    ))
    .await;
    assert_eq!(armed(&of_marco).await, ["vespera 12-02 10:00"]);
    changed(format!(
        "update regras_lembrete set dia_ativo = true, dia_minutos = 60 where medico_id = {marco}"
    ))
    .await;
    assert_eq!(armed(&of_marco).await, ["dia 12-03 09:00", "vespera 12-02 10:00"]);
    changed(format!(
        "update clientes set silencio_inicio_minuto = 540, silencio_fim_minuto = 570 where id = {}",
        clinic.id
    ))
    .await;
    assert_eq!(armed(&of_marco).await, ["dia 12-03 09:30", "vespera 12-02 10:00"]);
    changed(format!(
        "insert into regras_lembrete (cliente_id, medico_id, vespera_ativo) values ({}, {tania}, true)",
        clinic.id
    ))
    .await;
    changed(format!("update regras_lembrete set vespera_ativo = false where medico_id = {marco}")).await;
    assert_eq!(armed(&of_marco).await, ["dia 12-03 09:30"]);
    assert_eq!(armed(&other).await, ["dia 12-03 08:00", "vespera 12-02 10:00"], "another clinic's stay");
    // What was sent is not sent again by another rule.
    assert_eq!(told(&app, &worker, "2026-12-03T12:30:00Z").await.len(), 2);
    let now = app.now();
    worker.db.in_tenant(&tenant, async |tx| rules_changed(tx, None, now).await).await.unwrap();
    assert!(armed(&of_marco).await.is_empty());
}

#[tokio::test]
async fn a_patient_whose_phone_whatsapp_does_not_tell_is_reminded_where_they_booked() {
    let (app, worker) = system().await;
    let clinic = app.clinic.id;
    let thread = "insert into conversas (cliente_id, contato, telefone, lid, jid, paciente_id)";
    let lid = "184726354958372@lid";
    app.database
        .sql(&format!(
            "update pacientes set telefone = null where cliente_id = {clinic};
             {thread} values ({clinic}, 'lid:184726354958372', null, '184726354958372', '{lid}', {p});
             {thread} values ({other}, 'lid:184726354958372', null, '184726354958372', 'de-outra@lid', null);",
            p = app.clinic.paciente,
            other = app.other.id,
        ))
        .await;
    booked((&app, &worker), &app.clinic, (THURSDAY, time(10, 0, 0, 0)), STAFF).await;
    assert_eq!(told(&app, &worker, "2026-11-30T12:01:00Z").await.len(), 1);
    let to = "select string_agg(destino, ',' order by id) from saida";
    assert_eq!(app.database.text(to).await, lid);
    // With a phone, too, one message: to the phone.
    app.database
        .sql(&format!("update pacientes set telefone = '+5511999990001' where cliente_id = {clinic}"))
        .await;
    assert_eq!(told(&app, &worker, "2026-12-02T13:00:00Z").await.len(), 1);
    assert_eq!(app.database.text(to).await, format!("{lid},5511999990001"));
}

/// Both clinics have a dozen of each kind due; five workers at once, on threads of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 5)]
async fn five_sweeps_at_once_tell_everybody_of_two_clinics_once() {
    let (app, worker) = system().await;
    for clinic in [&app.clinic, &app.other] {
        for hour in 8..12 {
            for (day, author) in [(2, PATIENT), (3, STAFF), (4, PATIENT)] {
                booked((&app, &worker), clinic, (date(2026, 12, day), time(hour, 0, 0, 0)), author).await;
            }
        }
    }
    // At night nothing. In the morning one for each of the 2nd that has not begun, and of the 3rd the eve's or the confirmation; at noon the
    // other eves of the 3rd, and a day later those of the 4th.
    for (at, expected) in [
        ("2026-12-02T08:00:00Z", 0),
        ("2026-12-02T11:05:00Z", 14),
        ("2026-12-02T15:00:00Z", 6),
        ("2026-12-03T15:00:00Z", 8),
    ] {
        app.clock.set(at.parse().unwrap());
        let mut sweeps = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let worker = worker.clone();
            sweeps.spawn(async move { sweep(&worker).await.unwrap().lembretes });
        }
        let count: usize = sweeps.join_all().await.into_iter().sum();
        let visits = app.database.texts("select texto from saida order by id").await;
        assert_eq!(count, expected, "{at}: {visits:#?}");
    }
    let written = app.database.number("select count(*) from saida").await;
    assert_eq!(written, app.database.number("select count(distinct (cliente_id, chave)) from saida").await);
    assert_eq!(written, 28);
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    assert_eq!(sweep(&worker).await.unwrap().lembretes, 0);
}
