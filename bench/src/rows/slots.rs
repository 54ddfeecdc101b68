//! The slot engine, in this process; `cargo bench` has it in detail.

use std::hint::black_box;
use std::time::Instant;

use bench::agenda::{policy, professional, question};
use bench::measure::Samples;
use bench::report::{Budget, Row};
use shared::domain::availability::{Calendar, starts};

use super::Found;

/// Thirty days of one professional with 400 entries, and of fifty.
pub(crate) fn measure(times: usize) -> anyhow::Result<Found> {
    let policy = policy();
    let clinic = (0..50).map(professional).collect::<Result<Vec<Calendar>, _>>()?;
    let (mut one, mut fifty) = (Samples::new(), Samples::new());
    for calendar in clinic.iter().cycle().take(times) {
        let asked = question(&policy, vec![calendar], Vec::new())?;
        let started = Instant::now();
        black_box(starts(black_box(&asked)));
        one.add(started.elapsed() * 1000);
        let asked = question(&policy, Vec::new(), clinic.iter().collect())?;
        let started = Instant::now();
        black_box(starts(black_box(&asked)));
        fifty.add(started.elapsed());
    }
    let rows = vec![
        Row::value("horários livres, 30 dias, 1 profissional", one.median(), "µs", Budget::Most(200.0)),
        Row::value("horários livres, 30 dias, 50 profissionais", fifty.median(), "ms", Budget::Most(5.0)),
    ];
    Ok(Found { rows, ..Found::default() })
}
