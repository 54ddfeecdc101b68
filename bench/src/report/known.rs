//! The rows that are known to be over their budgets, and by how much: `docs/desempenho.md` says why. `make bench` fails for any other.

use super::{Budget, Row};

/// How a row begins, and up to which ratio (or value, when its budget is one) its being over is explained; a fifth more than was measured; against a tenth of a
/// millisecond, what it ranged over.
const KNOWN: [(&str, f64); 7] = [
    ("partida a frio: ", 3.4),
    ("agenda de um dia / SQL + função vazia", 2.8),
    ("login sem o hash / função vazia + 1 consulta", 10.0),
    ("mensagem aceita, sem a fila / função vazia", 14.0),
    ("p99 de uma marcação, na pior rodada", 1_500.0),
    ("zip: scheduling", 6.5),
    ("pacientes por palavras: 10 clínicas, 300.000 consultas", 1.7),
];

/// The rows that are over and not known to be, or over by more than is.
pub fn unexplained(rows: &[Row]) -> Vec<&Row> {
    rows.iter().filter(|row| row.fits() == Some(false) && !explained(row)).collect()
}

fn explained(row: &Row) -> bool {
    let reached = match row.budget {
        Budget::Times(_) => row.times(),
        Budget::Most(_) => Some(row.measured),
        Budget::Exactly(_) | Budget::None => None,
    };
    reached.is_some_and(|reached| {
        KNOWN.iter().any(|(what, most)| row.what.starts_with(what) && reached <= *most)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_by_more_than_is_explained_is_told() {
        let cold = |measured| Row {
            reference: Some(1.0),
            ..Row::value("partida a frio: login", measured, "ms", Budget::Times(2.0))
        };
        let rows = [
            cold(1.9),
            cold(2.4),
            cold(3.5),
            Row::value("memória: login", 41.0, "MB", Budget::Most(40.0)),
            Row::value("zip: scheduling", 6.1, "MB", Budget::Most(6.0)),
            Row::value("respostas 5xx", 1.0, "", Budget::Exactly(0.0)),
        ];
        let told: Vec<(&str, f64)> =
            unexplained(&rows).iter().map(|row| (row.what.as_str(), row.measured)).collect();
        let expected = [("partida a frio: login", 3.5), ("memória: login", 41.0), ("respostas 5xx", 1.0)];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_known_is_explained_where_it_says() {
        let page = include_str!("../../../docs/desempenho.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.ends_with("  over")).collect();
        for (what, _) in KNOWN {
            assert!(rows.iter().any(|row| row.starts_with(what)), "{what:?} is over in no table there");
        }
    }
}
