//! What must not compile. Each case is a program a careless or a malicious hand could write in a function crate; after `//~` stand the errors its
//! line must be. The compiler is asked itself, with the library the tests are linked to: the crates made for this compile everything anew.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests stop where they fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Errors by line.
type Errors = BTreeSet<(u64, String)>;

#[test]
fn the_walls_hold() {
    let (mut refused, mut allowed) = (0, 0);
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")).unwrap() {
        let case = entry.unwrap().path();
        let expected = expected(&fs::read_to_string(&case).unwrap());
        if expected.is_empty() {
            allowed += 1;
        } else {
            refused += 1;
        }
        assert_eq!(compile(&case), expected, "{}", case.display());
    }
    assert!(refused >= 5 && allowed == 1, "{refused} {allowed}");
}

fn expected(text: &str) -> Errors {
    let lines = (1..).zip(text.lines());
    let told = lines.filter_map(|(line, text)| Some((line, text.split_once("//~")?.1)));
    told.flat_map(|(line, codes)| codes.split_whitespace().map(move |code| (line, code.to_owned()))).collect()
}

/// What the compiler has against a program; a complaint without a code is none of those a wall makes.
fn compile(case: &Path) -> Errors {
    let folder = folder();
    let made = folder.join(format!("ui-{}.rmeta", std::process::id()));
    // Beside the cargo that runs the tests.
    let compiler = Path::new(env!("CARGO")).with_file_name("rustc");
    let output = Command::new(compiler)
        .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--error-format=json"])
        .args(["--extern", &format!("shared={}", library(&folder).display())])
        .arg(format!("-Ldependency={}", folder.display()))
        .arg("-o")
        .arg(&made)
        .arg(case)
        .output()
        .unwrap();
    if output.status.success() {
        fs::remove_file(made).unwrap();
    }
    let said = String::from_utf8(output.stderr).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let errors =
        said.iter().filter(|one| one["level"] == "error" && !one["spans"].as_array().unwrap().is_empty());
    errors
        .map(|one| {
            let line = one["spans"][0]["line_start"].as_u64().unwrap();
            (line, one["code"]["code"].as_str().unwrap_or_else(|| panic!("{one}")).to_owned())
        })
        .collect()
}

/// Where the tests and all they are linked to were put.
fn folder() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The library as it was compiled last: of several, those of other features say the same.
fn library(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |file: &PathBuf| {
        let begins = file.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("libshared-"));
        begins && file.extension().is_some_and(|kind| kind == "rlib")
    };
    files.filter(named).max_by_key(|file| fs::metadata(file).unwrap().modified().unwrap()).unwrap()
}
