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
        let mut folders = vec![own.join("corpus").join(name)];
        match name {
            "webhook" => folders.push(own.join("../../events/webhook")),
            "cloud" => folders.push(own.join("../../events/webhook-cloud")),
            _ => {}
        }
        for folder in folders {
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
