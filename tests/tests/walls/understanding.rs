//! The reading room against the messages in `tests/data/understanding.json`, and the command that reads those of any file.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::understanding::{self, Clinic};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/understanding.json");

fn file(name: &str, utterances: &Value) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, json!({ "utterances": utterances }).to_string()).unwrap();
    path
}

fn run(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_understanding-conformance")).arg(path).output().unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn every_message_is_understood() {
    let clinic = Clinic::new().unwrap();
    let utterances = understanding::read(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(utterances.len() >= 83);
    let misread: Vec<_> = utterances
        .iter()
        .map(|utterance| (&utterance.text, utterance.differences(&clinic.understand(utterance))))
        .filter(|(_, differences)| !differences.is_empty())
        .collect();
    assert_eq!(misread, []);
}

#[test]
fn the_command_says_what_is_misread_and_fails() {
    let passed = run(Path::new(FILE));
    assert_eq!((passed.status.code(), lines(&passed).len()), (Some(0), 1));
    let now = "2026-03-11T10:20:00-03:00";
    let wrong = json!([
        { "text": "oi", "now": now, "intent": "saudacao" },
        { "text": "dia 12", "now": now, "intent": "informar", "date": "2026-03-13" },
        { "text": "sim", "now": now, "intent": "negar", "time": "10:00" },
    ]);
    let failed = run(&file("misread.json", &wrong));
    let said = lines(&failed);
    assert_eq!((failed.status.code(), said.len()), (Some(1), 3), "{said:?}");
    assert!(said[0].starts_with("dia 12: days One(2026-03-12)"), "{said:?}");
    assert!(said[1].starts_with("sim: intent confirmar instead of negar; hours Unsaid"), "{said:?}");
    assert_eq!(said[2], "1 passed, 2 failed");
}

#[test]
fn a_file_with_an_unknown_label_is_refused_as_a_whole() {
    let now = "2026-03-11T10:20:00-03:00";
    for utterance in [
        json!({ "text": "oi", "now": now, "intent": "saudaçao" }),
        json!({ "text": "oi", "now": now, "intent": "saudacao", "dates": "2026-03-12" }),
        json!({ "text": "oi", "now": "2026-03-11", "intent": "saudacao" }),
    ] {
        let refused = run(&file("unknown label.json", &json!([utterance])));
        assert_eq!((refused.status.code(), lines(&refused)), (Some(2), vec![]));
    }
    assert_eq!(run(Path::new("no such file")).status.code(), Some(2));
}
