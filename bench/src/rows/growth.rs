//! The same requests of the same clinic while other clinics and visits become many, against the smallest size, in turns; and what Postgres does for
//! each statement at the largest.

use anyhow::Context;
use bench::event::Request;
use bench::lambda::Environment;
use bench::measure::{Ratio, Samples};
use bench::report::{Budget, Row, Series, lines, number};
use serde_json::Value;

use super::Found;
use crate::system::{CLINIC, System};

/// What the growth is measured at when nobody says.
pub(crate) const SIZES: &str = "10/10000,10000/10000,1000/100000";

/// Clinics and visits of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) clinics: u32,
    pub(crate) visits: u32,
}

impl std::str::FromStr for Size {
    type Err = anyhow::Error;

    /// `clinics/visits`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (clinics, visits) = text.split_once('/').context("expected clinics/visits")?;
        Ok(Self { clinics: clinics.trim().parse()?, visits: visits.trim().parse()? })
    }
}

impl std::fmt::Display for Size {
    /// As people in Brazil write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", number(self.clinics.into()), number(self.visits.into()))
    }
}

/// What is asked at every size.
const REQUESTS: [&str; 4] =
    ["agenda de um dia", "horários de uma semana", "pacientes por palavras", "agenda de uma semana"];

/// A database of one size, and an environment that answers from it.
struct Stage {
    size: Size,
    system: System,
    environment: Environment,
    events: Vec<Value>,
    samples: [Samples; REQUESTS.len()],
}

/// Each size this often; the first is what the others are compared with.
pub(crate) async fn measure(system: &System, sizes: &[Size], times: usize) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut stages = Vec::new();
    for (at, size) in sizes.iter().enumerate() {
        let started = std::time::Instant::now();
        let name = format!("bench_{at}");
        let (clinics, visits) = (size.clinics.to_string(), size.visits.to_string());
        let system = system.with_database(&name, &["--scale", &clinics, "--consultas", &visits])?;
        let bytes = system.owner()?.one("select pg_size_pretty(pg_database_size(current_database()))")?;
        found.note(format!(
            "crescimento: {clinics} clínicas e {visits} consultas, {bytes}, feitas em {:.0} s",
            started.elapsed().as_secs_f64()
        ));
        let token = system.token().await?;
        let mut environment = system.start("scheduling").await?;
        let events = events(&system, &token)?;
        for event in events.iter().cycle().take(events.len() * 15) {
            let answer = environment.call(event).await?;
            anyhow::ensure!(answer.status() == 200, "{}", answer.value);
        }
        let samples = REQUESTS.map(|_| Samples::new());
        stages.push(Stage { size: *size, system, environment, events, samples });
    }
    let watched = system.sampled()?;
    for _ in 0..times {
        for stage in &mut stages {
            for (event, samples) in stage.events.iter().zip(&mut stage.samples) {
                samples.add(stage.environment.call(event).await?.took);
            }
        }
    }
    drop(watched);
    tell(&stages, &mut found);
    let largest = stages.last().context("a size")?;
    found.notes.extend(plans(largest).await?);
    for stage in stages {
        stage.environment.stop().await?;
        stage.system.drop_database()?;
    }
    Ok(found)
}

fn events(system: &System, token: &str) -> anyhow::Result<Vec<Value>> {
    let mut owner = system.owner()?;
    let medico = owner.one(
        "select min(m.id) from medicos m join clientes c on c.id = m.cliente_id where c.subdomain = 'prosaude' and m.nome like '%Tânia%'",
    )?;
    let days = owner.query(
        "select d + 1, d + 7 from (select (now() at time zone 'America/Sao_Paulo')::date as d) hoje",
    )?;
    let [first, last] = days.into_iter().next().context("a row")?.try_into().ok().context("two days")?;
    let get = |path: &str| Request::new("GET", CLINIC, path).bearer(token).event();
    Ok(vec![
        system.agenda(token)?.event(),
        get(&format!("/api/horarios-disponiveis?medico_id={medico}&data={first}&ate={last}&duracao=30")),
        get("/api/pacientes?busca=moura"),
        get(&format!("/api/agendamentos?de={first}&ate={last}")),
    ])
}

