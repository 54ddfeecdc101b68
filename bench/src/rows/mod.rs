//! The budgets, a file each.

pub(crate) mod bookings;
pub(crate) mod burst;
pub(crate) mod cold;
pub(crate) mod growth;
pub(crate) mod slots;
pub(crate) mod warm;
pub(crate) mod weight;

use bench::report::Row;

/// What a measure found: rows, and what explains them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
    /// Pictures: a file's name and what is in it.
    pub(crate) pictures: Vec<(&'static str, String)>,
}

impl Found {
    /// A line of explanation.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}
