//! The budgets, a file each.

pub(crate) mod bookings;
pub(crate) mod burst;
pub(crate) mod cold;
pub(crate) mod growth;
pub(crate) mod slots;
pub(crate) mod warm;
pub(crate) mod weight;

use bench::report::Row;

/// All that are deployed.
const FUNCTIONS: [&str; 9] =
    ["login", "scheduling", "inbox", "admin", "webhook", "assistant", "reminders", "site", "owner"];

/// What a measure found: rows, and what explains them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
    /// Pictures: a file's name and what is in it.
    pub(crate) pictures: Vec<(String, String)>,
}

impl Found {
    /// A line of explanation.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_function_is_measured() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut measured = super::FUNCTIONS.map(str::to_owned).to_vec();
        there.sort();
        measured.sort();
        assert_eq!(measured, there);
    }
}