fn tell(stages: &[Stage], found: &mut Found) {
    let Some((smallest, larger)) = stages.split_first() else { return };
    for stage in larger {
        let Size { clinics, visits } = stage.size;
        for ((what, now), before) in REQUESTS.iter().zip(&stage.samples).zip(&smallest.samples) {
            let ratio = Ratio::of(&[(now, 1.0)], &[(before, 1.0)]);
            let what =
                format!("{what}: {} clínicas, {} consultas", number(clinics.into()), number(visits.into()));
            found.rows.push(Row::ratio(what, &ratio, Budget::Times(1.2)));
        }
    }
    let sizes: Vec<Size> = stages.iter().map(|stage| stage.size).collect();
    let medians: Vec<_> = stages.iter().map(|stage| stage.samples.each_ref().map(Samples::median)).collect();
    found.pictures.extend(picture(&sizes, &medians));
}

/// What was asked at each size took so many milliseconds. The picture bears the name of the last size, so that a run of some sizes leaves those of others alone.
fn picture(sizes: &[Size], medians: &[[f64; REQUESTS.len()]]) -> Option<(String, String)> {
    let last = sizes.last()?;
    let ticks: Vec<String> = sizes.iter().map(Size::to_string).collect();
    let series: Vec<Series> = REQUESTS
        .iter()
        .enumerate()
        .map(|(at, name)| Series {
            name: (*name).to_owned(),
            points: medians.iter().filter_map(|all| all.get(at).copied()).collect(),
        })
        .collect();
    let title = "O mesmo pedido enquanto o resto cresce";
    Some((
        format!("crescimento-{}-{}.svg", last.clinics, last.visits),
        lines(title, "clínicas/consultas no banco", "ms", &ticks, &series),
    ))
}

