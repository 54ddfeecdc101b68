//! What grows with the clinics, measured here with 4, 12 and 36 of them, and told for ten thousand by the law each number follows: `make scale`.
//! `docs/escala.md` is made of what it prints, and says what follows from it.

mod budget;
mod ddl;
mod hours;
mod law;
mod memory;
mod postgres;
mod room;
mod traffic;
mod words;

use std::collections::BTreeMap;
use std::time::Instant;

use shared::testing::{Request, TestApp};
use tracing_subscriber::layer::SubscriberExt;

use crate::fill::{Filled, explain, fill, message};
use crate::questions::hear;
use crate::watch;
use budget::{A_MONTH, CLINICS, Month, OF_A_CLINIC};
use ddl::Took;
use postgres::Kept;
use traffic::{Asks, Traffic};
use words::number;

/// Clinics of each measure, each with as many appointments as one of the ten thousand.
const SIZES: [u32; 3] = [4, 12, 36];
/// How often a question is asked; the last of them is told, for a prepared statement settles on its plan after five.
const TIMES: usize = 8;

/// What was measured with so many clinics.
struct At {
    clinics: f64,
    kept: Vec<Kept>,
    asks: BTreeMap<&'static str, Asks>,
    questions: BTreeMap<&'static str, Answered>,
    /// Tables of more than a hundred pages that a question read from end to end.
    scanned: Vec<String>,
}

/// What a question came to: pages read and milliseconds of Postgres.
#[derive(Debug, Default, Clone, Copy)]
struct Answered {
    pages: f64,
    ms: f64,
}

#[tokio::test]
#[ignore = "a measurement: fills three databases and changes tables of three quarters of a million rows"]
async fn what_grows_with_the_clinics() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(watch::Notices)).unwrap();
    let began = Instant::now();
    let month = Month::estimate();
    let appointment = left(&month).await;
    println!("{}\n", room::rows(&appointment));
    let (redis, ledger) = {
        let app = TestApp::new().await;
        let traffic = Traffic::new(&app).await;
        traffic.turns(8).await;
        traffic.reports(16).await;
        let host = app.clinic.host();
        app.parts.gate.tenants.by_host(Some(&host)).await.unwrap();
        (memory::redis(&app).await, memory::ledger().await)
    };
    let (mut all, mut changes): (Vec<At>, Vec<(f64, Vec<Took>)>) = (Vec::new(), Vec::new());
    for clinics in SIZES {
        let app = TestApp::new().await;
        let (measured, filled) = at(&app, clinics).await;
        println!(
            "{clinics} clínicas: cheio em {filled:.0} s, medido em {:.0} s",
            began.elapsed().as_secs_f64()
        );
        all.push(measured);
        if clinics == SIZES[2] {
            for thousandths in [250, 1000, 4000] {
                changes.push(ddl::changes(&app.database, thousandths).await);
            }
        }
    }
    println!("tudo em {:.0} s\n", began.elapsed().as_secs_f64());
    println!("{}\n", room::disk(&all, &appointment));
    println!("{}\n", hours::questions(&all));
    println!("{}\n", hours::processor(&all, &month));
    println!("{}\n", budget::connections());
    println!("{}\n", hours::fullest(&all, &month));
    println!("{}\n", room::cache(&redis, &month));
    println!("{}\n", room::ledger(&ledger, &month));
    println!("{}\n", hours::changes(&changes, appointment["entrada"]));
    let scanned: Vec<&String> = all.iter().flat_map(|at| &at.scanned).collect();
    assert!(scanned.is_empty(), "read from end to end: {scanned:?}");
}

/// Rows an appointment leaves, by table: booked, talked about, told of, reported on.
async fn left(month: &Month) -> BTreeMap<String, f64> {
    let app = TestApp::new().await;
    let work = work(&app, 40).await;
    let (turns, notices, reports) = month.of_an_appointment();
    let mut rows: BTreeMap<String, f64> = BTreeMap::new();
    for (what, times) in [("marcar", 1.0), ("mensagem", turns), ("aviso", notices), ("relato", reports)] {
        for (table, each) in &work[what].rows {
            *rows.entry(table.clone()).or_default() += times * each;
        }
    }
    rows
}

/// A small clinic at work: what one of each thing asks and leaves.
async fn work(app: &TestApp, turns: u32) -> BTreeMap<&'static str, Asks> {
    let traffic = Traffic::new(app).await;
    BTreeMap::from([
        ("marcar", traffic.bookings(16).await),
        ("mensagem", traffic.turns(turns).await),
        ("relato", traffic.reports(turns * 2).await),
        ("aviso", traffic.notices().await),
    ])
}

