//! The slot engine against the cases in `tests/data/availability.json`, and the command that asks it those of any file.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::availability;

fn cases() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/availability.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_availability-conformance")).arg(path).output().unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// The failures of one case with its `expected` or a part of its `input` replaced.
fn check(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut case = cases()["cases"][0].clone();
    change(&mut case);
    let cases = availability::read(&json!({ "cases": [case] }).to_string()).unwrap();
    cases.iter().filter_map(|case| case.check().err()).collect()
}

#[test]
fn the_engine_answers_every_case() {
    let cases = availability::read(&cases().to_string()).unwrap();
    assert!(cases.len() >= 51);
    let failures: Vec<_> =
        cases.iter().filter_map(|case| case.check().err().map(|error| (&case.id, error))).collect();
    assert_eq!(failures, []);
}

#[test]
fn the_command_says_what_differs_and_fails() {
    let mut cases = cases();
    let count = cases["cases"].as_array().unwrap().len();
    let passed = run(&file("cases.json", &cases.to_string()));
    assert_eq!((passed.status.code(), lines(&passed)), (Some(0), vec![format!("{count} passed, 0 failed")]));

    cases["cases"][0]["expected"]["slots_utc"][3] = json!("2021-06-21T03:30:00Z");
    let failed = run(&file("falsified.json", &cases.to_string()));
    let difference = "A01 whole empty day, 60/60: 1 missing, the first 2021-06-21T03:30:00Z; 1 extra, the first 2021-06-21T03:00:00Z";
    let expected = vec![difference.to_owned(), format!("{} passed, 1 failed", count - 1)];
    assert_eq!((failed.status.code(), lines(&failed)), (Some(1), expected));
}

#[test]
fn a_file_that_cannot_be_read_is_refused_as_a_whole() {
    let missing = run(Path::new("no such file"));
    assert_eq!((missing.status.code(), lines(&missing)), (Some(2), vec![]));
    let mut cases = cases();
    cases["cases"][1]["input"]["calendars"][0]["busy"] =
        json!([{ "start": "2026-02-10T04:00Z", "end": "2026-02-10T05:00Z", "status": "confirmd" }]);
    let unknown = run(&file("unknown.json", &cases.to_string()));
    assert_eq!((unknown.status.code(), lines(&unknown)), (Some(2), vec![]));
    let message = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        message.contains("cases[1].input.calendars[0].busy[0].status: unknown variant `confirmd`"),
        "{message}"
    );
}

#[test]
fn each_kind_of_expectation_counts_and_a_case_without_one_fails() {
    assert_eq!(check(|case| case["expected"] = json!({ "count": 24 })), [""; 0]);
    assert_eq!(check(|case| case["expected"] = json!({ "count": 23 })), ["24 starts instead of 23"]);
    let by_date = |count| json!({ "count_by_display_date": { "2021-06-21": count, "2021-06-22": 0 } });
    assert_eq!(check(|case| case["expected"] = by_date(24)), [""; 0]);
    assert_eq!(check(|case| case["expected"] = by_date(25)), ["24 starts on 2021-06-21 instead of 25"]);
    assert_eq!(check(|case| case["expected"] = json!({})), ["nothing is expected"]);
    let unknown = check(|case| case["input"]["need"] = json!({ "all": ["p9"] }));
    assert_eq!(unknown, ["no calendar is called p9"]);
}

#[test]
fn every_way_of_writing_an_input_is_understood() {
    let extra = |extra: Value| {
        check(|case| {
            case["input"]["calendars"][0]["weekly"] = json!({});
            case["input"]["calendars"][0]["extra_open"] = extra;
            case["expected"] = json!({ "slots_utc": ["2021-06-21T10:00Z", "2021-06-21T11:00Z"] });
        })
    };
    assert_eq!(extra(json!([["2021-06-21T10:00Z", "2021-06-21T12:00:00Z"]])), [""; 0]);
    assert_eq!(extra(json!([{ "start": "2021-06-21T10:00Z", "end": "2021-06-21T12:00Z" }])), [""; 0]);
    for place in ["/service", "/query", "/policy", ""] {
        let failures = check(|case| {
            case["input"].pointer_mut(place).unwrap()["seats_wanted"] = json!(2);
            case["expected"] = json!({ "count": 0 });
        });
        assert_eq!(failures, [""; 0], "{place}");
    }
    let step = check(|case| case["input"]["service"] = json!({ "duration_min": 60 }));
    assert_eq!(step, [""; 0], "a missing step is the duration");
}