/// What Postgres does for each statement of the requests: it explains them into its own log, as it ran them.
async fn plans(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut owner = stage.system.owner()?;
    for (name, value) in [
        ("session_preload_libraries", "auto_explain"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_timing", "off"),
        ("auto_explain.log_buffers", "on"),
        ("auto_explain.log_nested_statements", "on"),
    ] {
        owner.query(&format!(
            "do $$ begin execute format('alter role hi_app in database %I set {name} = ''{value}''', current_database()); end $$"
        ))?;
    }
    let from = owner.one("select size from pg_stat_file('server.log')")?;
    let mut environment = stage.system.start("scheduling").await?;
    // After five runs a prepared statement may settle on one plan for every parameter; that is the one that counts.
    for event in stage.events.iter().cycle().take(stage.events.len() * 8) {
        environment.call(event).await?;
    }
    environment.stop().await?;
    let log = owner.one(&format!("select pg_read_file('server.log', {from}, 100000000)"))?;
    Ok(explained(&log))
}

/// The last plan of each statement that reads a table: how it is reached, how much is read.
fn explained(log: &str) -> Vec<String> {
    let mut last = std::collections::BTreeMap::new();
    for entry in log.split("LOG:  duration: ").skip(1) {
        let Some((_, rest)) = entry.split_once("Query Text: ") else { continue };
        let lines: Vec<&str> = rest.lines().collect();
        let Some(top) = lines.iter().position(|line| line.contains("(cost=")) else { continue };
        let text = lines.get(..top).unwrap_or_default().join(" ");
        let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        let plan = lines.get(top..).unwrap_or_default();
        let mut ways: Vec<String> = plan.iter().filter_map(|line| way(line)).collect();
        ways.dedup();
        let buffers = plan.iter().find_map(|line| line.trim().strip_prefix("Buffers: shared hit="));
        let pages = buffers.and_then(|rest| rest.split_whitespace().next()).unwrap_or("0").to_owned();
        if !ways.is_empty() {
            last.insert(short, (ways, pages));
        }
    }
    let line = |(short, (ways, pages)): (String, (Vec<String>, String))| {
        format!("    {pages:>5} páginas  {short}\n          {}", ways.join(" · "))
    };
    last.into_iter().map(line).collect()
}

/// How a table is reached: by which index, or from end to end.
fn way(line: &str) -> Option<String> {
    let node = line.trim().trim_start_matches("->").trim();
    let (node, _) = node.split_once("  (cost=")?;
    let scan = node.contains(" Scan using ")
        || node.starts_with("Bitmap Index Scan")
        || node.starts_with("Seq Scan");
    scan.then(|| node.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_told_by_how_tables_are_reached() {
        let log = "2026 LOG:  duration: 0.1 ms  plan:\n\tQuery Text: select a\n\t from b\n\tSort  (cost=1)\n\t  Buffers: shared hit=12\n\
                   \t  ->  Index Scan using b_idx on b  (cost=0.28..8.30 rows=1)\n\t  ->  Seq Scan on c  (cost=1)\n";
        let told = explained(log);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("12 páginas") && told[0].contains("select a from b"), "{told:?}");
        assert!(told[0].contains("Index Scan using b_idx on b · Seq Scan on c"), "{told:?}");
    }

    #[test]
    fn a_size_is_clinics_and_visits() {
        assert_eq!("10/10000".parse::<Size>().unwrap(), Size { clinics: 10, visits: 10_000 });
        assert!("10".parse::<Size>().is_err());
    }

    /// A table's rows of a size, in the order they are asked: what was measured, and the reference.
    fn told(table: &str, size: Size) -> Vec<(f64, f64)> {
        let of =
            format!(": {} clínicas, {} consultas", number(size.clinics.into()), number(size.visits.into()));
        let ms = |cell: &str| cell.strip_suffix(" ms").unwrap().replace(',', ".").parse().unwrap();
        let row = |line: &str| {
            let (_, rest) = line.split_once(&of)?;
            let mut cells = rest.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
            Some((ms(cells.next()?), ms(cells.next()?)))
        };
        table.lines().filter_map(row).collect()
    }

    /// Where the lines of a picture go.
    fn points(svg: &str) -> Vec<f64> {
        let lines = svg.split("points=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        lines.flat_map(|line| line.split([' ', ','])).map(|number| number.parse().unwrap()).collect()
    }

    #[test]
    fn the_document_shows_the_growth_of_each_run_it_tells() {
        let page = include_str!("../../../docs/desempenho.md");
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/img"));
        let (_, whole) = page.split_once("## O que saiu").unwrap();
        // A run is told by its sizes and then by its table; the first table is of all there is, at the sizes nobody has to name.
        let named = page.split("`TAMANHOS=").skip(1).map(|rest| (rest.split('`').next().unwrap(), rest));
        for (run, rest) in named.chain([(SIZES, whole)]) {
            let table = rest.split("```").nth(1).unwrap();
            let sizes: Vec<Size> = run.split(',').map(|size| size.parse().unwrap()).collect();
            let rows: Vec<_> = sizes.iter().skip(1).map(|size| told(table, *size)).collect();
            assert!(rows.iter().all(|rows| rows.len() == REQUESTS.len()), "{run}: {rows:?}");
            let medians: Vec<_> = std::iter::once(std::array::from_fn(|at| rows[0][at].1))
                .chain(rows.iter().map(|rows| std::array::from_fn(|at| rows[at].0)))
                .collect();
            let (name, told) = picture(&sizes, &medians).unwrap();
            assert!(page.contains(&format!("](img/{name})")), "{name} is not shown");
            let kept = std::fs::read_to_string(folder.join(&name)).unwrap();
            for size in &sizes {
                assert!(kept.contains(&format!(">{size}</text>")), "{name}: {size}");
            }
            // A run draws what it measured, and the tables say three digits of it.
            let (told, kept) = (points(&told), points(&kept));
            let near = told.iter().zip(&kept).all(|(told, kept)| (told - kept).abs() < 2.0);
            assert!(told.len() == kept.len() && near, "{name} is of another run: {told:?} {kept:?}");
        }
    }
}