/// With so many clinics; and the seconds it took to fill them.
async fn at(app: &TestApp, clinics: u32) -> (At, f64) {
    let began = Instant::now();
    let each = 5_000;
    let filled = Filled {
        of_the_large: each,
        medicos_of_the_large: 1,
        others: clinics - 2,
        of_another: each,
        medicos_of_another: 1,
        strangers: 0,
    };
    fill(app, filled).await;
    let seconds = began.elapsed().as_secs_f64();
    let kept = postgres::kept(&app.database).await;
    let traffic = Traffic::new(app).await;
    let asks = BTreeMap::from([
        ("nada mudou", traffic.looks(400).await),
        ("agenda de uma semana", traffic.weeks(100).await),
        ("mensagem", traffic.turns(60).await),
        ("relato", traffic.reports(150).await),
    ]);
    explain(app).await;
    let (questions, scanned) = questions(app).await;
    (At { clinics: f64::from(clinics), kept, asks, questions, scanned }, seconds)
}

/// What is asked most, in a clinic whose size stays, while the others become more.
async fn questions(app: &TestApp) -> (BTreeMap<&'static str, Answered>, Vec<String>) {
    let large =
        app.database.texts("select relname::text from pg_class where relkind = 'r' and relpages > 100").await;
    let token = app.token(&app.clinic.secretaria).await;
    let evolution = app.worker("http://127.0.0.1:1").evolution;
    let keys = shared::whatsapp::WebhookKeys::new(&"0".repeat(64)).unwrap();
    let line = shared::whatsapp::Line::new(evolution, keys, "https://gateway.exemplo");
    let inbox = inbox::router(inbox::AppState::new(app.parts.clone(), line));
    let agenda = scheduling::router(app.parts.clone());
    let medico = app
        .database
        .number(&format!("select min(medico_id) from agendamentos where cliente_id = {}", app.clinic.id))
        .await;
    let (mut answered, mut scanned) = (BTreeMap::new(), Vec::new());
    let mut keep = |name: &'static str| {
        let ran = watch::take();
        let sum = |of: fn(&watch::Ran) -> f64| ran.iter().map(of).sum::<f64>();
        #[expect(clippy::cast_precision_loss, reason = "pages of one question")]
        let told = Answered { pages: sum(|one| one.buffers as f64), ms: sum(|one| one.ms) };
        answered.insert(name, told);
        let whole = ran.iter().flat_map(|one| one.scanned.iter().filter(|table| large.contains(*table)));
        scanned.extend(whole.map(|table| format!("{name}: {table}")));
    };
    let horarios = format!("/api/horarios-disponiveis?medico_id={medico}&data=2026-12-07&ate=2026-12-13");
    for (name, path, router) in [
        ("agenda de uma semana", "/api/agendamentos?de=2026-11-30&ate=2026-12-06", &agenda),
        ("horários livres de uma semana", horarios.as_str(), &agenda),
        ("pacientes por palavras", "/api/pacientes?busca=lúcia%20nunes", &agenda),
        ("relatório de um mês", "/api/relatorios/comparecimento?de=2026-11-01&ate=2026-11-30", &agenda),
        ("conversas", "/api/conversas", &inbox),
    ] {
        for _ in 0..TIMES {
            watch::take();
            Request::new("GET", &app.clinic.host(), path).bearer(&token).send(router).await.expect(200);
        }
        keep(name);
    }
    let worker = app.worker("http://127.0.0.1:9");
    for at in 0..TIMES {
        watch::take();
        hear(&worker, &message(app, "5521971009999", &format!("3A9{at:029}"), "Quais são meus horários?"))
            .await;
    }
    keep("mensagem respondida");
    for _ in 0..3 {
        watch::take();
        reminders::sweep(&worker).await.unwrap();
    }
    keep("varredura");
    (answered, scanned)
}

/// The heading of what is told for the whole.
fn whole() -> String {
    format!("{} clínicas, {} milhões de consultas", number(CLINICS), number(CLINICS * OF_A_CLINIC / 1e6))
}

/// As many months as the appointments of a clinic are.
fn months() -> f64 {
    OF_A_CLINIC / A_MONTH
}

/// The rows an appointment leaves are those the document tells of: what the disk is reckoned with is what the code writes.
#[tokio::test]
async fn an_appointment_leaves_as_many_rows_as_the_document_says() {
    let rows = left(&Month::estimate()).await;
    let document = std::fs::read_to_string(budget::top().join("docs/escala.md")).unwrap();
    for table in postgres::GROWING.iter().filter(|table| room::of_each(table).is_none()) {
        let told = document
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{table} ")))
            .unwrap_or_else(|| panic!("{table}"));
        let told = told.split_whitespace().next().unwrap();
        let here = number(rows.get(*table).copied().unwrap_or_default());
        assert_eq!(
            told, here,
            "{table}: docs/escala.md says another number of rows for an appointment; `make scale` tells all of them anew"
        );
    }
}
