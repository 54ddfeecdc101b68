//! What the fuzzers found worth keeping, and what was made up by hand, through the same functions once: what was mended stays so.
#![expect(clippy::unwrap_used, reason = "tests stop where they fail")]

use std::path::{Path, PathBuf};

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[test]
fn what_the_fuzzers_kept_still_does_no_harm() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, target) in fuzz::TARGETS {
        let (corpus, events) = (own.join("corpus").join(name), own.join("../../events").join(name));
        let events = events.is_dir().then_some(events);
        for folder in std::iter::once(corpus).chain(events) {
            let files = files_in(&folder);
            assert!(!files.is_empty(), "{}", folder.display());
            for file in files {
                // A target that stops says why, not on what.
                println!("{}", file.display());
                target(&std::fs::read(&file).unwrap());
            }
        }
    }
}

#[test]
fn every_corpus_is_a_targets() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut there: Vec<String> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut targets = fuzz::TARGETS.map(|(name, _)| name.to_owned()).to_vec();
    there.sort();
    targets.sort();
    assert_eq!(there, targets);
}
