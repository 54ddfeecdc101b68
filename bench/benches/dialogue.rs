//! The dialogue engine: whole turns, from a message of the queue to the answer WhatsApp took, with Postgres, Redis and DynamoDB beside it. WhatsApp
//! is the stand-in of [`bench::outside`], which answers at once, and no language model is asked. `make engines` starts the stores.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]

use std::cell::Cell;
use std::time::{Duration, Instant};

use assistant::{Engine, Listening};
use aws_lambda_events::sqs::SqsEvent;
use bench::outside::Outside;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shared::parts::WorkerParts;
use shared::testing::{TestApp, contact, queued, wrote};
use shared::whatsapp::Content;

/// From the first word to a booked visit, and to the same visit called off; and what each is answered with, so that what is measured is the work.
const CONVERSATION: [(&str, &str, &str); 8] = [
    ("the first word", "Olá, quero agendar uma consulta", "Com quem"),
    ("a professional", "com o dr marco", "Tenho estes horários"),
    ("a day, whose free times are looked for", "amanhã", "Amanhã, 01/12"),
    ("a time", "às 9", "nome completo"),
    ("a name", "Joana Pereira Lima", "Posso confirmar"),
    ("the yes that books", "sim", "Consulta marcada"),
    ("what is to be called off", "quero cancelar", "cancelar"),
    ("the yes that calls off", "sim", "cancelada"),
];

/// A clinic whose patients write, one after the other, each from a phone of their own.
struct Clinic {
    app: TestApp,
    worker: WorkerParts,
    whatsapp: Outside,
    patients: Cell<usize>,
}

impl Clinic {
    async fn open() -> Self {
        let app = TestApp::new().await;
        let whatsapp = Outside::start().unwrap();
        let worker = app.worker(&format!("http://{}", whatsapp.evolution));
        Self { app, worker, whatsapp, patients: Cell::new(0) }
    }

    /// What each turn of a new patient's conversation took.
    async fn conversation(&self) -> Vec<Duration> {
        let patient = self.patients.replace(self.patients.get() + 1);
        let phone = format!("55119{:08}", 80_000_000 + patient);
        let mut turns = Vec::new();
        for (at, (_, says, hears)) in CONVERSATION.into_iter().enumerate() {
            let message = wrote(
                &format!("MSG{patient:06}{at:02}"),
                contact(&phone),
                None,
                Content::Text(says.to_owned()),
            );
            let event = queued(&[self.app.heard(&self.app.clinic, message)]);
            let event: SqsEvent = serde_json::from_value(event).unwrap();
            let started = Instant::now();
            let done = assistant::handle(&self.worker, &Engine::none(), Listening::AT_ONCE, event).await;
            turns.push(started.elapsed());
            assert!(done.batch_item_failures.is_empty());
            let answers = self.whatsapp.sent();
            let answer = answers.iter().map(|sent| sent.text.as_str()).collect::<Vec<_>>().join("\n");
            assert!(answer.contains(hears), "patient {patient} said {says:?} and heard {answer:?}");
            self.whatsapp.clear();
        }
        turns
    }
}

fn dialogue(criterion: &mut Criterion) {
    // As a Lambda has it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clinic = runtime.block_on(Clinic::open());
    let mut group = criterion.benchmark_group("dialogue");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
    group.sampling_mode(criterion::SamplingMode::Flat);
    let measured = |times: u64, take: &dyn Fn(&[Duration]) -> Duration| {
        runtime.block_on(async {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                took += take(&clinic.conversation().await);
            }
            took
        })
    };
    group.throughput(Throughput::Elements(CONVERSATION.len() as u64));
    group.bench_function("a visit booked and called off", |run| {
        run.iter_custom(|times| measured(times, &|turns| turns.iter().sum()));
    });
    group.throughput(Throughput::Elements(1));
    for (at, (turn, _, _)) in CONVERSATION.into_iter().enumerate() {
        group.bench_function(turn, |run| {
            run.iter_custom(|times| measured(times, &|turns| turns.get(at).copied().unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, dialogue);
criterion_main!(benches);
