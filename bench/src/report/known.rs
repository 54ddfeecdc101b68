//! The rows that are known to be over their budgets, and by how much: `docs/desempenho.md` says why. `make bench` fails for any other.

use super::{Budget, Row};

/// Each row whose being over is explained, and what was measured of it: its ratio, or its value when its budget is one. What the document's tables say; a
/// test compares them, so a row that comes to fit leaves this table, and one measured anew stands here with its new figure.
const KNOWN: [(&str, f64); 14] = [
    ("partida a frio: login", 2.12),
    ("partida a frio: scheduling", 2.56),
    ("partida a frio: inbox", 2.31),
    ("partida a frio: admin", 2.45),
    ("partida a frio: webhook", 2.06),
    ("partida a frio: assistant", 2.21),
    ("partida a frio: reminders", 2.3),
    ("partida a frio: site", 2.09),
    ("agenda de um dia / SQL + função vazia", 2.21),
    ("login sem o hash / função vazia + 1 consulta", 7.84),
    ("mensagem aceita, sem a fila / função vazia", 10.9),
    ("p99 de uma marcação, na pior rodada", 1_106.0),
    ("zip: scheduling", 6.17),
    ("pacientes por palavras: 10 clínicas, 300.000 consultas", 1.44),
];

/// How many times what was measured a time may be before it is news: the fifth the document says to reckon with from one day to another.
const WAVERS: f64 = 1.2;

/// The same of what weighs: the same code weighs the same every day, so what is beyond a twentieth is something that came in.
const GROWS: f64 = 1.05;

/// The rows that are over and not known to be, or over by more than is.
pub fn unexplained(rows: &[Row]) -> Vec<&Row> {
    rows.iter().filter(|row| row.fits() == Some(false) && !explained(row)).collect()
}

fn explained(row: &Row) -> bool {
    let factor = if row.unit == "MB" { GROWS } else { WAVERS };
    let known = KNOWN.iter().find(|(what, _)| row.what == *what);
    reached(row).zip(known).is_some_and(|(reached, (_, measured))| reached <= measured * factor)
}

/// What a row's budget is about; a count is right or it is not.
fn reached(row: &Row) -> Option<f64> {
    match row.budget {
        Budget::Times(_) => row.times(),
        Budget::Most(_) => Some(row.measured),
        Budget::Exactly(_) | Budget::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::number;
    use super::*;

    fn cold(function: &str, times: f64) -> Row {
        Row {
            reference: Some(1.0),
            ..Row::value(format!("partida a frio: {function}"), times, "ms", Budget::Times(2.0))
        }
    }

    #[test]
    fn what_is_over_by_more_than_is_explained_is_told() {
        let rows = [
            cold("login", 1.9),
            cold("login", 2.5),
            cold("login", 2.6),
            // What one function is known to reach is another's news; the owner's fits, so none of it being over is known.
            cold("webhook", 2.6),
            cold("owner", 2.1),
            Row::value("memória: login", 41.0, "MB", Budget::Most(40.0)),
            Row::value("zip: scheduling", 6.4, "MB", Budget::Most(6.0)),
            Row::value("zip: scheduling", 6.5, "MB", Budget::Most(6.0)),
            Row::value("respostas 5xx", 1.0, "", Budget::Exactly(0.0)),
        ];
        let told: Vec<(&str, f64)> =
            unexplained(&rows).iter().map(|row| (row.what.as_str(), row.measured)).collect();
        let expected = [
            ("partida a frio: login", 2.6),
            ("partida a frio: webhook", 2.6),
            ("partida a frio: owner", 2.1),
            ("memória: login", 41.0),
            ("zip: scheduling", 6.5),
            ("respostas 5xx", 1.0),
        ];
        assert_eq!(told, expected);
    }

    /// A row of the document's tables: what it is of, and what it reached, as it stands there.
    fn row(line: &str) -> (String, String) {
        let mut cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        let (what, measured) = (cells.next().unwrap(), cells.next().unwrap());
        let value = measured.split(' ').next().unwrap();
        let times = cells.filter_map(|cell| cell.strip_suffix('×')).find(|cell| !cell.starts_with('≤'));
        (what.to_owned(), times.unwrap_or(value).to_owned())
    }

    #[test]
    fn what_is_known_is_what_the_document_explains() {
        let page = include_str!("../../../docs/desempenho.md");
        let mut there: Vec<_> = page.lines().filter(|line| line.ends_with("  over")).map(row).collect();
        let mut here: Vec<_> =
            KNOWN.iter().map(|(what, measured)| ((*what).to_owned(), number(*measured))).collect();
        there.sort();
        here.sort();
        assert_eq!(here, there);
    }
}
