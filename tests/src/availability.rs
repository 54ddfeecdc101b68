//! Cases of the slot engine in a file: `{"cases": [{"id", "title", "input": {..}, "expected": {..}}]}`.
//!
//! `tests/data/availability.json` shows the shape and says in its `semantics` what the words mean. A file is refused as a whole when a
//! value is not what it should be, so that a misspelt status never counts as a passed case.

mod input;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use shared::domain::availability::{self, Calendar, Question};

use input::Input;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

/// A question and what is known of its answer.
#[derive(Deserialize)]
pub struct Case {
    /// A short name.
    pub id: String,
    /// What it is about.
    #[serde(default)]
    pub title: String,
    input: Input,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    slots_utc: Option<Vec<Timestamp>>,
    count: Option<usize>,
    count_by_display_date: Option<BTreeMap<Date, usize>>,
}

/// Reads a file.
///
/// # Errors
/// Where the text is not such a file, and why.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    let mut text = serde_json::Deserializer::from_str(text);
    let file: File = serde_path_to_error::deserialize(&mut text).map_err(|error| error.to_string())?;
    Ok(file.cases)
}

impl Case {
    /// Asks the engine.
    ///
    /// # Errors
    /// The first difference between what it answers and what is expected.
    pub fn check(&self) -> Result<(), String> {
        let calendars = self.input.calendars();
        let by_id = |ids: &[String]| -> Result<Vec<&Calendar>, String> {
            let find =
                |id: &String| calendars.get(id.as_str()).ok_or_else(|| format!("no calendar is called {id}"));
            ids.iter().map(find).collect()
        };
        let (all, any) = self.input.needed();
        let policy = self.input.policy();
        let window = self.input.window().ok_or("there is no calendar")?;
        let zone = window.zone.clone();
        let question = Question {
            now: self.input.now(),
            all: by_id(&all)?,
            any: by_id(&any)?,
            visit: self.input.visit(),
            grid: self.input.grid(),
            policy: &policy,
            window,
        };
        self.expected.compare(&availability::starts(&question), &zone)
    }
}

impl Expected {
    fn compare(&self, starts: &[Timestamp], zone: &TimeZone) -> Result<(), String> {
        if self.slots_utc.is_none() && self.count.is_none() && self.count_by_display_date.is_none() {
            return Err("nothing is expected".to_owned());
        }
        if let Some(expected) = &self.slots_utc {
            same_starts(expected, starts)?;
        }
        if let Some(expected) = self.count.filter(|expected| *expected != starts.len()) {
            return Err(format!("{} starts instead of {expected}", starts.len()));
        }
        if let Some(expected) = &self.count_by_display_date {
            let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
            for start in starts {
                *counts.entry(zone.to_datetime(*start).date()).or_default() += 1;
            }
            let dates: BTreeSet<&Date> = expected.keys().chain(counts.keys()).collect();
            for date in dates {
                let (expected, count) = (expected.get(date).unwrap_or(&0), counts.get(date).unwrap_or(&0));
                if expected != count {
                    return Err(format!("{count} starts on {date} instead of {expected}"));
                }
            }
        }
        Ok(())
    }
}

fn same_starts(expected: &[Timestamp], starts: &[Timestamp]) -> Result<(), String> {
    if !starts.is_sorted_by(|one, next| one < next) {
        return Err("the starts are not strictly increasing".to_owned());
    }
    let expected: BTreeSet<&Timestamp> = expected.iter().collect();
    let found: BTreeSet<&Timestamp> = starts.iter().collect();
    let first = |word: &str, mut others: Vec<&&Timestamp>| {
        let count = others.len();
        others.truncate(1);
        others.first().map(|first| format!("{count} {word}, the first {first}"))
    };
    let missing = first("missing", expected.difference(&found).collect());
    let extra = first("extra", found.difference(&expected).collect());
    let differences: Vec<String> = missing.into_iter().chain(extra).collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("; ")) }
}
