//! Tables as spreadsheets in Brazil open them: UTF-8 with a byte-order mark, `;`, decimal comma, CRLF. Forty lines need no crate.

use std::fmt::Write as _;

/// One value.
#[derive(Debug)]
pub(super) enum Cell {
    /// What people wrote; a spreadsheet must not take it for a formula.
    Text(String),
    /// A count.
    Count(i64),
    /// Centavos, written as reais.
    Money(i64),
    /// From 0 to 1; empty when there was nothing to count.
    Rate(Option<f64>),
}

impl Cell {
    fn write(&self, into: &mut String) {
        // Writing to a text cannot fail.
        let _ = match self {
            Self::Text(text) => {
                into.push_str(&quoted(&harmless(text)));
                Ok(())
            }
            Self::Count(count) => write!(into, "{count}"),
            Self::Money(centavos) => write!(into, "{},{:02}", centavos / 100, centavos % 100),
            Self::Rate(Some(rate)) => write!(into, "{}", format!("{rate:.4}").replace('.', ",")),
            Self::Rate(None) => Ok(()),
        };
    }
}

/// A table with its header.
pub(super) fn write(header: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut csv = String::from("\u{feff}");
    csv.push_str(&header.join(";"));
    csv.push_str("\r\n");
    for row in rows {
        debug_assert_eq!(row.len(), header.len(), "each value has its heading");
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                csv.push(';');
            }
            cell.write(&mut csv);
        }
        csv.push_str("\r\n");
    }
    csv
}

/// A spreadsheet evaluates what begins like this.
fn harmless(text: &str) -> String {
    let dangerous = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if dangerous { format!("'{text}") } else { text.to_owned() }
}

fn quoted(text: &str) -> String {
    // A comma too: where it separates, what follows it would be a cell of its own, and might begin as a formula does.
    let plain = !text.contains([';', ',', '"', '\r', '\n']);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_spreadsheets_in_brazil_read_them() {
        for (cell, written) in [
            (Cell::Text("Dra. Tânia".to_owned()), "Dra. Tânia"),
            (Cell::Text("a;b".to_owned()), "\"a;b\""),
            (Cell::Text("Retorno,=1+1".to_owned()), "\"Retorno,=1+1\""),
            (Cell::Text("diz \"oi\"\r\n".to_owned()), "\"diz \"\"oi\"\"\r\n\""),
            (Cell::Text("=1+1".to_owned()), "'=1+1"),
            (Cell::Text("+55".to_owned()), "'+55"),
            (Cell::Text("-1".to_owned()), "'-1"),
            (Cell::Text("@x;\"".to_owned()), "\"'@x;\"\"\""),
            (Cell::Text("\tx".to_owned()), "'\tx"),
            (Cell::Text(String::new()), ""),
            (Cell::Count(12), "12"),
            (Cell::Money(0), "0,00"),
            (Cell::Money(123_405), "1234,05"),
            (Cell::Rate(Some(1.0 / 3.0)), "0,3333"),
            (Cell::Rate(Some(1.0)), "1,0000"),
            (Cell::Rate(None), ""),
        ] {
            assert_eq!(write(&["a"], &[vec![cell]]), format!("\u{feff}a\r\n{written}\r\n"));
        }
        let two = vec![Cell::Count(1), Cell::Rate(None)];
        assert_eq!(write(&["a", "b"], &[two]), "\u{feff}a;b\r\n1;\r\n");
    }
}
