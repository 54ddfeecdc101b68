//! A history that was wrong is kept in a file, where whoever changes the checker, or looks for the cause, has it again: `HISTORIA=file make histories`.

use std::path::PathBuf;

use crate::check::{Stands, check};
use crate::history::{Entry, report};

/// Writes down what was compared; where.
pub(crate) fn keep(seed: u64, history: &[Entry], stands: &Stands) -> PathBuf {
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
    let names = (0..).map(|nth| PathBuf::from(format!("{target}/historia-{seed}-{nth}.json")));
    // Several runs of one process have the same seed.
    let path = names.into_iter().find(|path| !path.exists()).unwrap();
    std::fs::write(&path, serde_json::to_vec(&(seed, history, stands)).unwrap()).unwrap();
    path.canonicalize().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says which")]
fn asked_for() -> Option<String> {
    std::env::var("HISTORIA").ok().filter(|path| !path.is_empty())
}

#[test]
#[ignore = "of a history that was kept; `HISTORIA=file make histories`"]
fn a_history_that_was_kept_is_compared_again() {
    let Some(path) = asked_for() else { return };
    let text = std::fs::read(path).unwrap();
    let (seed, history, stands): (u64, Vec<Entry>, Stands) = serde_json::from_slice(&text).unwrap();
    let violations = check(&history, &stands);
    assert!(violations.is_empty(), "{}", report(seed, &history, &violations));
    println!("{} linhas da história, nenhuma violação", history.len());
}

#[test]
fn what_is_kept_in_a_file_is_read_as_it_was() {
    let (history, stands) = crate::doctored::every_kind();
    let text = serde_json::to_string(&(&history, &stands)).unwrap();
    let (again, stood): (Vec<Entry>, Stands) = serde_json::from_str(&text).unwrap();
    assert_eq!(format!("{again:?} {stood:?}"), format!("{history:?} {stands:?}"));
}
