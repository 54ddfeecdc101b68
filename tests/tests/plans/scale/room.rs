//! What is kept: on the disk, in Redis, in DynamoDB.

use std::collections::BTreeMap;

use super::budget::{CLINICS, Month, OF_A_CLINIC, sizes};
use super::law::{Law, Measured};
use super::postgres::{GROWING, Kept, levels};
use super::words::{Row, lines, number, table};
use super::{At, months, whole};

/// What a cache.r7g.large has, a quarter of it left over for what it does besides.
const CACHE_MB: f64 = 13_070.0 * 0.75;

/// Rows of an appointment that no message makes: patients come again.
pub(crate) fn of_each(table: &str) -> Option<f64> {
    ["pacientes", "conversas"].contains(&table).then_some(0.25)
}

fn rows_of(table: &str, appointment: &BTreeMap<String, f64>) -> f64 {
    of_each(table).unwrap_or_else(|| appointment.get(table).copied().unwrap_or_default())
}

/// What an appointment leaves.
pub(crate) fn rows(appointment: &BTreeMap<String, f64>) -> String {
    let mut rows: Vec<(&String, &f64)> = appointment.iter().filter(|(_, rows)| **rows >= 0.05).collect();
    rows.sort_by(|a, b| b.1.total_cmp(a.1));
    let mut told = vec![vec!["tabela".to_owned(), "linhas".to_owned()]];
    told.extend(rows.iter().map(|(table, rows)| vec![(*table).clone(), number(**rows)]));
    format!("linhas que uma consulta deixa\n{}", lines(&told))
}

/// Bytes of a row, of all of a table's indexes beside it, and what that comes to.
pub(crate) fn disk(all: &[At], appointment: &BTreeMap<String, f64>) -> String {
    let head = [
        "",
        "por consulta",
        "bytes por linha:",
        "",
        "",
        "índices:",
        "",
        "",
        "milhões de linhas",
        "GB",
        "GB dos índices",
        "níveis",
    ];
    let mut told = vec![head.map(str::to_owned).to_vec()];
    let (mut tables, mut indexes) = (0.0, 0.0);
    for name in GROWING {
        let each = rows_of(name, appointment);
        let rows = each * CLINICS * OF_A_CLINIC;
        let measured = |index: bool| {
            let of = |at: &At| {
                let parts = at.kept.iter().filter(|one| one.table == name && one.index.is_some() == index);
                parts.map(|one| one.bytes / one.rows).sum::<f64>()
            };
            Measured::new(Law::Constant, all.iter().map(|at| (at.clinics, of(at))).collect())
        };
        let (own, beside) = (measured(false), measured(true));
        // Of the largest measure, for a small one is mostly what every table has.
        let last = |measured: &Measured| measured.points.last().map(|(_, bytes)| *bytes).unwrap_or_default();
        let (gb, of_indexes) = (last(&own) * rows / 1e9, last(&beside) * rows / 1e9);
        (tables, indexes) = (tables + gb, indexes + of_indexes);
        let mut cells = vec![name.to_owned(), number(each)];
        cells.extend(
            [&own, &beside]
                .iter()
                .flat_map(|measured| measured.points.iter().map(|(_, bytes)| number(*bytes))),
        );
        cells.extend([rows / 1e6, gb, of_indexes].map(number));
        cells.push(deepest(all, name, rows));
        told.push(cells);
    }
    let most = sizes()[2].has("DatabaseMostGb");
    let (sum, word) = (tables + indexes, if tables + indexes > most { "PASSA" } else { "cabe" });
    format!(
        "no disco, com {} ({} meses)\n{}tabelas {} GB, índices {} GB, juntos {} de {} GB (DatabaseMostGb): {word}",
        whole(),
        number(months()),
        lines(&told),
        number(tables),
        number(indexes),
        number(sum),
        number(most)
    )
}

/// Levels of the deepest B-tree of a table: here, and with so many rows.
fn deepest(all: &[At], table: &str, rows: f64) -> String {
    let Some(at) = all.last() else { return String::new() };
    let trees =
        at.kept.iter().filter(|one| one.table == table).filter_map(|one: &Kept| Some((one, one.tree?)));
    let (mut here, mut there) = (0.0_f64, 0.0_f64);
    for (one, (level, children)) in trees {
        here = here.max(level + 1.0);
        there = there.max(levels(one.bytes / one.rows * rows, children) + 1.0);
    }
    format!("{} → {}", number(here), number(there))
}

/// What Redis holds when every clinic is at work.
pub(crate) fn cache(kinds: &[(&'static str, Measured)], month: &Month) -> String {
    let a_day = CLINICS * super::A_MONTH / month.premise("dias_uteis");
    // More there cannot be: each message in a conversation of its own, ten counts for each person at a screen.
    let many = [CLINICS, a_day * month.of_an_appointment().0, CLINICS * 10.0];
    let rows: Vec<Row> =
        kinds.iter().map(|(name, measured)| Row::new(*name, "bytes", measured.clone(), CLINICS)).collect();
    let megabytes = |(row, many): (&Row, f64)| row.there() * many / 1e6;
    let all: f64 = rows.iter().zip(many).map(megabytes).sum();
    let parts: Vec<String> = rows
        .iter()
        .zip(many)
        .map(|(row, many)| {
            format!("{} de {}: {} MB", number(many), row.name, number(row.there() * many / 1e6))
        })
        .collect();
    format!(
        "{}no máximo {}\njuntos {} de {} MB (cache.r7g.large, um quarto livre): {}",
        table("no Redis, bytes de uma entrada", "entradas", &rows),
        parts.join("; "),
        number(all),
        number(CACHE_MB),
        if all > CACHE_MB { "PASSA" } else { "cabe" }
    )
}

/// What DynamoDB keeps, and how often one key is written.
pub(crate) fn ledger(kinds: &BTreeMap<String, (usize, f64)>, month: &Month) -> String {
    let mut told = vec![["item", "bytes", "unidades por escrita"].map(str::to_owned).to_vec()];
    for (kind, (_, bytes)) in kinds {
        told.push(vec![kind.clone(), number(*bytes), number((bytes / 1024.0).ceil())]);
    }
    let queued = month.needs("mensagens na fila por segundo");
    let turns = month.needs("mensagens de pacientes por segundo");
    let api = month.needs("pedidos à API por segundo");
    let reports = queued - turns;
    // The sums of a clinic ten times as busy as the others: two events of a message, each in a transaction; its requests, each counted by itself at worst.
    let busy = 10.0 / CLINICS * (turns * 2.0 * 2.0 + api * 2.0);
    let all = turns * month.premise("turno_escritas")
        + reports * month.premise("relato_escritas")
        + api * month.premise("contagem_escritas");
    let mut peak = vec![["unidades de escrita por segundo", "precisa", "há", ""].map(str::to_owned).to_vec()];
    for (name, needs, has, place) in [
        ("PULSO#assistant, uma por lote de uma mensagem só", queued, 1000.0, "de uma partição"),
        ("MEDIDA# de uma clínica dez vezes mais movimentada", busy, 1000.0, "de uma partição"),
        ("todas, cada pedido contado sozinho", all, 40_000.0, "de uma tabela, cota de sempre"),
    ] {
        let word = if needs > has { "PASSA" } else { "cabe" };
        peak.push(vec![name.to_owned(), number(needs), format!("{} {place}", number(has)), word.to_owned()]);
    }
    format!("no DynamoDB\n{}\n{}", lines(&told), lines(&peak))
}
