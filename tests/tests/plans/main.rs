//! What Postgres does for each question of the functions when there are a million appointments: `make plans`. Every statement is the one the
//! functions send, as their own role, inside one clinic, asked often enough that a prepared one settles on its plan; none may read a
//! large table from end to end, nor much more than it answers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]
#![expect(clippy::print_stdout, reason = "a measurement is read by a person")]

mod fill;
mod questions;
mod scale;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use fill::Filled;
use shared::testing::{Request, TestApp};
use tracing_subscriber::layer::SubscriberExt;
use watch::Ran;

/// After five runs Postgres may settle on one plan for every parameter; that one counts too.
const TIMES: usize = 7;
/// Tables with more pages than this are large.
const LARGE: i64 = 100;

/// Two hundred thousand in one clinic, ten thousand in each of eighty others.
const MILLION: Filled = Filled {
    of_the_large: 200_000,
    medicos_of_the_large: 20,
    others: 79,
    of_another: 10_000,
    medicos_of_another: 5,
    strangers: 90_000,
};

#[tokio::test]
#[ignore = "a measurement: fills a database with a million appointments"]
async fn no_question_reads_much_more_than_it_answers() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(watch::Notices)).unwrap();
    let app = TestApp::new().await;
    let started = std::time::Instant::now();
    fill::fill(&app, MILLION).await;
    println!("filled in {:.0?}", started.elapsed());
    fill::explain(&app).await;
    let large: BTreeSet<String> = app
        .database
        .texts(&format!("select relname::text from pg_class where relkind = 'r' and relpages > {LARGE}"))
        .await
        .into_iter()
        .collect();
    let mut worst = BTreeMap::new();
    let agenda = scheduling::router(app.parts.clone());
    let evolution = app.worker("http://127.0.0.1:1").evolution;
    let keys = shared::whatsapp::WebhookKeys::new(&"0".repeat(64)).unwrap();
    let inbox = inbox::router(inbox::AppState::new(
        app.parts.clone(),
        shared::whatsapp::Line::new(evolution, keys, "https://gateway.exemplo"),
    ));
    for question in questions::of_staff(&app).await {
        for _ in 0..TIMES {
            let token = app.token(question.person).await;
            let request = Request::new(question.method, &app.clinic.host(), &question.path).bearer(&token);
            let request = match &question.body {
                Some(body) => request.json(body),
                None => request,
            };
            let router =
                if ["/api/conversas", "/api/whatsapp"].iter().any(|inbox| question.path.starts_with(inbox)) {
                    &inbox
                } else {
                    &agenda
                };
            let answer = request.send(router).await;
            assert_eq!(
                answer.status, question.status,
                "{} {}: {}",
                question.method, question.path, answer.text
            );
        }
        let name = format!("{} {}", question.method, question.name);
        keep(&mut worst, &name, question.most);
    }
    questions::of_forgotten(&app, &agenda, |name, most| keep(&mut worst, name, most)).await;
    questions::of_workers(&app, |name, most| keep(&mut worst, name, most)).await;
    report(&worst, &large);
}

/// A question's statements at their slowest, and how many rows each may read.
type Worst = BTreeMap<(String, String), (Ran, f64)>;

fn keep(worst: &mut Worst, question: &str, most: f64) {
    for ran in watch::take() {
        let most = if is_the_nights_measure(&ran.text) { EVERY_ROW } else { most };
        let key = (question.to_owned(), ran.text.clone());
        if worst.get(&key).is_none_or(|(known, _)| (known.read, known.buffers) < (ran.read, ran.buffers)) {
            worst.insert(key, (ran, most));
        }
    }
}

/// What a clinic keeps is counted once a night, and counting is reading: of the largest clinic here, every row.
const EVERY_ROW: f64 = 1_000_000.0;

fn is_the_nights_measure(text: &str) -> bool {
    text.starts_with("insert into uso_mensal ")
        || text.starts_with("select count(*) from ") && text.ends_with(" where cliente_id = $1")
}

fn report(worst: &Worst, large: &BTreeSet<String>) {
    let mut wrong = Vec::new();
    println!("{:>9} {:>8} {:>8} {:>8}  question: statement", "ms", "buffers", "read", "answered");
    for ((question, text), (ran, most)) in worst {
        let scanned: Vec<&String> = ran.scanned.iter().filter(|table| large.contains(*table)).collect();
        let bad = !scanned.is_empty() || ran.read > most + 20.0 * ran.returned;
        if ran.read >= 20.0 || ran.buffers >= 50 || bad {
            let mark = if bad { "!" } else { " " };
            let jit = if ran.plan["JIT"].is_null() { "" } else { " (compiled)" };
            let short: String = text.chars().take(150).collect();
            println!(
                "{:9.2} {:8} {:8} {:8}{mark}{jit} {question}: {short}",
                ran.ms, ran.buffers, ran.read, ran.returned
            );
        }
        if bad {
            wrong.push(format!(
                "{question} reads {} rows, scans {scanned:?}\n{text}\n{:#}",
                ran.read, ran.plan["Plan"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(worst.len() > 100, "only {} statements were seen", worst.len());
}
