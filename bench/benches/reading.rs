//! The reading of messages, where the dialogue engine's own processor time goes (the rest of a turn is asking Postgres): what a patient's message says, over all labelled messages, and the slowest of them.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use assistant::reading::{Context, understand};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use shared::id::MedicoId;

/// The messages, without their labels.
fn messages() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/assistant/tests/data/utterances.json");
    let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let all = file.get("utterances").unwrap().as_array().unwrap();
    all.iter().map(|one| one.get("text").unwrap().as_str().unwrap().to_owned()).collect()
}

fn reading(criterion: &mut Criterion) {
    let medicos: Vec<(MedicoId, String, Option<String>)> = [
        ("Dra. Tânia Ribeiro", "Clínica Geral"),
        ("Dr. Marco Aurélio", "Cardiologia"),
        ("Dra. Helena Prado", "Pediatria"),
    ]
    .into_iter()
    .zip(1_i64..)
    .map(|((nome, especialidade), id)| {
        (id.to_string().parse().unwrap(), nome.to_owned(), Some(especialidade.to_owned()))
    })
    .collect();
    let convenios = ["Unimed", "Bradesco Saúde", "Amil"].map(str::to_owned);
    let servicos = ["Consulta", "Retorno", "Ultrassom"].map(str::to_owned);
    let now = date(2026, 11, 30).at(9, 0, 0, 0);
    let context = Context { now, medicos: &medicos, convenios: &convenios, servicos: &servicos };
    let all = messages();
    let took = |text: &str| {
        let started = Instant::now();
        for _ in 0..20 {
            black_box(understand(black_box(text), &context));
        }
        started.elapsed()
    };
    let slowest = all.iter().max_by_key(|text| took(text)).cloned().unwrap_or_default();
    let mut group = criterion.benchmark_group("reading");
    group.measurement_time(Duration::from_secs(8)).sample_size(20);
    group.throughput(Throughput::Elements(all.len() as u64));
    group.bench_function("all labelled messages", |run| {
        run.iter(|| all.iter().for_each(|text| drop(black_box(understand(black_box(text), &context)))));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("the slowest of them", |run| {
        run.iter(|| understand(black_box(&slowest), &context));
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
