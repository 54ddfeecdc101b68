//! `docs/seguranca.md` names every requirement of OWASP ASVS 5.0, levels 1 and 2, once, and only tests and files there are: a review that is not true any more fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::manifests::top;

/// The sections of ASVS 5.0.0 and the last of their requirements of levels 1 and 2, which come first in each.
const SECTIONS: &str = "
    V1.1:2 V1.2:9 V1.3:11 V1.4:3 V1.5:2
    V2.1:3 V2.2:3 V2.3:4 V2.4:1
    V3.2:2 V3.3:4 V3.4:6 V3.5:5 V3.7:2
    V4.1:3 V4.2:1 V4.3:2 V4.4:4
    V5.1:1 V5.2:3 V5.3:2 V5.4:3
    V6.1:3 V6.2:12 V6.3:4 V6.4:4 V6.5:5 V6.6:3 V6.8:4
    V7.1:3 V7.2:4 V7.3:2 V7.4:5 V7.5:2 V7.6:2
    V8.1:2 V8.2:3 V8.3:1 V8.4:1
    V9.1:3 V9.2:4
    V10.1:2 V10.2:2 V10.3:4 V10.4:11 V10.5:5 V10.6:2 V10.7:3
    V11.1:2 V11.2:3 V11.3:3 V11.4:4 V11.5:1 V11.6:1
    V12.1:3 V12.2:2 V12.3:4
    V13.1:1 V13.2:5 V13.3:2 V13.4:5
    V14.1:2 V14.2:4 V14.3:3
    V15.1:3 V15.2:3 V15.3:7
    V16.1:1 V16.2:5 V16.3:4 V16.4:3 V16.5:3
    V17.1:1 V17.2:4 V17.3:2";
/// Chapters that have no row each, because none of theirs applies.
const WHOLE: [&str; 2] = ["V10", "V17"];

fn document() -> String {
    fs::read_to_string(top().join("docs/seguranca.md")).unwrap()
}

/// The cells of the rows about requirements.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with("| V"));
    rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect()).collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_requirement_of_the_two_levels_has_one_row_and_a_word() {
    let text = document();
    let mut told = BTreeMap::<String, u32>::new();
    for row in rows(&text) {
        let [requirements, word, how, ..] = row.as_slice() else { panic!("{row:?}") };
        assert!(["sim", "parte", "não", "n/a"].contains(word), "{row:?}");
        assert!(!how.is_empty(), "{row:?}");
        for one in requirements.split(", ") {
            *told.entry(one.to_owned()).or_default() += 1;
        }
    }
    let mut asked = BTreeSet::new();
    let mut counted = 0;
    for one in SECTIONS.split_whitespace() {
        let (section, last) = one.split_once(':').unwrap();
        let last: u32 = last.parse().unwrap();
        counted += last;
        let chapter = section.split('.').next().unwrap();
        if !WHOLE.contains(&chapter) {
            asked.extend((1..=last).map(|number| format!("{section}.{number}")));
        }
    }
    assert_eq!(counted, 253);
    asked.extend(WHOLE.map(str::to_owned));
    let told_once: BTreeSet<String> =
        told.iter().filter(|(_, times)| **times == 1).map(|(one, _)| one.clone()).collect();
    assert_eq!(told_once.difference(&asked).collect::<Vec<_>>(), [""; 0], "no such requirement");
    assert_eq!(asked.difference(&told_once).collect::<Vec<_>>(), [""; 0], "not told once");
}

#[test]
fn every_test_and_every_file_it_names_is_there() {
    let document = document();
    let mut tests = 0;
    for name in quoted(&document).filter(|name| name.contains('/') && !name.contains(['<', '{', '*', ' '])) {
        let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
        if path.starts_with('/') || !path.contains('.') {
            continue;
        }
        let file = top().join(path);
        assert!(file.exists(), "{path}");
        let Some(test) = test else { continue };
        let source = fs::read_to_string(file).unwrap();
        let (before, _) = source.split_once(&format!("fn {test}(")).unwrap_or_else(|| panic!("{name}"));
        assert!(
            before.trim_end().rsplit('\n').take(4).any(|line| line.contains("test")),
            "{name} is no test"
        );
        tests += 1;
    }
    assert!(tests > 90, "{tests}");
}

/// Requirements that are met by what is not there, or by what stands outside the code: a reader sees it, no test of this project would.
const READ: [&str; 3] = ["V3.7.1", "V14.3.1", "V15.1.1"];

#[test]
fn what_is_said_to_be_met_is_shown_by_a_test_or_named_here() {
    let text = document();
    let shown = |row: &Vec<&str>| {
        row.get(3)
            .is_some_and(|cell| quoted(cell).any(|name| name.contains("::") || name.ends_with(".test.ts")))
    };
    let met = rows(&text).into_iter().filter(|row| row[1] == "sim");
    let read: BTreeSet<String> = met.filter(|row| !shown(row)).map(|row| row[0].to_owned()).collect();
    assert_eq!(read, READ.map(str::to_owned).into());
}
