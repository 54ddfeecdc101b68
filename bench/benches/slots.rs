//! The slot engine against its budgets: 30 days of one professional with 400 entries in at most 200 µs, of fifty in at most 5 ms.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]

use std::hint::black_box;

use bench::agenda::{policy, professional, question};
use criterion::{Criterion, criterion_group, criterion_main};
use shared::domain::availability::{Calendar, starts};

fn slots(criterion: &mut Criterion) {
    let policy = policy();
    let clinic: Vec<Calendar> = (0..50).map(|seed| professional(seed).unwrap()).collect();
    let one = professional(0).unwrap();
    let seats = Calendar { capacity: 3, ..professional(0).unwrap() };
    let ask = |calendar| starts(black_box(&question(&policy, vec![calendar], Vec::new()).unwrap()));
    let mut group = criterion.benchmark_group("slots, 30 days, 400 entries each");
    group.sample_size(50);
    group.bench_function("1 professional", |run| run.iter(|| ask(&one)));
    group.bench_function("1 group of 3 seats", |run| run.iter(|| ask(&seats)));
    group.bench_function("50 professionals, one by one", |run| {
        run.iter(|| clinic.iter().map(|calendar| ask(calendar).len()).sum::<usize>());
    });
    group.bench_function("50 professionals, any of them", |run| {
        run.iter(|| starts(black_box(&question(&policy, Vec::new(), clinic.iter().collect()).unwrap())));
    });
    group.finish();
}

criterion_group!(benches, slots);
criterion_main!(benches);
