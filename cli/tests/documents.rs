//! The documents say what the command does: tables of `docs/custos.md` are what `hi cost` prints, and every `hi …` that is told to be typed exists.
#![expect(clippy::unwrap_used, reason = "tests stop where they fail")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(docs().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What `hi` answers, and its code.
fn hi(arguments: &[&str]) -> (String, i32) {
    let said = Command::new(env!("CARGO_BIN_EXE_hi")).args(arguments).env_clear().output().unwrap();
    let text = [said.stdout, said.stderr].concat();
    (String::from_utf8(text).unwrap(), said.status.code().unwrap())
}

/// What stands in fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

#[test]
fn the_tables_of_what_a_month_costs_are_what_the_command_prints() {
    let text = read("custos.md");
    let blocks = blocks(&text, "console");
    assert!(blocks.len() >= 3, "1, 100 and 10,000 clinics");
    for block in blocks {
        let (asked, told) = block.split_once('\n').unwrap();
        let arguments: Vec<&str> = asked.strip_prefix("$ hi ").unwrap().split_whitespace().collect();
        let (printed, code) = hi(&arguments);
        assert_eq!(code, 0, "{printed}");
        assert_eq!(
            told.trim_end(),
            printed.trim_end(),
            "docs/custos.md is not what `{asked}` prints; put that there"
        );
    }
}

/// Up to how many clinics each bound is enough is told again, in the table of what is to be done about it.
#[test]
fn the_steps_are_those_of_the_largest_size() {
    let text = read("custos.md");
    let (steps, _) = text.split_once("## O que muda em cada degrau").unwrap().1.split_once("### ").unwrap();
    let told = blocks(&text, "console").into_iter().find(|block| block.contains("tamanho escala")).unwrap();
    let enough = told.lines().filter_map(|line| line.strip_suffix(" clínicas")?.split_whitespace().last());
    let enough: Vec<&str> = enough.collect();
    assert!(enough.len() > 5, "{told}");
    for clinics in enough {
        assert!(steps.contains(&format!("| {clinics} ")), "{clinics} is the bound of no step:\n{steps}");
    }
}

/// The commands of a document: in code, a word `hi` with what follows it on the line.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.extend(command(line));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(command));
        }
    }
    found
}

/// What is typed, without what stands before `hi` and behind the command.
fn command(code: &str) -> Option<String> {
    let words: Vec<&str> = code.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "hi" || word.ends_with("/hi"))?;
    // Before it stand variables, `$`, or nothing; else it is a word of a sentence.
    let typed = words.get(..at)?.iter().all(|word| *word == "$" || word.contains('='));
    let rest: Vec<&str> = words.get(at + 1..)?.to_vec();
    (typed && !rest.is_empty()).then(|| rest.join(" "))
}

#[test]
fn every_command_that_is_told_exists_with_its_flags() {
    let mut help: BTreeMap<String, String> = BTreeMap::new();
    let mut checked = 0;
    for path in ["custos.md", "deploy.md", "deploy.pt-BR.md", "hi.md"] {
        for command in commands(&read(path)) {
            let words: Vec<&str> =
                command.split(['|', '>', ';', '&']).next().unwrap().split_whitespace().collect();
            if words.first().is_none_or(|word| word.starts_with('-')) {
                continue;
            }
            let name = |word: &&&str| {
                word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
            };
            // As many words as name a command; the last may be a value.
            let mut acts: Vec<&str> = words.iter().take(3).take_while(name).copied().collect();
            let told = loop {
                assert!(!acts.is_empty(), "{path}: hi {command}");
                let key = acts.join(" ");
                if let Some(told) = help.get(&key) {
                    break told.clone();
                }
                let (told, code) = hi(&[acts.as_slice(), &["--help"]].concat());
                // Help for a longer command than there is, is that of the shorter one.
                if code == 0 && told.contains(&format!("Usage: hi {key}")) {
                    help.insert(key, told.clone());
                    break told;
                }
                acts.pop();
            };
            for flag in words.iter().filter_map(|word| word.strip_prefix("--")) {
                let flag = flag.trim_end_matches(|end: char| !end.is_ascii_alphanumeric());
                let known = told.contains(&format!("--{flag}"));
                assert!(known, "{path}: hi {command}: there is no --{flag}");
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn wrong_numbers_are_refused_in_words() {
    for (arguments, words) in [
        (["abc", "400"], "--clinics: “abc” não é um número inteiro; escreva como 400 ou 10.000"),
        (["0", "400"], "--clinics: de 1 a 1.000.000"),
        (["1000001", "400"], "--clinics: de 1 a 1.000.000"),
        (["10", "-5"], "--appointments: “-5” não é um número inteiro"),
        (["1", "50000"], "--appointments: no máximo 22.000, mil por dia útil em cada clínica"),
    ] {
        let [clinics, appointments] = arguments;
        let asked = ["cost", &format!("--clinics={clinics}"), &format!("--appointments={appointments}")];
        let (told, code) = hi(&asked);
        assert!(code == 3 && told.starts_with(words), "{code} {told}");
    }
    let (told, code) = hi(&["cost", "--clinics", "1", "--appointments", "1", "--screen-hours", "2000"]);
    assert!(code == 3 && told.contains("1.000 horas"), "{told}");
    let (told, code) = hi(&["cost", "--clinics", "1", "--appointments", "1", "--size", "enorme"]);
    assert!(code == 2 && told.contains("piloto, padrao, escala"), "{told}");
}

#[test]
fn programs_read_the_same_estimate() {
    let (told, code) =
        hi(&["cost", "--clinicas", "1.000", "--consultas", "400.000", "--tamanho", "padrao", "--json"]);
    assert_eq!(code, 0, "{told}");
    let estimate: serde_json::Value = serde_json::from_str(&told).unwrap();
    let items = estimate.pointer("/itens").unwrap().as_array().unwrap();
    let sum: f64 = items.iter().map(|item| item.pointer("/total").unwrap().as_f64().unwrap()).sum();
    let total = estimate.pointer("/total").unwrap().as_f64().unwrap();
    assert!((sum - total).abs() < 0.01, "{sum} {total}");
    assert_eq!(estimate.pointer("/clinicas").unwrap(), 1000.0);
    assert!(
        items.iter().any(|item| item.pointer("/conferido").unwrap() == false),
        "what nobody confirmed is marked"
    );
    let without = hi(&[
        "cost",
        "--clinics",
        "1000",
        "--appointments",
        "400000",
        "--size",
        "padrao",
        "--no-evolution",
        "--json",
    ])
    .0;
    let without: serde_json::Value = serde_json::from_str(&without).unwrap();
    assert!(without.pointer("/total").unwrap().as_f64().unwrap() < total);
}
