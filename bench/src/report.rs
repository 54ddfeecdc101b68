//! The rows of the budgets, and pictures of what has a shape.

mod known;
mod plot;

use std::fmt::Write as _;

pub use known::unexplained;
pub use plot::{Series, bars, lines};

use crate::measure::Ratio;

/// What a budget compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// A ratio, at most.
    Times(f64),
    /// The measured value itself, at most, in its unit.
    Most(f64),
    /// Exactly this.
    Exactly(f64),
    /// None: it is only told.
    None,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// What.
    pub what: String,
    /// Measured.
    pub measured: f64,
    /// In which unit it and its reference are.
    pub unit: &'static str,
    /// What it is compared with, if anything.
    pub reference: Option<f64>,
    /// The smallest and the largest ratio of the parts of the run.
    pub between: Option<(f64, f64)>,
    /// What it may be.
    pub budget: Budget,
}

impl Row {
    /// A ratio of times, in milliseconds.
    pub fn ratio(what: impl Into<String>, ratio: &Ratio, budget: Budget) -> Self {
        Self {
            what: what.into(),
            measured: ratio.measured,
            unit: "ms",
            reference: Some(ratio.reference),
            between: Some(ratio.between),
            budget,
        }
    }

    /// A value.
    pub fn value(what: impl Into<String>, measured: f64, unit: &'static str, budget: Budget) -> Self {
        Self { what: what.into(), measured, unit, reference: None, between: None, budget }
    }

    /// How many times the reference.
    pub fn times(&self) -> Option<f64> {
        self.reference.map(|reference| self.measured / reference)
    }

    /// Whether it is within its budget; none has none.
    #[expect(clippy::float_cmp, reason = "a count is exact")]
    pub fn fits(&self) -> Option<bool> {
        match self.budget {
            Budget::Times(most) => self.times().map(|times| times <= most),
            Budget::Most(most) => Some(self.measured <= most),
            Budget::Exactly(count) => Some(self.measured == count),
            Budget::None => None,
        }
    }

    fn cells(&self) -> [String; 7] {
        let amount = |value: f64| format!("{} {}", number(value), self.unit).trim_end().to_owned();
        let between =
            self.between.map(|(low, high)| format!("{}–{}", number(low), number(high))).unwrap_or_default();
        let budget = match self.budget {
            Budget::Times(most) => format!("≤ {}×", number(most)),
            Budget::Most(most) => format!("≤ {}", amount(most)),
            Budget::Exactly(count) => format!("= {}", amount(count)),
            Budget::None => String::new(),
        };
        let word = match self.fits() {
            Some(true) => "ok",
            Some(false) => "over",
            None => "",
        };
        [
            self.what.clone(),
            amount(self.measured),
            self.reference.map(amount).unwrap_or_default(),
            self.times().map(|times| format!("{}×", number(times))).unwrap_or_default(),
            between,
            budget,
            word.to_owned(),
        ]
    }
}

/// As people in Brazil write it: three digits that count, a comma.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        large if large >= 100.0 => 0,
        large if large >= 10.0 => 1,
        large if large >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let part = part.trim_end_matches('0');
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped},{part}") }
}

const HEAD: [&str; 7] = ["o quê", "medido", "referência", "razão", "entre", "orçamento", ""];

/// The rows as a table a terminal shows, and the line that counts.
pub fn table(rows: &[Row]) -> String {
    let mut cells: Vec<[String; 7]> = vec![HEAD.map(str::to_owned)];
    cells.extend(rows.iter().map(Row::cells));
    let width =
        |column: usize| cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..HEAD.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &cells {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width - cell.chars().count());
            // Words to the left, numbers to the right.
            let _ = if at == 0 || at == 6 {
                write!(line, "{cell}{gap}  ")
            } else {
                write!(line, "{gap}{cell}  ")
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let count = |word: bool| rows.iter().filter(|row| row.fits() == Some(word)).count();
    let _ = write!(text, "{} ok, {} over", count(true), count(false));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_line_up_and_are_counted() {
        let rows = [
            Row { reference: Some(0.5), ..Row::value("login", 0.75, "ms", Budget::Times(1.4)) },
            Row::value("zip", 5.5, "MB", Budget::Most(6.0)),
            Row::value("marcadas", 20.0, "", Budget::Exactly(20.0)),
            Row::value("pedidos", 1234.0, "por segundo", Budget::None),
        ];
        let text = table(&rows);
        assert!(text.contains("0,75 ms") && text.contains("1,5×") && text.contains("≤ 1,4×"), "{text}");
        assert!(text.contains("1.234 por segundo"), "{text}");
        assert!(text.ends_with("2 ok, 1 over"), "{text}");
    }
}
