//! How what was measured is told: tables of plain text, numbers as they are written in Brazil.

use super::law::Measured;

/// A number that was measured, and what of it there is.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) measured: Measured,
    /// The size it is told for.
    pub(crate) target: f64,
    /// What there is of it, and where that stands.
    pub(crate) has: Option<(f64, &'static str)>,
}

/// More than this a law does not fit.
const OFF: f64 = 0.35;

impl Row {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, measured: Measured, target: f64) -> Self {
        Self { name: name.into(), unit, measured, target, has: None }
    }

    pub(crate) fn of(self, most: f64, place: &'static str) -> Self {
        Self { has: Some((most, place)), ..self }
    }

    pub(crate) fn there(&self) -> f64 {
        self.measured.at(self.target)
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![format!("{} ({})", self.name, self.unit)];
        cells.extend(self.measured.points.iter().map(|(_, value)| number(*value)));
        let off = self.measured.deviation();
        let doubt = if off > OFF { " ?" } else { "" };
        cells.push(self.measured.law.word().to_owned());
        cells.push(format!("{:.0} %{doubt}", off * 100.0));
        cells.push(number(self.there()));
        match self.has {
            Some((most, place)) => {
                cells.push(format!("{} {place}", number(most)));
                cells.push(if self.there() > most { "PASSA" } else { "cabe" }.to_owned());
            }
            None => cells.extend([String::new(), String::new()]),
        }
        cells
    }
}

/// A table of rows measured at the same sizes; `size` says what they are sizes of.
pub(crate) fn table(title: &str, size: &str, rows: &[Row]) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let mut head = vec![format!("{size}:")];
    head.extend(first.measured.points.iter().map(|(size, _)| number(*size)));
    head.extend([
        "lei".to_owned(),
        "desvio".to_owned(),
        number(first.target),
        "há".to_owned(),
        String::new(),
    ]);
    let all: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(Row::cells)).collect();
    format!("{title}\n{}", lines(&all))
}

/// Columns as wide as their widest cell; what begins with a digit is set to the right.
pub(crate) fn lines(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or_default()).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = if cell.starts_with(|first: char| first.is_ascii_digit()) {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            };
            line += &cell;
            line += "  ";
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// "1.234", "12,3", "0,0123": three digits that say something.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        whole if whole >= 99.95 || whole == 0.0 => 0,
        tens if tens >= 9.995 => 1,
        ones if ones >= 0.9995 => 2,
        tenths if tenths >= 0.09995 => 3,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { grouped } else { format!("{grouped},{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::super::law::Law;
    use super::*;

    #[test]
    fn numbers_are_written_as_in_brazil() {
        for (value, text) in [
            (0.0, "0"),
            (1_250_000.4, "1.250.000"),
            (123.4, "123"),
            (12.34, "12,3"),
            (1.5, "1,5"),
            (0.25, "0,25"),
            (0.012_34, "0,0123"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn what_there_is_not_enough_of_says_so() {
        let row = |most| {
            let measured = Measured::new(Law::Linear, vec![(1.0, 2.0), (4.0, 8.0)]);
            Row::new("disco", "GB", measured, 100.0).of(most, "do template")
        };
        assert!(table("t", "n", &[row(201.0)]).contains("201 do template  cabe"));
        assert!(table("t", "n", &[row(199.0)]).contains("199 do template  PASSA"));
    }
}
