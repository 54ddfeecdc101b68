//! `make bench`: the budgets of the design, a row each, in one run. Inside `local stores`, with everything built for release.

mod rows;
mod system;
mod traced;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::outside::Outside;
use bench::report;
use bench::sampled::Sampler;
use clap::{Parser, ValueEnum};
use shared::clock::{Clock, SystemClock};

use rows::growth::{SIZES, Size};
use rows::{Found, bookings, burst, cold, growth, slots, warm, weight};
use system::{Stores, System};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// From exec to the first answer.
    Partida,
    /// The agenda of one day.
    Agenda,
    /// The login without the hash.
    Login,
    /// A message is accepted.
    Webhook,
    /// Requests per second.
    Vazao,
    /// The slot engine.
    Horarios,
    /// A hundred want twenty times.
    Marcacoes,
    /// Resident memory.
    Memoria,
    /// What is deployed.
    Zip,
    /// More clinics, more visits.
    Crescimento,
    /// Ten thousand messages.
    Rajada,
}

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Mede os orçamentos do projeto; `make bench`")]
struct Arguments {
    #[command(flatten)]
    stores: Stores,
    /// Só estas partes.
    #[arg(long, value_delimiter = ',')]
    partes: Vec<Part>,
    /// Partidas a frio de cada função.
    #[arg(long, default_value_t = 30)]
    partidas: usize,
    /// Pedidos de cada caminho quente.
    #[arg(long, default_value_t = 400)]
    pedidos: usize,
    /// Tamanhos do crescimento, `clínicas/consultas`; o primeiro é a referência.
    #[arg(long, value_delimiter = ',', default_value = SIZES)]
    tamanhos: Vec<Size>,
    /// Mensagens da rajada.
    #[arg(long, default_value_t = 10_000)]
    mensagens: usize,
    /// Conversas da rajada.
    #[arg(long, default_value_t = 500)]
    conversas: usize,
    /// Onde ficam as figuras; sem isto, nenhuma é feita.
    #[arg(long)]
    figuras: Option<PathBuf>,
    /// Onde `perf record` espera ordens; `make profile` o diz.
    #[arg(long)]
    perfil: Option<PathBuf>,
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemClock.now().as_second()
}

/// What is measured, where git knows it.
fn commit() -> Option<String> {
    let asked = std::process::Command::new("git").args(["describe", "--always", "--dirty"]).output().ok()?;
    asked.status.success().then(|| String::from_utf8_lossy(&asked.stdout).trim().to_owned())
}

fn say(text: &str) {
    // Nobody is left to tell when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let asked = Arguments::parse();
    let system = System::new(asked.stores.clone(), Outside::start()?, Sampler::new(asked.perfil.clone()))?;
    let mut all = Found::default();
    if let Some(commit) = commit() {
        say(&format!("código: {commit}"));
    }
    for part in Part::value_variants() {
        if !asked.partes.is_empty() && !asked.partes.contains(part) {
            continue;
        }
        let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let started = std::time::Instant::now();
        let found = measure(*part, &system, &asked).await?;
        say(&format!("· {name} ({:.0} s)", started.elapsed().as_secs_f64()));
        for note in &found.notes {
            say(&format!("  {note}"));
        }
        all.rows.extend(found.rows);
        all.pictures.extend(found.pictures);
    }
    if let Some(folder) = &asked.figuras {
        std::fs::create_dir_all(folder)?;
        for (name, picture) in &all.pictures {
            std::fs::write(folder.join(name), picture)?;
        }
    }
    let unexplained = report::unexplained(&all.rows);
    for row in &unexplained {
        say(&format!("acima do orçamento, e docs/desempenho.md não o explica: {}", row.what));
    }
    say(&format!("\n{}", report::table(&all.rows)));
    Ok(ExitCode::from(u8::from(!unexplained.is_empty())))
}

async fn measure(part: Part, system: &System, asked: &Arguments) -> anyhow::Result<Found> {
    match part {
        Part::Partida => cold::measure(system, asked.partidas).await,
        Part::Agenda => warm::agenda(system, asked.pedidos).await,
        Part::Login => warm::login(system, asked.pedidos / 2).await,
        Part::Webhook => warm::webhook(system, asked.pedidos).await,
        Part::Vazao => warm::throughput(system, 3.0).await,
        Part::Horarios => slots::measure(asked.pedidos),
        Part::Marcacoes => bookings::measure(system, 3).await,
        Part::Memoria => weight::memory(system).await,
        Part::Zip => weight::zips(system),
        Part::Crescimento => growth::measure(system, &asked.tamanhos, asked.pedidos / 2).await,
        Part::Rajada => Box::pin(burst::measure(system, asked.mensagens, asked.conversas)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_part() {
        let page = include_str!("../../docs/desempenho.md");
        let line = page.lines().find(|line| line.starts_with("`PARTES`: ")).unwrap();
        let told: Vec<&str> = line.split('`').skip(3).step_by(2).collect();
        let parts: Vec<_> = Part::value_variants().iter().filter_map(Part::to_possible_value).collect();
        let names: Vec<&str> = parts.iter().map(clap::builder::PossibleValue::get_name).collect();
        assert_eq!(told, names);
    }
}
